"""Which stored positions were not believed: judged anew from the readings, as the present is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from devices.reading import Fix, Reading
from geofences.atlas import Atlas
from geofences.placement import Placement
from tracker.app.planning import Planned
from tracker.domain.motion import advance
from tracker.domain.state import Lane

Told = tuple[str, datetime, float, float]
"""Device, time, latitude and longitude of a position."""


def told(device: str, fix: Fix) -> Told:
    return device, fix.time, fix.lat, fix.lon


def unbelieved(readings: Iterable[Reading], planned: Planned, atlas: Atlas) -> frozenset[Told]:
    """By device and in the order of the fixes' times, whatever order they came in."""
    by_device: dict[str, list[tuple[Fix, Reading]]] = {}
    for reading in readings:
        if isinstance(reading.position, Fix):
            by_device.setdefault(reading.device, []).append((reading.position, reading))
    found: set[Told] = set()
    for device, pairs in by_device.items():
        pairs.sort(key=lambda pair: pair[0].time)
        lane = Lane()
        places = _placements([fix for fix, _ in pairs], planned, atlas)
        for (fix, reading), placement in zip(pairs, places, strict=True):
            newer = lane.fix is None or fix.time > lane.fix.time
            lane, moves = advance(lane, reading, placement, planned.plan, planned.policy)
            if newer and moves.fix is None:
                found.add(told(device, fix))
    return frozenset(found)


def _placements(fixes: Sequence[Fix], planned: Planned, atlas: Atlas) -> list[Placement]:
    """With whether each is on the corridor of any leg: which is under way then, is not asked."""
    lats, lons = [fix.lat for fix in fixes], [fix.lon for fix in fixes]
    placed = [
        atlas.locate(lats, lons, corridors=[corridor] * len(fixes))
        for corridor in dict.fromkeys(leg.corridor for leg in planned.plan.legs) or (None,)
    ]
    return [
        next((one for one in of_fix if one.on_corridor), of_fix[0])
        for of_fix in zip(*placed, strict=True)
    ]
