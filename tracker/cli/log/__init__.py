"""`tracker log`: the custody log, entry by entry."""

from __future__ import annotations

import typer

from tracker.cli.log.checkpoint import checkpoint
from tracker.cli.log.entry import entry
from tracker.cli.log.export import export
from tracker.cli.log.prove import prove
from tracker.cli.log.show import show
from tracker.cli.log.verify import verify

app = typer.Typer(no_args_is_help=True, help="The custody log: what is recorded, in order.")


@app.callback()
def log() -> None:
    """The custody log: what is recorded, in order."""


app.command()(show)
app.command()(verify)
app.command()(checkpoint)
app.command()(prove)
app.command()(entry)
app.command()(export)
