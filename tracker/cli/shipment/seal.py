"""`tracker shipment seal`: record that a seal was applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import (
    By,
    Json,
    ShipmentId,
    load_config,
    parse_number,
    session,
)
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    pass
from tracker.cli.shipment.shared import Zone


def seal(
    ctx: typer.Context,
    shipment: ShipmentId,
    number: Annotated[
        str,
        typer.Option(parser=parse_number, metavar="NUMBER", help="The number now on the doors."),
    ],
    by: By,
    device: Annotated[str | None, typer.Option(help="The lock that carries it.")] = None,
    zone: Zone = None,
    officer: Annotated[str | None, typer.Option(help="The officer who resealed.")] = None,
    agency: Annotated[str | None, typer.Option(help="The officer's agency.")] = None,
    reason: Annotated[str, typer.Option(help="Why it was applied.")] = "",
    verified: Annotated[
        bool, typer.Option("--verified", help="View, Verify, Tug, Twist was done.")
    ] = False,
    incident: Annotated[
        bool, typer.Option("--incident", help="Signs off an opening or tampering; needs --reason.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Record that a seal was applied."""
    from tracker import wiring
    from tracker.domain.command import RecordSeal

    if incident and not reason.strip():
        raise UsageError(
            "--incident needs a reason", mend='--reason "what was inspected, and what was found"'
        )
    with wiring.commands(load_config(ctx)) as commands:
        command = RecordSeal(
            at=commands.now(),
            by=by,
            number=number,
            device=device,
            zone=zone,
            officer=officer,
            agency=agency,
            reason=reason,
            verified=verified,
            incident=incident,
        )
        found = commands.submit(shipment, command)
    render.findings(found, session(ctx).zone, as_json=as_json)
