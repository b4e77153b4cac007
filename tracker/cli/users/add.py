"""`tracker users add`: a new user; the first is to be an administrator."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import By, load_config
from tracker.cli.users.shared import Carrier, FromStdin, Name, RoleOption, asked_password


def add(
    ctx: typer.Context,
    name: Name,
    by: By,
    role: RoleOption,
    carrier: Carrier = None,
    language: Annotated[
        str | None, typer.Option(help="en or es; else as the browser says.")
    ] = None,
    stdin: FromStdin = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="It comes by token or OpenID alone.")
    ] = False,
) -> None:
    """Add a user. The password is asked for."""
    from tracker import wiring

    password = None if no_password else asked_password(stdin=stdin)
    with wiring.accounts(load_config(ctx)) as accounts:
        accounts.add(name, role, by=by, password=password, carrier=carrier, language=language)
    render.warn(f"{name} may log in as {role}" if password else f"{name} is a user, as {role}")
