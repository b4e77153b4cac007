"""`tracker users role | password | disable | enable`: change one."""

from __future__ import annotations

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import By, load_config
from tracker.cli.users.shared import Carrier, FromStdin, Name, RoleOption, asked_password


def role(ctx: typer.Context, name: Name, by: By, role: RoleOption, carrier: Carrier = None) -> None:
    """Give a user another role, from its next request on."""
    from tracker import wiring

    with wiring.accounts(load_config(ctx)) as accounts:
        accounts.change(name, by=by, role=role, carrier=carrier)
    render.warn(f"{name} is {role} from here on")


def password(ctx: typer.Context, name: Name, by: By, stdin: FromStdin = False) -> None:
    """Set a user's password. It has to log in anew everywhere."""
    from tracker import wiring

    chosen = asked_password(stdin=stdin)
    with wiring.accounts(load_config(ctx)) as accounts:
        accounts.set_password(name, chosen, by=by)
    render.warn(f"the password of {name} is set")


def disable(ctx: typer.Context, name: Name, by: By) -> None:
    """Let a user do nothing from now on; its name stays in the record."""
    from tracker import wiring

    with wiring.accounts(load_config(ctx)) as accounts:
        accounts.disable(name, by=by)
    render.warn(f"{name} may nothing from now on")


def enable(ctx: typer.Context, name: Name, by: By) -> None:
    """Let a disabled user in again."""
    from tracker import wiring

    with wiring.accounts(load_config(ctx)) as accounts:
        accounts.enable(name, by=by)
    render.warn(f"{name} may log in again")
