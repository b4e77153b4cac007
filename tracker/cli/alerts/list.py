"""`tracker alerts list`: list alerts, the newest last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.choice import Newest, Since, Until, period
from tracker.cli.shared.session import Json, known_shipment, load_config, session
from tracker.cli.shared.watched import tell_watch
from tracker.domain.alert import AlertKind, AlertStatus, Severity

if TYPE_CHECKING:
    pass
from tracker.cli.alerts.shared import OPEN, OfShipment


def list_(
    ctx: typer.Context,
    shipment: OfShipment = None,
    status: Annotated[
        list[AlertStatus] | None, typer.Option(help="Only of this status; may be repeated.")
    ] = None,
    severity: Annotated[Severity | None, typer.Option(help="Only of this severity.")] = None,
    kind: Annotated[
        list[AlertKind] | None, typer.Option(help="Only of this kind; may be repeated.")
    ] = None,
    since: Since = None,
    until: Until = None,
    limit: Newest = None,
    parts: Annotated[
        bool,
        typer.Option("--parts", help="With the parts of each, below it."),
    ] = False,
    open_: Annotated[bool, typer.Option("--open", help="Only those not closed.")] = False,
    as_json: Json = False,
) -> None:
    """List alerts, the newest last. --since and --until go by when they were raised.

    What is a part of another alert listed here is told by that one; --json lists it all the same.
    """
    from tracker import wiring

    wanted = [one.value for one in status or ()] or (OPEN if open_ else [])
    begin, end = period(ctx, since, until)
    with wiring.records(load_config(ctx)) as records:
        if shipment is not None:
            known_shipment(records, shipment)
        found = records.alerts(
            shipment=shipment,
            status=wanted,
            severity=severity,
            kinds=[one.value for one in kind or ()],
            since=begin,
            until=end,
            limit=limit,
        )
        shown = found if as_json else render.folded(found, parts=parts)
        zone, language = session(ctx).zone, session(ctx).language
        render.alerts(shown, zone, as_json=as_json, language=language)
        tell_watch(ctx, records, as_json=as_json)
