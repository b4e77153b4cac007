"""`tracker shipment correct`: say that a closing was wrong, and what is right."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import By, Json, ShipmentId, load_config, parse_number, session


def correct(
    ctx: typer.Context,
    shipment: ShipmentId,
    by: By,
    reason: Annotated[str, typer.Option(help="What was wrong, and what is right.")],
    number: Annotated[
        str | None,
        typer.Option(
            "--seal", parser=parse_number, metavar="NUMBER", help="The number that was truly read."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Correct the closing of a closed shipment, by an entry of its own.

    The closing stays in the log as it was told; whoever reads the record reads both.
    """
    from tracker import wiring

    with wiring.commands(load_config(ctx)) as commands:
        found = commands.correct(shipment, by=by, reason=reason, number=number)
    render.findings(found, session(ctx).zone, as_json=as_json)
