"""`tracker alerts watch`: follow alerts as they are raised, change and close, until interrupted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import typer

from tracker.cli.alerts.shared import OPEN, OfShipment
from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session
from tracker.cli.shared.watched import told, watch_now
from tracker.domain.alert import Alert
from tracker.domain.errors import Passing

if TYPE_CHECKING:
    from tracker.app.queries.watch import Watching
    from tracker.ports import Records

WATCH_S = 0.5
"""How often `watch` looks. Half a second is soon enough for people and nothing for a database."""


def watch(
    ctx: typer.Context,
    shipment: OfShipment = None,
    as_json: Json = False,
) -> None:
    """Follow alerts as they are raised, change and close, until interrupted.

    Begins with the open ones. A line for each incident, and another when its severity, its status
    or its story changes; more evidence alone is none. Says on stderr when nobody is watching.
    """
    from tracker import wiring

    config, zone = load_config(ctx), session(ctx).zone
    seen: dict[str, Alert] = {}
    state: Watching | None = None
    trouble = ""
    # One that is not there yet is made: it is to be followed from its first alert on.
    opened = wiring.records if wiring.made(config) else wiring.journal
    with opened(config) as records:
        while True:
            try:
                now, found = watch_now(config, records), changed(records, shipment, seen)
            except Passing as error:  # locked, or its disk is away: this may pass
                if str(error) != trouble:
                    trouble = str(error)
                    render.warn(trouble)
                time.sleep(WATCH_S)
                continue
            trouble = ""
            if now.watching is not state and not (as_json and state is None and now.watched):
                render.warn(told(now, zone))
            state = now.watching
            for alert in found:
                if as_json:
                    render.json_line(alert)
                else:
                    render.alert_line(alert, zone, session(ctx).language)
            time.sleep(WATCH_S)


def changed(records: Records, shipment: str | None, seen: dict[str, Alert]) -> list[Alert]:
    """Alerts that are new or tell another story since the last call; `seen` is brought up to date.

    Only the open ones are asked for, however long the history; one that is no longer among them
    has been closed. (Raised and closed between two calls: `alerts list` has it.)
    """
    now = {alert.id: alert for alert in records.alerts(shipment=shipment, status=OPEN)}
    gone = [records.alert(id_) for id_ in seen if id_ not in now]
    found = [
        alert for id_, alert in now.items() if id_ not in seen or _story(seen[id_]) != _story(alert)
    ]
    seen.clear()
    seen.update(now)
    return [*found, *(alert for alert in gone if alert is not None)]


def _story(alert: Alert) -> tuple[Any, ...]:
    """What is worth another line. A further chapter is told in the detail; the count is not."""
    return alert.severity, alert.status, alert.chapters, alert.ended_at is None
