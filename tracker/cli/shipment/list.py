"""`tracker shipment list`: list shipments, the newest last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import (
    Json,
    load_config,
    session,
)
from tracker.cli.shared.watched import told, watch_now

if TYPE_CHECKING:
    pass


def list_(
    ctx: typer.Context,
    open_: Annotated[bool, typer.Option("--open", help="Only those not closed.")] = False,
    as_json: Json = False,
) -> None:
    """List shipments, the newest last."""
    from tracker import wiring
    from tracker.app.queries.shipment_view import shipment_view

    zone = session(ctx).zone
    config = load_config(ctx)
    with wiring.records(config) as records:
        now = watch_now(config, records)
        found = [shipment_view(one, records, now) for one in records.shipments(closed=not open_)]
    render.documents(
        found,
        as_json=as_json,
        columns=render.SHIPMENT_COLUMNS,
        row=lambda one: render.shipment_row(one, zone),
        empty="no shipments",
    )
    if not (as_json and now.watched):
        render.warn(told(now, zone))
