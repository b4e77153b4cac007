"""What is said of a seal does not hang on the dirt around it: neither on one fix, nor on the order
in which a flush arrives, nor on a clock that runs ahead, nor on what arrives twice.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.support.cases import T0, Play
from tracker.domain.alert import Severity

Said = dict[str, Any]

SHIPMENT: Said = {
    "credentials": ["C1"],
    "authorisations": [
        {"zone": "customs", "agency": "ANAM", "reason": "red light", "credential": "C1"}
    ],
}
CARD = {"kind": "rfid", "id": "C1"}
SEALED, OPEN = {"state": "sealed"}, {"state": "open"}
KINDS = ("seal_", "unlock_", "handover_")


def honest() -> list[Said]:
    """From the plant through customs, where it is opened by leave and sealed anew, to the yard."""
    steps: list[Said] = []

    def say(at: float, km: float, zone: str | None, speed: float, seal: Said) -> None:
        country = "US" if km > 205 else "MX"
        zones = [zone] if zone else []
        steps.append({"at": at, "km": km, "zones": zones, "speed": speed, "seal": seal,
                      "country": country, "seq": len(steps) + 1, "aside": True})  # fmt: skip

    for minute in (0, 2, 4):
        say(minute, 0, "plant", 0, {"state": "unarmed"})
    say(5, 0, "plant", 0, {"state": "sealed", "event": "sealed", "number": "MX100"})
    say(7, 0, "plant", 0, SEALED)
    for number in range(20):
        say(9 + 2 * number, 5 + 10 * number / 5, None, 60, SEALED)
    for minute in range(50, 56, 2):
        say(minute, 44, "customs", 0, SEALED)
    say(57, 44, "customs", 0, {"state": "open", "event": "opened", "credential": CARD})
    for minute in range(58, 68, 2):
        say(minute, 44.02, "customs", 0, OPEN)
    say(69, 44, "customs", 0, {"state": "sealed", "event": "sealed", "number": "MX200"})
    for minute in range(70, 76, 2):
        say(minute, 44, "customs", 0, SEALED)
    for number in range(10):
        say(77 + 2 * number, 46 + 2 * number, None, 60, SEALED)
    for minute in range(98, 110, 2):
        say(minute, 66, "yard-us", 0, SEALED)
    return steps


def talkative(steps: list[Said]) -> list[Said]:
    """The same from a lock that tells its number and lock count with each word."""
    number, count, told_so = None, 1, []
    for said in steps:
        seal = said["seal"]
        if seal.get("event") == "sealed":
            count += number is not None
            number = seal["number"]
        if seal["state"] == "sealed":
            seal = {**seal, "number": number, "lock_count": count}
        told_so.append({**said, "seal": seal})
    return told_so


RECORD: Said = {
    "command": "seal", "number": "MX200", "officer": "R. Luna", "agency": "ANAM",
    "reason": "red light",
}  # fmt: skip
CLOSE: Said = {"command": "close", "number": "MX200"}
N = len(honest())


def told(steps: list[Said], *, record_at: float = 71.5) -> Counter[tuple[str, str]]:
    """Kind and severity of every seal alert that was ever raised, however it ended."""
    received: list[tuple[float, int, Said]] = [
        (said["received"] if "received" in said else said["at"], n, said)
        for n, said in enumerate(steps)
    ]
    end = max(at for at, _, _ in received)
    commands: list[tuple[float, int, Said]] = [(record_at, -1, RECORD), (end + 1.0, -1, CLOSE)]
    play = Play({"shipment": SHIPMENT})
    for at, _, said in sorted([*received, *commands], key=lambda item: item[:2]):
        what = {**said, "at": at} if "command" in said else said
        play._tick(max(play.now, _time(at)))
        play.step(*play.input(what))
    play._tick(_time(end + 60))
    return Counter(
        (alert.kind.value, alert.severity.value)
        for alert in play.alerts.values()
        if alert.kind.startswith(KINDS) and alert.severity is not Severity.INFO
    )


def _time(at: float) -> datetime:
    return T0 + timedelta(minutes=at)


def flushed(steps: list[Said], first: int, last: int, order: list[int]) -> list[Said]:
    """Those from `first` to `last` arrive together, in this order."""
    at = steps[last - 1]["at"]
    mixed = [steps[n] for n in order]
    whole = [{**said, "received": at + 0.001 * n} for n, said in enumerate(mixed)]
    return [*steps[:first], *whole, *steps[last:]]


def dirty(kind: str, base: Said) -> Said:
    """The same reading as a receiver makes of it on a bad day."""
    said = dict(base)
    if kind.startswith("jump"):
        said["km"] = said["km"] + float(kind.split()[1]) / 1000
        said["zones"], said["off"] = [], 900.0 if "off" in kind else 0.0
    if kind.startswith("claims"):
        said["speed"] = float(kind.split()[1])
    if kind == "zero":
        said |= {"lat": 0.0, "lon": 0.0, "zones": [], "off": 9e6}
    if kind == "none":
        said["no_fix"] = True
    if kind == "starved":
        said["satellites"] = 0
    if kind == "fast jump":
        said |= {"km": said["km"] + 3, "speed": 20, "zones": []}
    return said


DIRT = ("jump 200", "jump 900", "jump 5000", "jump 2000 off", "claims 9", "claims 20", "claims 60",
        "zero", "none", "starved")  # fmt: skip
STANDS = [n for n, said in enumerate(honest()) if not said["speed"] and n % 3 in (0, 1)]
"""Among them the sealing (3), the opening (28) and the reseal (34)."""
SHORT_MIN = 14.0
"""A flush after a silence of more than 10 min is one after a silence: found open then is grave."""


def _last(first: int) -> int:
    """The end of what may be held up together from there on."""
    steps, last = honest(), first + 2
    limit = SHORT_MIN if steps[first - 1 if first else 0]["speed"] == 0 else 9.0
    while last < N and steps[last]["at"] - steps[first - 1 if first else 0]["at"] < limit:
        last += 1
    return last


orders = st.integers(0, N - 2).flatmap(
    lambda first: st.integers(first + 2, _last(first)).flatmap(
        lambda last: st.tuples(
            st.just(first), st.just(last), st.permutations(range(first, last)).map(list)
        )
    )
)


def test_the_honest_journey_is_quiet() -> None:
    assert not told(honest())


@pytest.mark.parametrize("kind", DIRT)
@pytest.mark.parametrize("place", STANDS)
def test_one_dirty_fix_of_a_truck_that_stands_changes_nothing(kind: str, place: int) -> None:
    steps = honest()
    steps[place] = dirty(kind, steps[place])
    assert not told(steps)


@settings(max_examples=60, deadline=None)
@given(orders)
@example((28, 31, [30, 29, 28]))
@example((27, 31, [30, 29, 28, 27]))
@example((1, 6, [1, 5, 3, 4, 2]))
@example((0, 6, [5, 1, 2, 3, 4, 0]))  # the first word of all is from the road
def test_the_order_within_a_flush_changes_nothing(order: tuple[int, int, list[int]]) -> None:
    assert not told(flushed(honest(), *order))


@settings(max_examples=60, deadline=None)
@given(orders)
@example((28, 35, [34, 33, 32, 31, 30, 29, 28]))
def test_nor_does_it_of_a_lock_that_always_tells_its_number(
    order: tuple[int, int, list[int]],
) -> None:
    assert not told(flushed(talkative(honest()), *order))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, N - 1), st.floats(0.01, 8)), max_size=6))
def test_what_arrives_twice_changes_nothing(again: list[tuple[int, float]]) -> None:
    steps = honest()
    twice = [{**steps[n], "received": steps[n]["at"] + later} for n, later in again]
    end = steps[-1]["at"]
    assert not told([*steps, *(said for said in twice if said["received"] < end)])


@pytest.mark.parametrize("ahead", [3.0, 5.0, 20.0, 45.0])
def test_a_clock_that_always_runs_ahead_changes_nothing(ahead: float) -> None:
    assert not told(_skewed(honest(), ahead))


@settings(max_examples=40, deadline=None)
@given(orders, st.sampled_from((3.0, 5.0, 20.0)), st.booleans())
@example((0, 4, [0, 1, 3, 2]), 3.0, False)
@example((0, 4, [0, 2, 3, 1]), 3.0, False)
@example((0, 4, [3, 2, 1, 0]), 3.0, False)
def test_nor_does_it_with_a_flush_out_of_order(
    order: tuple[int, int, list[int]], ahead: float, serials: bool
) -> None:
    steps = flushed(honest(), *order)
    if not serials:
        steps = [{k: v for k, v in said.items() if k != "seq"} for said in steps]
    assert not told(_skewed(steps, ahead))


def _skewed(steps: list[Said], ahead: float) -> list[Said]:
    return [
        {**said, "at": said["at"] + ahead, "received": said.get("received", said["at"])}
        for said in steps
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(4, N - 2), orders, st.sampled_from(DIRT), st.sampled_from((0.0, 5.0)))
def test_a_cut_is_critical_wherever_it_is_and_however_it_is_told(
    place: int, order: tuple[int, int, list[int]], kind: str, ahead: float
) -> None:
    steps = honest()
    steps[place] = dirty(kind, {**steps[place], "seal": {"state": "cut", "event": "cut"}})
    assert ("seal_tampered", "critical") in told(_skewed(flushed(steps, *order), ahead))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([n for n, said in enumerate(honest()) if said["speed"]]), orders,
       st.sampled_from(("", "none")))  # fmt: skip
@example(5, (2, 6, [5, 3, 4, 2]), "")  # heard before the sealing
@example(5, (2, 6, [5, 4, 2, 3]), "")
@example(38, (33, 39, [38, 37, 36, 35, 34, 33]), "")  # and before the reseal
@example(38, (33, 39, [38, 34, 33, 35, 36, 37]), "")
@example(40, (36, 40, [39, 37, 38, 36]), "none")  # seen outside once, and in the backlog
@example(40, (36, 41, [40, 37, 38, 39, 36]), "none")  # seen outside in what came late alone
@example(40, (36, 41, [40, 39, 38, 37, 36]), "none")
def test_an_opening_while_rolling_is_critical_however_it_is_told(
    place: int, order: tuple[int, int, list[int]], kind: str
) -> None:
    """Without a fix: where the two before show that it rolls. Seen last in customs, it may be there
    yet, and then its card opens it by leave.
    """
    steps = honest()
    assume(not kind or (steps[place - 1]["speed"] and steps[place - 2]["speed"]))
    seal = {"state": "open", "event": "opened", "credential": CARD}
    steps[place] = dirty(kind, {**steps[place], "seal": seal})
    assert ("seal_opened", "critical") in told(flushed(steps, *order))


@settings(max_examples=30, deadline=None)
@given(orders)
@example((34, 36, [35, 34]))
def test_another_number_than_recorded_is_critical_however_it_is_told(
    order: tuple[int, int, list[int]],
) -> None:
    steps = honest()
    for said in steps:
        if said["seal"].get("number") == "MX200":
            said["seal"] = {**said["seal"], "number": "MX300"}
    for record_at in (60.5, 70.5):
        assert ("seal_number", "critical") in told(flushed(steps, *order), record_at=record_at)
