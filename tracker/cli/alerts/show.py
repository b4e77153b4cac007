"""`tracker alerts show`: show one alert in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session
from tracker.domain.errors import NotFound

if TYPE_CHECKING:
    pass
from tracker.cli.alerts.shared import AlertId


def show(ctx: typer.Context, alert: AlertId, as_json: Json = False) -> None:
    """Show one alert in full, and what became of it: by whom, when, in which words."""
    from tracker import wiring
    from tracker.app.queries.entries import entry_of

    zone = session(ctx).zone
    with wiring.records(load_config(ctx)) as records:
        found = records.alert(alert)
        if found is None:
            raise NotFound(f"there is no alert {alert}", mend="`tracker alerts list` names them")
        if as_json:
            render.json_line(found)
            return
        scope = found.shipment or f"device:{found.device}"
        entries = (entry_of(row) for row in records.entries(scope=scope))
        render.alert_pairs(found, zone)
        render.say("")
        render.table(
            ("RECORDED", "WHAT", "BY", "DETAIL"),
            (
                (render.moment(entry.recorded_at, zone), entry.type, entry.by, entry.detail)
                for entry in entries
                if entry.alert == alert
            ),
            empty="no entries",
        )
