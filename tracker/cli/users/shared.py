"""What the commands of `tracker users` share."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tracker.domain.access import Role
from tracker.domain.errors import UsageError

Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")]
RoleOption = Annotated[Role, typer.Option("--role", help="What it may.")]
Carrier = Annotated[
    str | None,
    typer.Option(help="Of role carrier: its id among the custodians of shipments."),
]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


def asked_password(*, stdin: bool) -> str:
    """Never from the command line, where others of this computer see it. Raises UsageError."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask for the password at", mend="--password-stdin reads it"
        )
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
