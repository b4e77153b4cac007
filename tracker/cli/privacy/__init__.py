"""`tracker privacy`: what is kept of people, and its erasure."""

from __future__ import annotations

import typer

from tracker.cli.privacy.erase import erase
from tracker.cli.privacy.list import list_

app = typer.Typer(no_args_is_help=True, help="Personal data: what is kept of people; erase it.")


app.command("list")(list_)
app.command()(erase)
