"""`tracker shipment show`: show one shipment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tracker.cli.shared.session import (
    Json,
    ShipmentId,
)

if TYPE_CHECKING:
    pass
from tracker.cli.shipment.shared import show_shipment


def show(ctx: typer.Context, shipment: ShipmentId, as_json: Json = False) -> None:
    """Show one shipment: where it is, its seals, its custodian, its open alerts."""
    show_shipment(ctx, shipment, as_json=as_json)
