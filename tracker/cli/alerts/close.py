"""`tracker alerts close`: close an alert, with the reason that an auditor will read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.alerts.shared import As, OpenAlertIds, needed
from tracker.cli.shared import render
from tracker.cli.shared.choice import each
from tracker.cli.shared.session import By, Json, load_config, session

if TYPE_CHECKING:
    from tracker.domain.finding import Finding


def close(
    ctx: typer.Context,
    alerts: OpenAlertIds,
    by: By,
    reason: Annotated[str, typer.Option(help="What it was, and how it ended.")],
    verdict: As = None,
    as_json: Json = False,
) -> None:
    """Close an alert, with the reason that an auditor will read.

    --as says whether it was true, and if not, why: `tracker policy advise` learns from that.
    A condition that lasts is said so, and is raised again if it goes on (see `tracker policy`).
    """
    from tracker import wiring
    from tracker.domain.command import CloseAlert

    judged = needed(verdict, "close")
    found: list[Finding] = []
    with wiring.commands(load_config(ctx)) as commands:

        def one(alert: str) -> None:
            before = commands.journal.alert(alert)
            command = CloseAlert(
                at=commands.now(), by=by, alert=alert, reason=reason, verdict=judged
            )
            found.extend(commands.submit_alert(alert, command))
            if before is not None and before.lasts:
                render.warn(
                    f"{alert} is closed, and what it tells of goes on\n"
                    "  -> it is raised again if it lasts or grows; `alerts accept` sets limits"
                )

        try:
            each(alerts, one)
        finally:
            if found:
                render.findings(found, session(ctx).zone, as_json=as_json)
