"""`tracker alerts snooze`: let it call nobody for a while, or within a place."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.alerts import bulk
from tracker.cli.shared.choice import duration
from tracker.cli.shared.session import By, Json, parse_moment
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from tracker.app.commands import CommandHandler
    from tracker.domain.command import AnyCommand


def snooze(
    ctx: typer.Context,
    by: By,
    alerts: bulk.Ids = None,
    until: Annotated[
        datetime | None,
        typer.Option(parser=parse_moment, metavar="RFC3339", help="It calls again after this."),
    ] = None,
    for_: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="It calls again after: 45m, 2h.")
    ] = None,
    distance_m: Annotated[
        int | None,
        typer.Option(min=1, help="It calls again further than this from where the truck is (m)."),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(help="It calls again when the truck has left this zone, where it is now."),
    ] = None,
    reason: Annotated[str, typer.Option(help="What is waited for.")] = "",
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
    """Let it call nobody for a while, or as long as the truck is where it is.

    What goes on within the limits raises and escalates nothing. Past the first of them it calls
    again, unless it is over; if it becomes graver it does at once. The longest is a day (`tracker
    policy`, snooze_longest_min), whatever the limits.
    """
    from tracker.domain.command import SnoozeAlert

    if until is not None and for_ is not None:
        raise UsageError("--until and --for both say when", mend="give one of them")
    span = None if for_ is None else duration(for_, where="--for")

    def make(commands: CommandHandler, alert: str) -> AnyCommand:
        now = commands.now()
        return SnoozeAlert(
            at=now,
            by=by,
            alert=alert,
            until=until if span is None else now + span,
            distance_m=distance_m,
            zone=zone,
            reason=reason,
        )

    selection = bulk.Selection(kind, severity, shipment, crossing, device, since, all_)
    bulk.act(ctx, alerts, selection, make, doing="snooze", yes=yes, as_json=as_json)
