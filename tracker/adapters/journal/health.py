"""A device's health, from its newest readings and what was counted of the others."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import datetime

from tracker.ports import DeviceRow, StoredReading

RECENT = 50
"""Not every reading states the battery, nor was each live: so many of the newest are looked at."""


def health(
    recent: Sequence[StoredReading],
    *,
    readings: int,
    late: int,
    rejects: int,
    received_at: datetime,
) -> DeviceRow:
    """recent: the newest readings, the newest first, at least one; the rest counts them all.
    received_at: of the newest receipt.
    """
    newest = recent[0]
    charges = [s.reading.battery_pct for s in recent if s.reading.battery_pct is not None]
    live = [s.reading for s in recent if not (s.late or s.reading.buffered)]
    skews = [(one.received_at - one.event_time).total_seconds() for one in live]
    return DeviceRow(
        device=newest.reading.device,
        dialect=newest.reading.dialect,
        shipment=newest.shipment,
        readings=readings,
        late=late,
        rejects=rejects,
        last_event_at=newest.reading.event_time,
        last_received_at=received_at,
        battery_pct=charges[0] if charges else None,
        skew_s=round(statistics.median(skews), 3) if skews else None,
    )


def mute(device: str, *, dialect: str | None, rejects: int, received_at: datetime) -> DeviceRow:
    """A device of which nothing could be read."""
    return DeviceRow(
        device=device,
        dialect=dialect,
        shipment=None,
        readings=0,
        late=0,
        rejects=rejects,
        last_event_at=None,
        last_received_at=received_at,
    )
