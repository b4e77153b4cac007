"""`tracker users`: who may use the web application, and tokens for programs."""

from __future__ import annotations

import typer

from tracker.cli.users.add import add
from tracker.cli.users.change import disable, enable, password, role
from tracker.cli.users.list import list_
from tracker.cli.users.token import revoke, token, tokens

app = typer.Typer(
    no_args_is_help=True, help="Who may use the web application, and tokens for programs."
)
app.command()(add)
app.command("list")(list_)
app.command()(role)
app.command()(password)
app.command()(disable)
app.command()(enable)
app.command()(token)
app.command()(tokens)
app.command()(revoke)
