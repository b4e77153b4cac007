"""`tracker alerts accept`: bear with what goes on, within limits."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.alerts.shared import As, OpenAlertIds, needed
from tracker.cli.shared import render
from tracker.cli.shared.choice import each
from tracker.cli.shared.session import By, Json, load_config, parse_moment, session

if TYPE_CHECKING:
    from tracker.domain.finding import Finding


def accept(
    ctx: typer.Context,
    alerts: OpenAlertIds,
    by: By,
    reason: Annotated[str, typer.Option(help="Why it is borne with.")],
    verdict: As = None,
    until: Annotated[
        datetime | None,
        typer.Option(parser=parse_moment, metavar="RFC3339", help="It raises again after this."),
    ] = None,
    distance_m: Annotated[
        int | None, typer.Option(min=1, help="It raises again further from there than this (m).")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="It raises again in any zone but this one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Accept what goes on, within limits: a detour that was agreed, a repair on the way.

    The alert is closed. Past a limit, or if it grows graver, it is raised again.
    """
    from tracker import wiring
    from tracker.domain.command import AcceptAlert

    judged = needed(verdict, "accept")
    found: list[Finding] = []
    with wiring.commands(load_config(ctx)) as commands:

        def one(alert: str) -> None:
            command = AcceptAlert(
                at=commands.now(),
                by=by,
                alert=alert,
                reason=reason,
                verdict=judged,
                until=until,
                distance_m=distance_m,
                zone=zone,
            )
            found.extend(commands.submit_alert(alert, command))

        try:
            each(alerts, one)
        finally:
            if found:
                render.findings(found, session(ctx).zone, as_json=as_json)
