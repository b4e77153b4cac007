"""Where a shipment's devices were, fix by fix: from the stored readings, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from tracker.app.planning import Geography, Planned
from tracker.app.queries.beliefs import unbelieved
from tracker.app.queries.map_scene.journey import SeenAt, fixes
from tracker.domain.errors import UsageError
from tracker.ports import Records, StoredReading, StoredShipment


class TrackPoint(Struct, frozen=True, kw_only=True):
    """One fix. time: by the device's clock. late: it came from the device's backlog. believed:
    false for one that the track leaves out, as the rules do.
    """

    time: datetime
    lat: float
    lon: float
    speed_kmh: float | None
    device: str
    late: bool
    believed: bool

    @property
    def key(self) -> tuple[str, str, float, float]:
        """Points are in this order, and no two have the same."""
        return self.time.isoformat(), self.device, self.lat, self.lon


def planned_as_it_can(geography: Geography, stored: StoredShipment) -> Planned:
    """A zone file may have lost what a shipment names; what happened is shown all the same."""
    try:
        return geography.plan(stored)
    except UsageError:
        return geography.unplanned(stored)


def seen_fixes(
    readings: Sequence[StoredReading], planned: Planned, geography: Geography
) -> dict[str, list[SeenAt]]:
    """By device, in the order of the fixes' times, each with whether it was believed."""
    atlas = geography.atlas.extended(planned.own.zones, planned.own.corridors)
    doubted = unbelieved((stored.reading for stored in readings), planned, atlas)
    return fixes(readings, doubted)


def track(records: Records, geography: Geography, stored: StoredShipment) -> list[TrackPoint]:
    """Of all its devices, in the order of time."""
    planned = planned_as_it_can(geography, stored)
    seen = seen_fixes(tuple(records.readings(shipment=stored.id)), planned, geography)
    points = [
        TrackPoint(
            time=one.fix.time,
            lat=one.fix.lat,
            lon=one.fix.lon,
            speed_kmh=one.fix.speed_kmh,
            device=device,
            late=one.late,
            believed=one.believed,
        )
        for device, of_device in seen.items()
        for one in of_device
    ]
    return sorted(points, key=lambda point: point.key)
