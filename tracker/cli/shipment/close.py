"""`tracker shipment close`: close a shipment: delivered, or given up before it began."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import (
    By,
    Json,
    ShipmentId,
    load_config,
    session,
)

if TYPE_CHECKING:
    pass
from tracker.cli.shipment.shared import hand_receipts


def close(
    ctx: typer.Context,
    shipment: ShipmentId,
    by: By,
    number: Annotated[
        str | None, typer.Option("--seal", help="The number the consignee read.")
    ] = None,
    reason: Annotated[str, typer.Option(help="In your words; it decides nothing.")] = "",
    given_up: Annotated[
        bool, typer.Option("--given-up", help="No cargo went out; needs --reason.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Close a shipment: delivered, or given up before it began."""
    from tracker import wiring
    from tracker.domain.command import CloseShipment

    config = load_config(ctx)
    with wiring.commands(config) as commands:
        command = CloseShipment(
            at=commands.now(), by=by, number=number, reason=reason, given_up=given_up
        )
        found = commands.submit(shipment, command)
        hand_receipts(config, found)
    render.findings(found, session(ctx).zone, as_json=as_json)
