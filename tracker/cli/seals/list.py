"""`tracker seals list`: list every issued seal and what became of it."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.audit.item import Status
from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session


def list_(
    ctx: typer.Context,
    status: Annotated[Status | None, typer.Option(help="Only those.")] = None,
    as_json: Json = False,
) -> None:
    """List every issued seal and what became of it."""
    from tracker import wiring
    from tracker.audit.inventory import read_inventory

    zone = session(ctx).zone
    with wiring.records(load_config(ctx)) as records:
        items = [one for one in read_inventory(records).items() if status in (None, one.status)]
    render.documents(
        items,
        as_json=as_json,
        columns=("SEAL", "STATUS", "ISSUED", "TO", "SHIPMENT", "REASON"),
        row=lambda one: (
            one.number,
            one.status.value,
            render.moment(one.issued_at, zone),
            one.to,
            one.shipment,
            one.reason,
        ),
        empty="no seals",
    )
