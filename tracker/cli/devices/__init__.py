"""`tracker devices`: who reports, how well, in which languages, and what a payload says."""

from __future__ import annotations

import typer

from tracker.cli.devices.decode import decode
from tracker.cli.devices.dialects import dialects
from tracker.cli.devices.list import list_
from tracker.cli.devices.send import send

app = typer.Typer(
    no_args_is_help=True, help="Devices: list them, decode what one says, tell one something."
)


app.command()(decode)
app.command()(send)
app.command("list")(list_)
app.command()(dialects)
