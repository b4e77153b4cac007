"""`tracker alerts show`: show alerts in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tracker.cli.alerts.shared import AlertIds
from tracker.cli.shared import render
from tracker.cli.shared.choice import each
from tracker.cli.shared.session import Json, load_config, session
from tracker.domain.errors import NotFound

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.domain.alert import Alert
    from tracker.ports import Records


def show(ctx: typer.Context, alerts: AlertIds, as_json: Json = False) -> None:
    """Show an alert in full, and what became of it: by whom, when, in which words."""
    from tracker import wiring

    zone = session(ctx).zone
    with wiring.records(load_config(ctx)) as records:

        def one(alert: str) -> None:
            found = records.alert(alert)
            if found is None:
                raise NotFound(
                    f"there is no alert {alert}", mend="`tracker alerts list` names them"
                )
            if as_json:
                render.json_line(found)
                return
            if alert != alerts[0]:
                render.say("")
            _show(records, found, zone)

        each(alerts, one)


def _show(records: Records, alert: Alert, zone: ZoneInfo) -> None:
    from tracker.app.queries.entries import entry_of

    entries = (entry_of(row) for row in records.entries(scope=alert.scope))
    render.alert_pairs(alert, zone)
    render.say("")
    render.table(
        ("RECORDED", "WHAT", "BY", "DETAIL"),
        (
            (render.moment(entry.recorded_at, zone), entry.type, entry.by, entry.detail)
            for entry in entries
            if entry.alert == alert.id
        ),
        empty="no entries",
    )
