"""`tracker shipment handover`: hand custody over."""

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
from tracker.domain.errors import UsageError
from tracker.domain.finding import FindingType

if TYPE_CHECKING:
    from tracker.domain.command import Command
from tracker.cli.shipment.shared import Zone, hand_receipts

Number = Annotated[str, typer.Option("--seal", help="The seal number read on the doors.")]


def handover(
    ctx: typer.Context,
    shipment: ShipmentId,
    to: Annotated[str, typer.Option(help="The custodian that receives.")],
    number: Number,
    by: By,
    from_: Annotated[
        str | None, typer.Option("--from", help="The custodian that releases.")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="The receiver accepts, with its own reading.")
    ] = False,
    state: Annotated[str, typer.Option(help="The seal's state, as declared.")] = "sealed",
    zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Hand custody over: the releaser declares (--from), then the receiver accepts (--accept).

    Exits with 1 if the receiver read another number: an alert is raised, custody does not pass.
    """
    from tracker import wiring
    from tracker.domain.command import AcceptCustody, OfferCustody

    if accept == (from_ is not None):
        raise UsageError(
            "a handover is either declared or accepted",
            mend="--from RELEASER declares it, --accept accepts it",
        )
    config = load_config(ctx)
    with wiring.commands(config) as commands:
        command: Command
        if from_ is None:
            command = AcceptCustody(at=commands.now(), by=by, receiver=to, number=number, zone=zone)
        else:
            command = OfferCustody(
                at=commands.now(),
                by=by,
                releaser=from_,
                receiver=to,
                number=number,
                state=state,
                zone=zone,
            )
        found = commands.submit(shipment, command)
        hand_receipts(config, found)
    render.findings(found, session(ctx).zone, as_json=as_json)
    if accept and all(one.type is not FindingType.CUSTODY_ACCEPTED for one in found):
        render.warn(
            "custody has not passed: the numbers differ\n"
            "  -> both are recorded; if one was misread, accept anew with what the seal says"
        )
        raise typer.Exit(1)
