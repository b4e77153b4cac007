"""`tracker key`: the key that signs the custody log."""

from __future__ import annotations

import typer

from tracker.cli.key.new import new
from tracker.cli.key.rotate import rotate_
from tracker.cli.key.show import show

app = typer.Typer(no_args_is_help=True, help="The key that signs the custody log.")


app.command()(new)
app.command()(show)
app.command("rotate")(rotate_)
