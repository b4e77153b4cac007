"""`tracker rejects`: payloads nobody could read, with their bytes and the reason."""

from __future__ import annotations

import typer

from tracker.cli.rejects.list import list_
from tracker.cli.rejects.show import show

app = typer.Typer(no_args_is_help=True, help="Payloads nobody could read: list, show.")


app.command("list")(list_)
app.command()(show)
