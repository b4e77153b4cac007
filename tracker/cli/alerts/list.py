"""`tracker alerts list`: list alerts, the newest last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, known_shipment, load_config, session
from tracker.cli.shared.watched import tell_watch
from tracker.domain.alert import AlertStatus, Severity

if TYPE_CHECKING:
    pass
from tracker.cli.alerts.shared import OPEN, OfShipment


def list_(
    ctx: typer.Context,
    shipment: OfShipment = None,
    status: Annotated[
        list[AlertStatus] | None, typer.Option(help="Only of this status; may be repeated.")
    ] = None,
    severity: Annotated[Severity | None, typer.Option(help="Only of this severity.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Only those not closed.")] = False,
    as_json: Json = False,
) -> None:
    """List alerts, the newest last."""
    from tracker import wiring

    wanted = [one.value for one in status or ()] or (OPEN if open_ else [])
    with wiring.records(load_config(ctx)) as records:
        if shipment is not None:
            known_shipment(records, shipment)
        found = records.alerts(shipment=shipment, status=wanted, severity=severity)
        render.alerts(found, session(ctx).zone, as_json=as_json)
        tell_watch(ctx, records, as_json=as_json)
