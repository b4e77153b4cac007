"""The shape of every fault: what is sent, when, and what is left alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from devices.native import decode
from devices.reading import NoFix, Reading, Rejected
from tests.simulation.roads import START, NorthRoad, metres
from tracker.simulation import faults
from tracker.simulation.devices import Delivery, deliveries
from tracker.simulation.journeys import Fault, Journey, PlannedHalt
from tracker.simulation.scenarios import MISHAPS, honest

PLAIN = Journey(
    device="MX-1", road=NorthRoad(), starts_at=START, stops=(PlannedHalt(50_000.0, 30.0),)
)
HONEST = deliveries(PLAIN)


def sent(*given: Fault) -> list[Delivery]:
    return deliveries(replace(PLAIN, faults=given))


def bodies(sendings: list[Delivery]) -> list[dict[str, Any]]:
    decoded = [json.loads(one.payload) for one in sendings]
    return [body for one in decoded for body in (one if isinstance(one, list) else [one])]


def minute(moment: datetime) -> float:
    return (moment - START).total_seconds() / 60


def outside(sendings: list[Delivery], first: float, last: float) -> list[Delivery]:
    return [one for one in sendings if not first <= minute(one.at) < last]


def test_jammer_says_so_once_and_is_silent() -> None:
    found = sent(faults.Jammer(30.0, 20.0))
    assert outside(found, 30, 50) == outside(HONEST, 30, 50)
    (flagged,) = [one for one in found if 30 <= minute(one.at) < 50]
    assert json.loads(flagged.payload)["jamming"] is True
    assert minute(flagged.at) == 30


def test_a_jammer_that_is_not_recognised_collapses_satellites_under_a_strong_cell() -> None:
    within = [b for b in bodies(sent(faults.Jammer(30.0, 20.0, silent=False))) if "lat" not in b]
    assert len(within) == 40
    assert all(b["satellites"] <= 2 and b["cell"]["rssi"] > -85 for b in within)
    assert not any("jamming" in b for b in within)


def test_after_a_gap_the_newest_comes_first_and_the_stored_ones_in_one_array() -> None:
    found = sent(faults.CoverageLoss(30.0, 20.0))
    live = next(index for index, one in enumerate(found) if minute(one.at) >= 50)
    first, batch = found[live], found[live + 1]
    assert minute(first.at) == minute(batch.at) == 50
    assert json.loads(first.payload)["time"] == "2025-03-01T14:50:00.000Z"
    stored = json.loads(batch.payload)
    assert len(stored) == batch.readings == 40
    assert all(body["buffered"] is True for body in stored)
    assert [body["time"] for body in stored] == sorted(body["time"] for body in stored)
    assert {b["time"] for b in bodies(found)} == {b["time"] for b in bodies(HONEST)}


def test_a_long_backlog_is_split_at_the_dialects_limit() -> None:
    journey = replace(PLAIN, interval_s=2.0, faults=(faults.CoverageLoss(10.0, 60.0),))
    sizes = [one.readings for one in deliveries(journey) if one.readings > 1]
    assert sizes == [1_000, 800]


def test_a_gap_without_end_delivers_when_it_ends() -> None:
    found = sent(faults.CoverageLoss(100.0, 600.0))
    assert found[-1].readings > 1
    assert minute(found[-1].at) == 700


def test_duplicates_are_the_same_bytes_again() -> None:
    found = sent(faults.Duplicates(0.25))
    extra = len(found) - len(HONEST)
    assert {one.payload for one in found} == {one.payload for one in HONEST}
    assert 0.15 < extra / len(HONEST) < 0.35


def test_disorder_overtakes_and_loses_nothing() -> None:
    found = bodies(sent(faults.Disorder()))
    times = [body["time"] for body in found]
    assert times != sorted(times)
    assert sorted(times) == [body["time"] for body in bodies(HONEST)]


def test_a_jump_moves_one_fix() -> None:
    moved = [
        metres(a["lat"], a["lon"], b["lat"], b["lon"])
        for a, b in zip(bodies(HONEST), bodies(sent(faults.Jump(40.0))), strict=True)
    ]
    assert [round(m, -2) for m in moved if m] == [9_000]


def test_drift_moves_only_parked_fixes_and_no_further_than_it_says() -> None:
    pairs = list(zip(bodies(HONEST), bodies(sent(faults.Drift(90.0))), strict=True))
    moved = [(a["speed"], metres(a["lat"], a["lon"], b["lat"], b["lon"])) for a, b in pairs]
    assert all(m == 0 for speed, m in moved if speed)
    assert 60 < max(m for _, m in moved) < 91


def test_skew_changes_times_not_the_sending() -> None:
    found = sent(faults.ClockSkew(300.0))
    assert [one.at for one in found] == [one.at for one in HONEST]
    assert bodies(found)[0]["time"] == "2025-03-01T14:05:00.000Z"


def test_zeros_are_no_fixes() -> None:
    found = sent(faults.Zeros(30.0, 10.0))
    readings = [r for one in found for r in decode(one.topic, one.payload, one.at)]
    assert sum(isinstance(r, Reading) and isinstance(r.position, NoFix) for r in readings) == 20


def test_corrupt_is_one_payload_nobody_can_read() -> None:
    found = sent(faults.Corrupt(30.0))
    readings = [r for one in found for r in decode(one.topic, one.payload, one.at)]
    assert [isinstance(r, Rejected) for r in readings].count(True) == 1
    assert sum(one.readings for one in found) == len(HONEST) - 1


def test_adding_a_fault_changes_no_other() -> None:
    alone = bodies(sent(faults.Disorder()))
    both = bodies(sent(faults.Disorder(), faults.Zeros(10.0, 5.0)))
    assert [body["time"] for body in alone] == [body["time"] for body in both]


@pytest.mark.parametrize("name", MISHAPS)
def test_every_mishap_changes_what_an_honest_truck_sends(name: str) -> None:
    journey = honest("MX-1", NorthRoad(), START, number="A1")
    mishap = MISHAPS[name](journey)
    assert deliveries(mishap) != deliveries(journey)
    assert deliveries(mishap)[0].at - START < timedelta(minutes=1)
