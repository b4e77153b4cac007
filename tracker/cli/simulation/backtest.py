"""`tracker replay --against`: what the rules conclude from a track, with nothing published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import load_config, session
from tracker.cli.shipment import file as shipment_file

if TYPE_CHECKING:
    from tracker.simulation.devices import Delivery


def judge(
    ctx: typer.Context,
    sendings: Sequence[Delivery],
    shipment: str,
    version: str | None,
    *,
    as_json: bool,
) -> None:
    """Prints the alerts, as `alerts list` does; the counts for people on stderr."""
    from tracker import wiring
    from tracker.app.backtest import backtest
    from tracker.ports import Message

    config = load_config(ctx)
    geography = wiring.old_geography(config, version) if version else wiring.geography(config)
    document, _ = shipment_file.read(shipment)
    start = min(sending.at for sending in sendings)
    messages = (
        Message(topic=one.topic, payload=one.payload, received_at=one.at) for one in sendings
    )
    with wiring.backtest(geography, config.log.origin, start) as (ingest, commands, journal, clock):
        commands.open(document, by="rehearsal")
        count = backtest(ingest, clock, messages)
        alerts, counts = journal.alerts(), journal.counts()
    render.warn(
        f"{count} messages judged by zones {geography.version}: {counts['readings']} readings, "
        f"{counts['late']} late, {counts['rejects']} rejects, {len(alerts)} alerts"
    )
    render.alerts(alerts, session(ctx).zone, as_json=as_json)
