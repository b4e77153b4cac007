"""`tracker alerts ack`: acknowledge: somebody acts on it, so it does not escalate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.alerts import bulk
from tracker.cli.alerts.answer import OfMessage, by_code
from tracker.cli.shared import render
from tracker.cli.shared.session import By, Json, session

if TYPE_CHECKING:
    from tracker.app.commands import CommandHandler
    from tracker.domain.command import AnyCommand
    from tracker.domain.finding import Finding


def ack(
    ctx: typer.Context,
    by: By,
    alerts: bulk.Ids = None,
    code: OfMessage = None,
    note: Annotated[str, typer.Option(help="What you are doing about it.")] = "",
    kind: bulk.OfKind = None,
    severity: bulk.OfSeverity = None,
    shipment: bulk.OfShipment = None,
    crossing: bulk.OfCrossing = None,
    device: bulk.OfDevice = None,
    since: bulk.RaisedSince = None,
    all_: bulk.All = False,
    yes: bulk.Yes = False,
    as_json: Json = False,
) -> None:
    """Acknowledge an alert: somebody acts on it, so it does not escalate.

    The first who does is who acknowledged it. A later one is told so, and is on record beside.
    --code takes the code of a message in place of alerts, and acknowledges as who it was sent to.
    """
    if code is not None:
        chosen = bool(kind or severity or shipment or crossing or device or since or all_)
        by_code(ctx, code, note, named=bool(alerts) or chosen, as_json=as_json)
        return
    from tracker.domain.codes import Code
    from tracker.domain.command import AcknowledgeAlert

    def make(commands: CommandHandler, alert: str) -> AnyCommand:
        return AcknowledgeAlert(at=commands.now(), by=by, alert=alert, note=note)

    def done(commands: CommandHandler, alert: str, findings: Sequence[Finding]) -> None:
        first = commands.journal.alert(alert)
        if first is None or first.acknowledged_at is None:
            return
        if any(one.code is Code.ALERT_ACKNOWLEDGED_BEFORE for one in findings):
            when = render.moment(first.acknowledged_at, session(ctx).zone)
            render.warn(
                f"{alert} was acknowledged before, by {first.acknowledged_by} at {when}\n"
                "  -> that stands; yours is on record beside it"
            )

    selection = bulk.Selection(kind, severity, shipment, crossing, device, since, all_)
    bulk.act(ctx, alerts, selection, make, doing="acknowledge", yes=yes, as_json=as_json, done=done)
