"""`tracker alerts ack`: acknowledge an alert: somebody acts on it, so it does not escalate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.alerts.shared import OpenAlertIds
from tracker.cli.shared import render
from tracker.cli.shared.choice import each
from tracker.cli.shared.session import By, Json, load_config, session

if TYPE_CHECKING:
    from tracker.domain.finding import Finding


def ack(
    ctx: typer.Context,
    alerts: OpenAlertIds,
    by: By,
    note: Annotated[str, typer.Option(help="What you are doing about it.")] = "",
    as_json: Json = False,
) -> None:
    """Acknowledge an alert: somebody acts on it, so it does not escalate."""
    from tracker import wiring
    from tracker.domain.command import AcknowledgeAlert

    found: list[Finding] = []
    with wiring.commands(load_config(ctx)) as commands:

        def one(alert: str) -> None:
            command = AcknowledgeAlert(at=commands.now(), by=by, alert=alert, note=note)
            found.extend(commands.submit_alert(alert, command))

        try:
            each(alerts, one)
        finally:
            if found:
                render.findings(found, session(ctx).zone, as_json=as_json)
