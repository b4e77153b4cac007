"""`tracker audit`: what the record of a shipment, and of the seals, does not account for."""

from __future__ import annotations

import typer

from tracker.cli.audit.seals import seals
from tracker.cli.audit.shipment import shipment

app = typer.Typer(no_args_is_help=True, help="Audits: does the record account for everything?")


app.command()(shipment)
app.command()(seals)
