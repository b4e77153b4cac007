"""`tracker alerts watch`: follow alerts as they are raised, change and close, until interrupted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session
from tracker.domain.alert import Alert

if TYPE_CHECKING:
    from tracker.ports import Records
from tracker.cli.alerts.shared import OPEN, OfShipment

WATCH_S = 0.5
"""How often `watch` looks. Half a second is soon enough for people and nothing for a database."""


def watch(
    ctx: typer.Context,
    shipment: OfShipment = None,
    as_json: Json = False,
) -> None:
    """Follow alerts as they are raised, change and close, until interrupted.

    Begins with the open ones.
    """
    from tracker import wiring

    zone = session(ctx).zone
    seen: dict[str, Alert] = {}
    with wiring.records(load_config(ctx)) as records:
        while True:
            for alert in changed(records, shipment, seen):
                if as_json:
                    render.json_line(alert)
                else:
                    render.alert_line(alert, zone)
            time.sleep(WATCH_S)


def changed(records: Records, shipment: str | None, seen: dict[str, Alert]) -> list[Alert]:
    """Alerts that are new or different since the last call; `seen` is brought up to date.

    Only the open ones are asked for, however long the history; one that is no longer among them
    has been closed. (Raised and closed between two calls: `alerts list` has it.)
    """
    now = {alert.id: alert for alert in records.alerts(shipment=shipment, status=OPEN)}
    gone = [records.alert(id_) for id_ in seen if id_ not in now]
    found = [alert for id_, alert in now.items() if seen.get(id_) != alert]
    seen.clear()
    seen.update(now)
    return [*found, *(alert for alert in gone if alert is not None)]
