"""`tracker shipment excuse`: record that a delay is excused, by whom, why, until when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import (
    By,
    Json,
    ShipmentId,
    load_config,
    parse_moment,
    session,
)


def excuse(
    ctx: typer.Context,
    shipment: ShipmentId,
    until: Annotated[
        datetime,
        typer.Option(parser=parse_moment, metavar="RFC3339", help="Not overdue until then."),
    ],
    reason: Annotated[str, typer.Option(help="Why it is late.")],
    by: By,
    leg: Annotated[
        int | None, typer.Option(min=1, help="Which leg, from 1; if not said, that under way.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Record that a delay is excused: the leg is overdue only after --until."""
    from tracker import wiring
    from tracker.domain.command import ExcuseDelay

    with wiring.commands(load_config(ctx)) as commands:
        command = ExcuseDelay(at=commands.now(), by=by, until=until, reason=reason, leg=leg)
        found = commands.submit(shipment, command)
    render.findings(found, session(ctx).zone, as_json=as_json)
