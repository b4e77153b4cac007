"""`tracker shipment show`: show shipments."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.shared import completing, render
from tracker.cli.shared.choice import each
from tracker.cli.shared.session import Json
from tracker.cli.shipment.shared import show_shipment


def show(
    ctx: typer.Context,
    shipments: Annotated[
        list[str],
        typer.Argument(
            metavar="ID...",
            help="The shipment's id; several may be named.",
            autocompletion=completing.shipments,
        ),
    ],
    as_json: Json = False,
) -> None:
    """Show a shipment: where it is, its seals, its custodian, its open alerts."""

    def one(shipment: str) -> None:
        if shipment != shipments[0] and not as_json:
            render.say("")
        show_shipment(ctx, shipment, as_json=as_json)

    each(shipments, one)
