"""What the commands of `tracker shipment` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.alerts.shared import OPEN
from tracker.cli.shared import completing, render
from tracker.cli.shared.session import (
    known_shipment,
    load_config,
    session,
)
from tracker.cli.shared.watched import told, watch_now

if TYPE_CHECKING:
    from tracker.config import Config
    from tracker.domain.finding import Finding


Zone = Annotated[
    str | None, typer.Option("--zone", help="Where: a zone's id.", autocompletion=completing.zones)
]


def show_shipment(ctx: typer.Context, shipment: str, *, as_json: bool) -> None:
    from tracker import wiring
    from tracker.app.queries.shipment_view import shipment_view

    config, zone = load_config(ctx), session(ctx).zone
    with wiring.records(config) as records:
        now = watch_now(config, records)
        found = shipment_view(known_shipment(records, shipment), records, now)
        alerts = records.alerts(shipment=shipment, status=OPEN)
    if as_json:
        render.json_line(found)
    else:
        render.shipment_view(found, alerts, zone)
    if not (as_json and now.watched):
        render.warn(told(now, zone))


def hand_receipts(config: Config, found: list[Finding]) -> None:
    """Write receipts of the handovers and deliveries among them; none if the log is not signed."""
    from tracker import wiring
    from tracker.app.trust import receipts

    if wiring.checkpoint_book(config).newest() is None:
        return
    folder = Path(config.log.receipts)
    with wiring.records(config) as records:
        for name, text in receipts.due(records, found):
            path = folder / name
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            render.warn(f"receipt for the parties: {path}")
