"""The dirt of real telemetry, anywhere in an honest trip, moves nothing; the truth is followed.

A sealed truck drives from its plant by a planned rest to its yard, through the real intake.
Forbidden ground lies on both sides of its corridor, so that every fix that is wrongly believed
shows. What is found of a dirty trip must be what is found of the clean one.
"""

from __future__ import annotations

import math
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.office import START, Office, message
from tracker.app.queries.entries import read
from tracker.domain.alert import Severity
from tracker.ports import Message

NORTH_M, EAST_M = 110_800.0, 100_100.0
KMH = 66.0
MOVES = {"zone_entered", "zone_left", "zone_passed", "leg_completed", "seal_state"}


def at(east: float, north: float) -> tuple[float, float]:
    """Latitude and longitude, so many metres from 26 N, 100 W."""
    return 26.0 + north / NORTH_M, -100.0 + east / EAST_M


def box(name: str, kind: str, west: float, south: float, east: float, north: float) -> Any:
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ring = [[lon, lat] for lat, lon in (at(*corner) for corner in corners)]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    properties = {"kind": kind, "name": name}
    return {"type": "Feature", "id": name, "properties": properties, "geometry": geometry}


def road(length_m: float) -> Any:
    line = [[lon, lat] for lat, lon in (at(0, -2_000), at(0, length_m + 2_000))]
    properties = {"name": "road", "half_width_m": 400}
    geometry = {"type": "LineString", "coordinates": line}
    return {"type": "Feature", "id": "road", "properties": properties, "geometry": geometry}


LENGTH_M, REST_M = 44_000.0, 22_000.0
DOCUMENT = {
    "id": "S1",
    "devices": [{"id": "L1"}],
    "seals": [{"number": "MX1", "device": "L1"}],
    "zones": [
        box("plant", "plant", -400, -400, 400, 400),
        box("rest", "rest_stop", -400, REST_M - 400, 400, REST_M + 400),
        box("yard", "yard", -400, LENGTH_M - 400, 400, LENGTH_M + 400),
        box("west", "restricted", -12_000, -12_000, -700, LENGTH_M + 12_000),
        box("east", "restricted", 700, -12_000, 12_000, LENGTH_M + 12_000),
    ],
    "legs": [{"from": "plant", "to": "yard", "corridor": road(LENGTH_M)}],
    "planned_stops": [{"zone": "rest", "minutes": 30}],
}


@dataclass
class Heard:
    """One reading on its way: its second, where it says it is (m), its speed, when it arrives."""

    second: float
    east: float
    north: float
    kmh: float
    arrives: float
    body: dict[str, Any]


def trip(interval_s: float) -> list[Heard]:
    """Stands 8 min, drives to the rest, stands 8 min, drives to the yard, stands 12 min."""
    heard, second, north = list[Heard](), 0.0, 0.0
    for goal, minutes in ((0.0, 8), (REST_M, 8), (LENGTH_M, 12)):
        while north < goal:
            north = min(north + KMH / 3.6 * interval_s, goal)
            heard.append(Heard(second, 0.0, north, KMH, second + 2, {}))
            second += interval_s
        until = second + minutes * 60
        while second < until:
            heard.append(Heard(second, 0.0, north, 0.0, second + 2, {}))
            second += interval_s
    return heard


Pick = Callable[[float, float], float]
"""A number between two."""
Dirt = Callable[[list[Heard], int, Pick], None]


def jumps(count: int, *, spot: bool) -> Dirt:
    """So many in a row that agree: by the same offset, or at the same spot."""

    def dirty(heard: list[Heard], n: int, pick: Pick) -> None:
        far, turn = 10 ** pick(2.31, 3.97), pick(0, 2 * math.pi)
        if spot or count > 1:
            far = max(far, 2_000.0)
        first = heard[n].east, heard[n].north
        for one in heard[n : n + count]:
            east, north = first if spot else (one.east, one.north)
            one.east, one.north = east + far * math.sin(turn), north + far * math.cos(turn)
            one.body = {"accuracy": 1.7}

    return dirty


def told(**body: Any) -> Dirt:
    """The reading says this instead."""

    def dirty(heard: list[Heard], n: int, pick: Pick) -> None:
        heard[n].body = dict(body)

    return dirty


def frozen(heard: list[Heard], n: int, pick: Pick) -> None:
    for one in heard[n : n + 4]:
        one.east, one.north = heard[n].east, heard[n].north


def drift(heard: list[Heard], n: int, pick: Pick) -> None:
    """Multipath: 60 m aside for a while."""
    turn = pick(0, 2 * math.pi)
    for one in heard[n : n + 4]:
        one.east += 60 * math.sin(turn)
        one.north += 60 * math.cos(turn)


def duplicate(heard: list[Heard], n: int, pick: Pick) -> None:
    late = pick(1, 200)
    one = heard[n]
    heard.append(Heard(one.second, one.east, one.north, one.kmh, one.arrives + late, one.body))


def overtaken(heard: list[Heard], n: int, pick: Pick) -> None:
    heard[n].arrives = heard[n + 1].arrives + pick(0.5, 20)


def backlog(heard: list[Heard], n: int, pick: Pick) -> None:
    """Four minutes' worth without coverage, told afterwards in one burst, newest first."""
    stored = [one for one in heard if 0 <= one.second - heard[n].second < 240]
    for number, one in enumerate(reversed(stored)):
        one.arrives = heard[n].second + 250 + number * 0.1
        one.body = {"buffered": True} | one.body


def slow_clock(heard: list[Heard], n: int, pick: Pick) -> None:
    heard[n].body = {"time": (START + timedelta(seconds=heard[n].second - 45)).isoformat()}


def offset_of_summer(heard: list[Heard], n: int, pick: Pick) -> None:
    """The clocks are put forward: the same times, written otherwise from there on."""
    for one in heard[n:]:
        time = START + timedelta(seconds=one.second)
        one.body = {"time": f"{(time - timedelta(hours=5)).replace(tzinfo=None)}-05:00"} | one.body


def counters(heard: list[Heard], n: int, pick: Pick) -> None:
    for number, one in enumerate(heard):
        one.body = {"seq": number + 900 if number < n else number - n} | one.body


SINGLE: dict[str, Dirt] = {
    "one jump": jumps(1, spot=False),
    "two jumps that agree": jumps(2, spot=False),
    "two jumps to one spot": jumps(2, spot=True),
    "0,0": told(lat=0.0, lon=0.0),
    "longitude 0": told(lon=0.0),
    "latitude 0": told(lat=0.0),
    "longitude missing": told(lon=None),
    "latitude of the other half": told(lat=-26.0),
    "clock of 2004": told(time="2004-01-01T00:00:10Z"),
    "clock of 1980": told(time="1980-01-06T00:01:00Z"),
    "weeks rolled over": told(time=(START - timedelta(weeks=1024)).isoformat()),
    "HDOP 99": told(hdop=99.9, lat=26.7, lon=-99.1),
    "no satellites": told(satellites=0, lat=26.07, lon=-99.9),
    "frozen": frozen,
    "drift": drift,
    "twice": duplicate,
    "overtaken": overtaken,
    "backlog": backlog,
    "a clock 45 s behind": slow_clock,
    "summer time": offset_of_summer,
    "counters begin anew": counters,
}
AT_ONCE = timedelta(minutes=2)
"""What arrives within this is one batch."""
SPAN = 6
"""Readings between two pieces of dirt, and at both ends."""


def played(heard: list[Heard]) -> tuple[Counter[Any], Counter[Any]]:
    """What moved (of the custody log), and the alerts that warn or worse."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder), now=START - timedelta(minutes=1))
        try:
            office.open(DOCUMENT)
            batch: list[Message] = []
            for one in sorted(heard, key=lambda one: one.arrives):
                batch.append(_message(one))
                now = batch[-1].received_at
                if now - batch[0].received_at >= AT_ONCE:
                    office.clock.set(now)
                    office.hear(*batch)
                    batch = []
            office.hear(*batch)
            moved = Counter(_moves(office))
            alerts = Counter(
                (str(alert.kind), str(alert.severity))
                for alert in office.journal.alerts()
                if alert.severity is not Severity.INFO
            )
        finally:
            office.close()
    return moved, alerts


def _message(one: Heard) -> Message:
    lat, lon = at(one.east, one.north)
    said = {
        "time": (START + timedelta(seconds=one.second)).isoformat(),
        "lat": round(lat, 6), "lon": round(lon, 6), "speed": one.kmh, "course": 0,
        "satellites": 9, "seal": {"state": "sealed", "number": "MX1"},
    } | one.body  # fmt: skip
    return message("L1", said, at=START + timedelta(seconds=one.arrives))


def _moves(office: Office) -> list[tuple[str, str | None, str]]:
    entries = read(office.journal.entries())
    kept = [one for one in entries if one.type in MOVES and not one.late]
    return [(str(one.type), one.zone, str(one.facts.get("to", ""))) for one in kept]


@pytest.fixture(scope="module", params=[30.0, 60.0])
def clean(request: pytest.FixtureRequest) -> tuple[float, Counter[Any]]:
    moved, alerts = played(trip(request.param))
    assert not alerts
    assert {zone for _, zone, _ in moved} >= {"S1/plant", "S1/rest", "S1/yard"}
    return request.param, moved


@settings(
    max_examples=10,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_dirt_upon_dirt_moves_nothing(
    clean: tuple[float, Counter[Any]], data: st.DataObject
) -> None:
    interval_s, moved = clean
    heard = trip(interval_s)
    places = data.draw(
        st.lists(st.integers(1, len(heard) // SPAN - 2), min_size=1, max_size=4, unique=True)
    )
    for place in places:
        dirt = SINGLE[data.draw(st.sampled_from(sorted(SINGLE)))]
        dirt(heard, place * SPAN, lambda least, most: data.draw(st.floats(least, most)))
    assert played(heard) == (moved, Counter())


@pytest.mark.parametrize("name", sorted(SINGLE))
def test_each_kind_of_dirt_moves_nothing(clean: tuple[float, Counter[Any]], name: str) -> None:
    """At the plant, under way, at the rest, and on the way on: one after the other."""
    interval_s, moved = clean
    heard = trip(interval_s)
    rnd = random.Random(name)
    standing = round(240 / interval_s)
    for place in (standing, standing * 5, round(1_900 / interval_s), round(2_900 / interval_s)):
        SINGLE[name](heard, place, rnd.uniform)
    assert played(heard) == (moved, Counter())


@pytest.mark.parametrize("count", [3])
def test_more_jumps_are_at_most_not_credible(clean: tuple[float, Counter[Any]], count: int) -> None:
    """Three that agree. After more of them, a truck that was unheard between would be there too."""
    interval_s, moved = clean
    heard = trip(interval_s)
    jumps(count, spot=False)(heard, round(1_000 / interval_s), random.Random(count).uniform)
    found, alerts = played(heard)
    assert found == moved
    assert alerts <= Counter({("position_not_credible", "warning"): 1})
