"""Where a truck is and what its lock says: arithmetic, noise, and the same again with one seed."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.native import decode
from devices.reading import Reading
from tests.simulation.roads import START, NorthRoad, metres
from tracker.simulation.devices import deliveries
from tracker.simulation.journeys import (
    Detour,
    Drive,
    Journey,
    Moment,
    PlannedHalt,
    SealAct,
    Stretch,
)

ROAD = NorthRoad()
PLAIN = Journey(device="MX-1", road=ROAD, starts_at=START)
EVENTFUL = replace(
    PLAIN,
    stretches=(Stretch(10_000.0, 40.0), Stretch(90_000.0, 80.0)),
    default_kmh=50.0,
    stops=(PlannedHalt(0.0, 10.0), PlannedHalt(40_000.0, 20.0)),
    detours=(Detour(60_000.0, 4_000.0, 5.0),),
    seal=(
        SealAct(Moment(0.0, 5.0), "sealed", "sealed", "A1"),
        SealAct(Moment(40_000.0, 3.0), "open", "opened", None, {"kind": "rfid", "id": "K7"}),
        SealAct(Moment(40_000.0, 9.0), "sealed", "sealed", "A2"),
    ),
)


def test_duration_is_the_sum_of_its_parts() -> None:
    driving = 10 / 40 + 80 / 80 + 10 / 50
    off_road = 2 * 4 / 50
    hours = driving + off_road + (10 + 20 + 5) / 60
    assert Drive(EVENTFUL).duration_s == pytest.approx(3600 * hours)


@pytest.mark.parametrize(
    ("at_m", "minutes"),
    [(0.0, 0.0), (5_000.0, 10 + 7.5), (10_000.0, 10 + 15), (40_000.0, 10 + 15 + 22.5)],
)
def test_minute_is_the_first_arrival(at_m: float, minutes: float) -> None:
    assert Drive(EVENTFUL).minute(at_m) == pytest.approx(minutes)


def test_a_stop_stands_still_and_says_so() -> None:
    drive = Drive(EVENTFUL)
    second = drive.second(Moment(40_000.0, 10.0))
    before, after = drive.at(second), drive.at(second + 300)
    assert (before.lat, before.speed_kmh) == (after.lat, 0.0)
    assert before.progress_m == 40_000.0


def test_a_detour_leaves_the_road_stands_and_returns() -> None:
    drive = Drive(EVENTFUL)
    leaves = drive.second(Moment(60_000.0))
    out = 3600 * 4 / 50
    on_road = ROAD.at(60_000.0)[:2]
    half, there, back = (drive.at(leaves + s) for s in (out / 2, out + 60, out + 300 + out))
    assert metres(*on_road, half.lat, half.lon) == pytest.approx(2_000, rel=1e-3)
    assert half.course_deg == 90.0
    assert half.speed_kmh == pytest.approx(50.0)
    assert metres(*on_road, there.lat, there.lon) == pytest.approx(4_000, rel=1e-3)
    assert there.speed_kmh == 0.0
    assert metres(*on_road, back.lat, back.lon) < 1


def test_a_detour_that_does_not_return_ends_the_journey() -> None:
    drive = Drive(replace(PLAIN, detours=(Detour(50_000.0, 5_000.0, 10.0, returns=False),)))
    end = drive.at(drive.duration_s)
    assert metres(*ROAD.at(50_000.0)[:2], end.lat, end.lon) == pytest.approx(5_000, rel=1e-3)
    with pytest.raises(ValueError, match="never reaches 60000 m"):
        drive.second(Moment(60_000.0))


def test_a_journey_off_its_road_is_refused() -> None:
    with pytest.raises(ValueError, match="does not lie on a road of 100000 m"):
        Drive(replace(PLAIN, end_m=100_002.0))


def test_the_same_journey_says_the_same_bytes_and_another_seed_others() -> None:
    assert deliveries(EVENTFUL) == deliveries(EVENTFUL)
    assert deliveries(EVENTFUL) != deliveries(replace(EVENTFUL, seed=2))


def test_every_payload_is_a_reading_of_the_native_dialect() -> None:
    sent = deliveries(EVENTFUL)
    decoded = [decode(one.topic, one.payload, one.at) for one in sent]
    readings = [reading for batch in decoded for reading in batch]
    assert len(readings) == len(sent)
    assert all(isinstance(reading, Reading) for reading in readings)
    assert [r.event_time for r in readings if isinstance(r, Reading)] == [one.at for one in sent]
    assert not any(r.extra for r in readings if isinstance(r, Reading))


def test_it_reports_at_its_interval_and_at_once_when_the_seal_changes() -> None:
    sent = deliveries(replace(PLAIN, seal=(SealAct(Moment(0.0, 1.1), "sealed", "sealed", "A1"),)))
    offsets = [one.at - START for one in sent[:5]]
    assert offsets == [timedelta(seconds=s) for s in (0, 30, 60, 66, 90)]


def test_the_seal_script_reaches_the_readings_and_events_are_told_once() -> None:
    seals = [json.loads(one.payload)["seal"] for one in deliveries(EVENTFUL)]
    assert Counter(seal.get("event") for seal in seals)["opened"] == 1
    opening = next(seal for seal in seals if seal.get("event") == "opened")
    assert opening == {
        "state": "open",
        "lock_count": 1,
        "number": "A1",
        "event": "opened",
        "credential": {"kind": "rfid", "id": "K7"},
    }
    assert seals[0] == {"state": "unarmed", "lock_count": 0}
    assert seals[-1] == {"state": "sealed", "lock_count": 2, "number": "A2"}


def test_noise_has_the_measured_size_and_memory() -> None:
    journey = replace(PLAIN, interval_s=1.0, default_kmh=20.0)
    bodies = [json.loads(one.payload) for one in deliveries(journey)]
    cross = [metres(b["lat"], -100.0, b["lat"], b["lon"]) for b in bodies]
    p95 = sorted(cross)[int(0.95 * len(cross))]
    assert len(cross) == 18_001
    assert p95 == pytest.approx(10.0, rel=0.15)
    steps = [abs(b["lon"] - a["lon"]) for a, b in itertools.pairwise(bodies)]
    assert max(steps) * 100_000 < 8  # wanders; white noise of this size would step 15 m


@given(share=st.floats(0, 1), seconds=st.floats(0, 600))
def test_it_never_goes_faster_than_its_fastest_stretch(share: float, seconds: float) -> None:
    drive = Drive(EVENTFUL)
    begin = share * drive.duration_s
    here, there = drive.at(begin), drive.at(begin + seconds)
    assert metres(here.lat, here.lon, there.lat, there.lon) <= 80 / 3.6 * seconds + 1
