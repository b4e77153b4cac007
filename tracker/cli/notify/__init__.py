"""`tracker notify`: tell people and machines of alerts."""

from __future__ import annotations

import typer

from tracker.cli.notify.run import run
from tracker.cli.notify.send_test import send
from tracker.cli.notify.status import status

app = typer.Typer(no_args_is_help=True, help="Tell people and machines of alerts.")


@app.callback()
def notify() -> None:
    """Tell people and machines of alerts: who, by which channel and when is in [notify]."""


app.command()(run)
app.command()(status)
app.command("test")(send)
