"""`tracker shipment`: open, look at, declare, close."""

from __future__ import annotations

import typer

from tracker.cli.shipment.amend import amend
from tracker.cli.shipment.authorise import authorise
from tracker.cli.shipment.close import close
from tracker.cli.shipment.correct import correct
from tracker.cli.shipment.excuse import excuse
from tracker.cli.shipment.handover import handover
from tracker.cli.shipment.list import list_
from tracker.cli.shipment.open import open_
from tracker.cli.shipment.schema import schema
from tracker.cli.shipment.seal import seal
from tracker.cli.shipment.share import share, shares, unshare
from tracker.cli.shipment.show import show

app = typer.Typer(no_args_is_help=True, help="Shipments: open, show, declare, close.")


app.command("open")(open_)
app.command()(show)
app.command("list")(list_)
app.command()(handover)
app.command()(amend)
app.command()(authorise)
app.command()(excuse)
app.command()(seal)
app.command()(close)
app.command()(correct)
app.command()(share)
app.command()(shares)
app.command()(unshare)
app.command()(schema)
