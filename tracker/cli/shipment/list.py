"""`tracker shipment list`: list shipments, the newest last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.choice import Newest, Since, Until, period
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
    since: Since = None,
    until: Until = None,
    limit: Newest = None,
    as_json: Json = False,
) -> None:
    """List shipments, the newest last. --since and --until go by when they were opened."""
    from tracker import wiring
    from tracker.app.queries.shipment_view import shipment_view

    zone = session(ctx).zone
    config = load_config(ctx)
    begin, end = period(ctx, since, until)
    with wiring.records(config) as records:
        now = watch_now(config, records)
        stored = records.shipments(closed=not open_, since=begin, until=end, limit=limit)
        found = [shipment_view(one, records, now) for one in stored]
    render.documents(
        found,
        as_json=as_json,
        columns=render.SHIPMENT_COLUMNS,
        row=lambda one: render.shipment_row(one, zone),
        empty="no shipments",
    )
    if not (as_json and now.watched):
        render.warn(told(now, zone))
