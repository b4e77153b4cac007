"""`tracker seals`: the inventory of seal numbers."""

from __future__ import annotations

import typer

from tracker.cli.seals.issue import issue
from tracker.cli.seals.list import list_
from tracker.cli.seals.void import void

app = typer.Typer(no_args_is_help=True, help="The inventory of seals: issue, void, list.")


app.command()(issue)
app.command()(void)
app.command("list")(list_)
