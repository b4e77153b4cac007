"""A mirrored world: what happens on the way west is found as on the way east, north as south."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.detection.trip import Case
from tests.support.played import Player, no_geography
from tracker.app.queries.entries import read
from tracker.domain.finding import FindingType

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
LAT, LON, STEP_DEG = 24.0, -101.0, 0.006
"""Central Mexico, far from any border; a minute's way (some 600 m) along the road."""

Spot = tuple[float, float]
Mirror = Callable[[float, float], Spot]
MIRRORS: dict[str, Mirror] = {
    "as it is": lambda x, y: (x, y),
    "east for west": lambda x, y: (-x, y),
    "north for south": lambda x, y: (x, -y),
    "both": lambda x, y: (-x, -y),
}
"""Of degrees east and north of the middle."""


def spots() -> list[tuple[Spot | None, dict[str, Any] | None]]:
    """Minute by minute: loaded, sealed, driven; a detour of 3 km, an hour's stop, a cut, silence,
    and home."""
    sealed = {"state": "sealed", "number": "MX0000001", "lock_count": 1}
    way: list[tuple[Spot | None, dict[str, Any] | None]] = []
    way += [((0.0, 0.0), {"state": "unarmed"})] * 10
    way += [((0.0, 0.0), sealed)] * 6
    way += [((STEP_DEG * n, 0.0), sealed) for n in range(60)]
    way += [((STEP_DEG * (60 + n), 0.03), sealed) for n in range(15)]
    way += [((STEP_DEG * (75 + n), 0.0), sealed) for n in range(10)]
    way += [((STEP_DEG * 85, 0.0), sealed)] * 60
    way += [((STEP_DEG * (85 + n), 0.0), sealed) for n in range(10)]
    way += [((STEP_DEG * (95 + n), 0.0), {"state": "cut"}) for n in range(5)]
    way += [(None, None)] * 40
    return way + [((STEP_DEG * 110, 0.0), {"state": "cut"})] * 20


def case(mirror: Mirror) -> Case:
    def at(x: float, y: float) -> list[float]:
        east, north = mirror(x, y)
        return [LON + east, LAT + north]

    def zone(x: float, name: str) -> dict[str, Any]:
        corners = [(-0.01, -0.01), (0.01, -0.01), (0.01, 0.01), (-0.01, 0.01), (-0.01, -0.01)]
        ring = [at(x + dx, dy) for dx, dy in corners]
        return {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    road = {"type": "LineString", "coordinates": [at(-0.01, 0.0), at(0.3, 0.0), at(0.67, 0.0)]}
    document = {
        "id": "T1",
        "devices": [{"id": "L1"}],
        "seals": [{"number": "MX0000001", "device": "L1"}],
        "legs": [
            {
                "from": zone(0.0, "plant"),
                "to": zone(STEP_DEG * 110, "yard"),
                "corridor": {"type": "Feature", "properties": {}, "geometry": road},
            }
        ],
    }
    messages = []
    for minute, (spot, seal) in enumerate(spots()):
        if spot is None:
            continue
        time = START + timedelta(minutes=minute + 1)
        lon, lat = at(*spot)
        said = {"time": time.isoformat(), "lat": lat, "lon": lon, "accuracy_m": 5, "seal": seal}
        messages.append((time, "seals/v1/L1/telemetry", json.dumps(said).encode()))
    return Case("T1", document, START, START, messages[-1][0], messages, [], [], [])


def found(mirror: Mirror) -> list[tuple[object, ...]]:
    """What, when, how grave, and where as the zone's name has it."""
    player = Player([case(mirror)], no_geography())
    entries = read(player.play().entries(scope="T1"))
    assert player.refused == []
    of_place = {"document_sha256"}
    return [
        (one.type, one.code, one.at, one.zone, *sorted(_said(one.facts, of_place)))
        for one in entries
        if one.type != FindingType.READINGS_BOUND
    ]


def _said(facts: dict[str, Any], aside: set[str]) -> list[tuple[str, str]]:
    """Metres off the road differ by some: a degree is not as long everywhere."""
    return [
        (name, "some" if name.endswith("_m") else str(value))
        for name, value in facts.items()
        if name not in aside
    ]


def test_the_world_as_it_is_has_something_to_tell() -> None:
    told = found(MIRRORS["as it is"])
    kinds = {str(fact[1]) for one in told for fact in one[4:] if isinstance(fact, tuple)}
    assert kinds >= {"route_deviation", "unplanned_stop", "seal_tampered", "silence"}


@pytest.mark.parametrize("name", [name for name in MIRRORS if name != "as it is"])
def test_a_mirrored_world_tells_the_same(name: str) -> None:
    assert found(MIRRORS[name]) == found(MIRRORS["as it is"])
