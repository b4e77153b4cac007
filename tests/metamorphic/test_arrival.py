"""How readings arrive does not change what is found of them: duplicates, batches, a restart, late
and newest first; and noise within what a receiver has. Late marks aside.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bench.detection.runs import Job, fleet
from bench.detection.trip import Case
from tests.support.played import Player, library_geography
from tracker.adapters.journal.memory import MemoryJournal
from tracker.app.queries.entries import CustodyEntry, read
from tracker.domain.finding import FindingType

JOURNEYS = ["cut_moving", "far_off", "stands_too_long", None]
SEEDS = (21,)
OF_TIME = frozenset(
    {
        FindingType.READINGS_BOUND,
        FindingType.ZONES_IN_FORCE,
        FindingType.ALERT_ESCALATED,
    }
)
"""What follows from the moment of receipt or of a look, not from what was said."""

Message = tuple[datetime, str, bytes]


@pytest.fixture(scope="module", params=SEEDS)
def cases(request: pytest.FixtureRequest) -> list[Case]:
    return fleet(Job(request.param, JOURNEYS))


@pytest.fixture(scope="module")
def findings(cases: list[Case]) -> list[tuple[object, ...]]:
    found = found_in(Player(cases, library_geography()).play())
    assert sum(one[1] == FindingType.ALERT_RAISED for one in found) >= 6
    return found


def found_in(journal: MemoryJournal) -> list[tuple[object, ...]]:
    """Every finding: whose, what, when it happened, what it says; not when or how it was known."""
    entries = read(journal.entries())
    return sorted({_said(one) for one in entries if one.type not in OF_TIME}, key=str)


def _said(one: CustodyEntry) -> tuple[object, ...]:
    aside = {"alert", "count", "status", "entries"}
    facts = tuple(sorted((k, v) for k, v in one.facts.items() if k not in aside))
    return (one.scope, one.type, one.at, one.code, one.device, one.zone, facts)


def same(found: list[tuple[object, ...]], findings: list[tuple[object, ...]]) -> None:
    assert {"only so": set(found) - set(findings), "no more": set(findings) - set(found)} == {
        "only so": set(),
        "no more": set(),
    }


def arranged(
    cases: Sequence[Case], arrange: Callable[[list[Message]], list[Message]]
) -> list[Case]:
    return [replace(case, messages=arrange(list(case.messages))) for case in cases]


def test_what_is_delivered_twice_is_found_once(
    cases: list[Case], findings: list[tuple[object, ...]]
) -> None:
    """At once, and once more when the connection is back after three minutes."""
    chance = random.Random(1)

    def doubled(messages: list[Message]) -> list[Message]:
        again = [
            (at + timedelta(seconds=chance.choice((0, 1, 180))), topic, payload)
            for at, topic, payload in messages
            if chance.random() < 0.4
        ]
        return sorted(messages + again, key=lambda one: one[0])

    played = Player(arranged(cases, doubled), library_geography()).play()
    same(found_in(played), findings)


@pytest.mark.parametrize("seconds", [0, 2])
def test_other_batches_find_the_same(
    cases: list[Case], findings: list[tuple[object, ...]], seconds: float
) -> None:
    player = Player(cases, library_geography(), gather=timedelta(seconds=seconds))
    same(found_in(player.play()), findings)


def test_a_restart_in_the_middle_finds_the_same(
    cases: list[Case], findings: list[tuple[object, ...]]
) -> None:
    start = min(case.opened_at for case in cases)
    moments = [start + timedelta(minutes=minutes) for minutes in range(7, 700, 31)]
    player = Player(cases, library_geography(), restarts=[(one, one) for one in moments])
    same(found_in(player.play()), findings)


ORDERS: dict[str, Callable[[list[Message]], list[Message]]] = {
    "newest first": lambda burst: burst[::-1],
    "shuffled": lambda burst: random.Random(len(burst[0][2])).sample(burst, len(burst)),
}


@pytest.fixture(scope="module")
def of_bursts(cases: list[Case]) -> list[tuple[object, ...]]:
    return found_in(Player(arranged(cases, in_bursts(list)), library_geography()).play())


@pytest.mark.parametrize("order", ORDERS)
def test_a_burst_in_any_order_loses_nothing_critical(
    cases: list[Case], of_bursts: list[tuple[object, ...]], order: str
) -> None:
    """A device had no coverage for some minutes and then sends at once what it stored. What needs
    two readings in a row may be confirmed by others than in order, and so begin at another.
    """
    played = Player(arranged(cases, in_bursts(ORDERS[order])), library_geography()).play()
    critical = {one for one in raised(of_bursts) if one[-1] == "critical"}
    assert critical
    assert critical <= set(raised(found_in(played)))


def in_bursts(
    order: Callable[[list[Message]], list[Message]],
) -> Callable[[list[Message]], list[Message]]:
    """Now and then four messages of a few minutes come together, in this order."""

    def arrange(messages: list[Message]) -> list[Message]:
        chance, out, rest = random.Random(3), list[Message](), list(messages)
        while rest:
            count = chance.choice((1, 1, 1, 4))
            burst, rest = rest[:count], rest[count:]
            at = burst[-1][0]
            if at - burst[0][0] <= timedelta(minutes=20):
                burst = [(at, topic, payload) for _, topic, payload in order(burst)]
            out += burst
        return out

    return arrange


def test_noise_of_a_good_receiver_raises_nothing_else(
    cases: list[Case], findings: list[tuple[object, ...]]
) -> None:
    """Positions off by less than 5 m: the same alerts, though a fix more or less may count."""
    chance = random.Random(5)

    def noisy(messages: list[Message]) -> list[Message]:
        return [(at, topic, _moved(payload, chance)) for at, topic, payload in messages]

    played = Player(arranged(cases, noisy), library_geography()).play()
    assert raised(found_in(played)) == raised(findings)


def raised(findings: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Of alerts: whose, what kind, how grave."""
    alerts = [one for one in findings if one[1] == FindingType.ALERT_RAISED]
    return sorted(((one[0], *_grave(one[6])) for one in alerts), key=str)


def _grave(facts: Any) -> tuple[object, ...]:
    return tuple(value for name, value in facts if name in ("kind", "severity"))


def _moved(payload: bytes, chance: random.Random) -> bytes:
    """Up to 5 m from where it was; what has no position (0, 0) has no noise."""
    said = json.loads(payload)
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, dict) and (one.get("lat") or one.get("lon")):
            metres, course = chance.uniform(0, 5), chance.uniform(0, 2 * math.pi)
            east = 111_320 * math.cos(math.radians(one["lat"]))
            one["lat"] += metres * math.cos(course) / 111_320
            one["lon"] += metres * math.sin(course) / east
    return json.dumps(said).encode()
