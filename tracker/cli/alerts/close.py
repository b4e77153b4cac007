"""`tracker alerts close`: close an alert, with the reason that an auditor will read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.alerts import bulk
from tracker.cli.alerts.shared import As, needed
from tracker.cli.shared import render
from tracker.cli.shared.session import By, Json

if TYPE_CHECKING:
    from tracker.app.commands import CommandHandler
    from tracker.domain.command import AnyCommand
    from tracker.domain.finding import Finding


def close(
    ctx: typer.Context,
    by: By,
    reason: Annotated[str, typer.Option(help="What it was, and how it ended.")],
    alerts: bulk.Ids = None,
    verdict: As = None,
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
    """Close an alert, with the reason that an auditor will read.

    --as says whether it was true, and if not, why: `tracker policy advise` learns from that.
    A condition that lasts is said so, and is raised again if it goes on (see `tracker policy`).
    """
    from tracker.domain.command import CloseAlert

    judged = needed(verdict, "close")

    def make(commands: CommandHandler, alert: str) -> AnyCommand:
        return CloseAlert(at=commands.now(), by=by, alert=alert, reason=reason, verdict=judged)

    def done(commands: CommandHandler, alert: str, findings: Sequence[Finding]) -> None:
        closed = commands.journal.alert(alert)
        if closed is not None and closed.lasts:
            render.warn(
                f"{alert} is closed, and what it tells of goes on\n"
                "  -> it is raised again if it lasts or grows; `alerts accept` sets limits"
            )

    selection = bulk.Selection(kind, severity, shipment, crossing, device, since, all_)
    bulk.act(ctx, alerts, selection, make, doing="close", yes=yes, as_json=as_json, done=done)
