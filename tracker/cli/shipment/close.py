"""`tracker shipment close`: close a shipment: delivered, or given up before it began."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker import wording
from tracker.cli.shared import render
from tracker.cli.shared.session import (
    By,
    Json,
    ShipmentId,
    load_config,
    session,
)
from tracker.domain.codes import Code
from tracker.domain.errors import Refused
from tracker.domain.finding import Finding, FindingType

if TYPE_CHECKING:
    from tracker.app.commands import CommandHandler
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
    despite: Annotated[
        str | None,
        typer.Option(help="Close it though something is wrong with its seal, and why."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what closing it would find.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Close a shipment: delivered, or given up before it began.

    Refused (exit code 1) while a breach is open, or if the number read is not the one in force,
    unless --despite says why. Exits with 1 too if it was closed and something was found.
    """
    from tracker import wiring
    from tracker.domain.command import CloseShipment

    config = load_config(ctx)
    with wiring.commands(config) as commands:
        command = CloseShipment(
            at=commands.now(),
            by=by,
            number=number,
            reason="; ".join(filter(None, (reason, despite))),
            given_up=given_up,
        )
        expected = commands.preview(shipment, command)
        if dry_run:
            render.findings(expected, session(ctx).zone, as_json=as_json)
            raise typer.Exit(1 if _faults(expected) else 0)
        if not despite and not given_up:
            _may_close(commands, shipment, expected)
        found = commands.submit(shipment, command)
        hand_receipts(config, found)
    render.findings(found, session(ctx).zone, as_json=as_json)
    if _faults(found):
        raise typer.Exit(1)


def _faults(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.type is FindingType.ALERT_RAISED]


def _may_close(commands: CommandHandler, shipment: str, expected: list[Finding]) -> None:
    """Raises Refused for a seal that is breached, or another number than the one in force."""
    breached = commands.breached(shipment)
    differs = [f for f in expected if f.code is Code.RELEASED_NUMBER_DIFFERS]
    if not breached and not differs:
        return
    what = (
        f"the seal of {', '.join(breached)} is breached"
        if breached
        else (wording.of_finding(differs[0]))
    )
    raise Refused(
        what,
        where=f"shipment {shipment}",
        mend='`--dry-run` shows what closing would find; --despite "WHY" closes it all the same',
    )
