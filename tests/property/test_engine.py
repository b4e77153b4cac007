"""What holds of the engine whatever arrives: random journeys in the language of the rule cases."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.cases import Play
from tracker import engine
from tracker.domain.alert import Severity
from tracker.domain.codes import Code
from tracker.domain.finding import Finding, FindingType
from tracker.rules import ORDER
from tracker.rules.base import Rule, View

Said = dict[str, Any]

SHIPMENT: Said = {
    "devices": [{"id": "L1"}, {"id": "T1", "role": "tracker"}],
    "planned_stops": [{"zone": "rest", "minutes": 20}],
    "authorisations": [{"zone": "customs", "agency": "ANAM", "reason": "red light"}],
    "legs": [
        {"from": "plant", "to": "yard-mx", "corridor": "road", "latest": "2026-03-02T13:00:00Z"},
        {"from": "yard-mx", "to": "yard-us", "corridor": "road"},
    ],
}
START: Said = {"at": 0, "zones": ["plant"], "speed": 0, "seq": 1, "seal": {"state": "sealed"}}
ZONES = ("rest", "customs", "yard-mx", "yard-us", "forbidden", "tunnel", "other-bridge", "risky")
EVENTS = ("cut", "opened", "rope_out", "sealed", "wrong_card", "vibration", "cover_opened")

reports = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(("sealed", "open", "cut", "fault", "tampered")),
        "events": st.lists(st.sampled_from(EVENTS), max_size=2, unique=True),
        "number": st.sampled_from(("MX100", "MX200")),
        "lock_count": st.integers(7, 8),
        "credential": st.just({"kind": "rfid", "id": "C1"}),
    },
)
readings: st.SearchStrategy[Said] = st.fixed_dictionaries(
    {
        "gap": st.sampled_from((0.5, 1, 2, 6, 11, 35)),
        "drive": st.sampled_from((0, 0, 0.09, 0.2, 1, 1, 20)),
        "zones": st.sampled_from([[], [], *([zone] for zone in ZONES)]),
        "off": st.sampled_from((0, 0, 0, 600, 2500)),
        "country": st.sampled_from(("MX", "MX", "US")),
        "speed": st.sampled_from((None, 0, 0, 80)),
    },
    optional={
        "seal": reports,
        "jamming": st.booleans(),
        "no_fix": st.just(True),
        "accuracy": st.sampled_from((10.0, 300.0)),
        "lag": st.sampled_from((3.0, 40.0)),
        "seq": st.integers(1, 40),
    },
)
others: st.SearchStrategy[Said] = st.sampled_from(
    (
        {"tick": 0},
        {"tick": 0},
        {"command": "offer", "releaser": "shipper", "receiver": "carrier", "number": "MX100"},
        {"command": "seal", "number": "MX200", "incident": True, "reason": "inspected"},
        {"command": "authorise", "zone": "rest", "agency": "GN"},
    )
)


def _placed(drawn: list[Said]) -> list[Said]:
    """The drawn steps one after another: a gap becomes a time, a drive a distance; a `lag` makes a
    reading that much older than those before it.
    """
    at, km, steps = 0.0, 0.0, [START, START | {"device": "T1"}]
    for said in drawn:
        step = dict(said)
        if "gap" not in step:
            step["tick" if "tick" in step else "at"] = at
            steps.append(step)
            continue
        at, km = at + step.pop("gap"), km + step.pop("drive")
        lag = step.pop("lag", 0.0)
        step |= {"at": max(at - lag, 0.1), "received": at, "km": km, "aside": True}
        if step["speed"] is None:
            del step["speed"]
        if len(steps) % 4 == 3:
            step["device"] = "T1"
        steps.append(step)
    return steps


journeys = st.lists(st.one_of(readings, readings, readings, others), max_size=14).map(_placed)


def play(steps: list[Said], rules: tuple[Rule, ...] = ORDER) -> Play:
    """The journey played; each state was stored and read back on the way (`Play.step`)."""
    played = Play({"shipment": SHIPMENT}, rules)
    for said in steps:
        played.step(*played.input(said))
    return played


def told(findings: list[Finding]) -> Counter[tuple[Any, ...]]:
    """Findings without the ids of alerts, which count alerts of all kinds."""
    ids = ("alert", "alerts", "into", "count")
    return Counter(
        (
            *(f.type, f.occurred_at, f.recorded_at, f.device, f.late, f.lat, f.zone, f.code),
            tuple((key, value) for key, value in f.facts.items() if key not in ids),
        )
        for f in findings
    )


@settings(max_examples=60, deadline=None)
@given(journeys)
def test_step_is_deterministic_and_leaves_its_input_alone(steps: list[Said]) -> None:
    played = Play({"shipment": SHIPMENT})
    for said in steps:
        before = played.state
        kept = engine.encode(before)
        what, placement = played.input(said)
        again = engine.step(before, what, placement, played.plan(), played.policy)
        restored = engine.decode(kept)
        third = engine.step(restored, what, placement, played.plan(), played.policy)
        done = played.step(what, placement)
        assert again == done == third
        assert engine.encode(before) == kept


@settings(max_examples=80, deadline=None)
@given(journeys, readings, st.floats(0.1, 30))
def test_a_late_reading_moves_nothing_of_the_present(
    steps: list[Said], late: Said, age: float
) -> None:
    played = play(steps)
    before = played.state
    newest = before.devices["L1"].live.at
    assert newest is not None
    said = _placed([late | {"lag": 0.0}])[-1] | {"device": "L1"}
    what, placement = played.input(said)
    assert isinstance(what, engine.HeardReading)
    at = newest - timedelta(minutes=age)
    reading = replace(what.reading, event_time=at, received_at=played.now)
    done = engine.step(
        before,
        engine.HeardReading(reading=reading, identity="00"),
        placement,
        played.plan(),
        played.policy,
    )
    assert done.late
    assert done.state.devices["L1"].live == before.devices["L1"].live
    assert done.state.devices["T1"] == before.devices["T1"]
    assert done.state.leg == before.leg
    assert done.state.custodian == before.custodian
    # To fold alerts into one is our own doing, of now, whatever they were raised of.
    told = [finding for finding in done.findings if finding.code is not Code.ALERT_FOLDED]
    assert all(finding.late for finding in told)


COVER: Said = {"events": ["cover_opened"]}
STANDS: Said = {"drive": 0, "zones": [], "off": 0, "country": "MX"}


@settings(max_examples=80, deadline=None)
@given(st.lists(readings, min_size=1, max_size=10))
@example([STANDS | {"gap": 1, "speed": None, "seal": COVER}, STANDS | {"gap": 2, "speed": 80}])
@example(
    [
        STANDS | {"gap": 1, "speed": None, "zones": ["rest"]},
        STANDS | {"gap": 1, "speed": None, "seal": {"state": "open"}, "no_fix": True},
    ]
)
def test_newest_first_proves_the_same_breaches(drawn: list[Said]) -> None:
    """Told live in their order, or the newest first and the rest from the backlog."""
    stored = [
        said | {"gap": max(said["gap"], 1), "seq": number} for number, said in enumerate(drawn, 2)
    ]
    middle = [
        {key: value for key, value in said.items() if key not in ("device", "received")}
        for said in _placed([{k: v for k, v in said.items() if k != "lag"} for said in stored])[2:]
    ]
    end = middle[-1]["at"] + 10
    newest = {"at": end, "no_fix": True, "seal": {"state": "sealed"}, "seq": len(drawn) + 2}
    live = play([START, *middle, newest])
    backlog = play([START, newest, *({**said, "received": end + 1} for said in middle)])
    assert _breaches(backlog) == _breaches(live)


def _breaches(played: Play) -> set[tuple[Any, ...]]:
    """When what was raised: an alert that others were folded into begins with the first of them."""
    return {
        (finding.facts["kind"], finding.occurred_at)
        for finding in played.findings
        if finding.type is FindingType.ALERT_RAISED
        and finding.facts["severity"] == Severity.CRITICAL
        and str(finding.facts["kind"]).startswith("seal_")
    }


@settings(max_examples=60, deadline=None)
@given(journeys, st.sampled_from(ORDER))
def test_a_rule_that_raises_costs_that_rule_alone(steps: list[Said], rule: Rule) -> None:
    def fail(view: View, memory: Any) -> Any:
        raise ZeroDivisionError("a fault in a rule")

    names = ("on_reading", "on_tick", "on_command", "on_alerts")
    hooks: dict[str, Any] = {name: fail for name in names if getattr(rule, name)}
    broken = dataclasses.replace(rule, deadline=None, **hooks)
    with_fault = play(steps, tuple(broken if r is rule else r for r in ORDER))
    without = play(steps, tuple(r for r in ORDER if r is not rule))
    failures = [f for f in with_fault.findings if _failure(f)]
    assert told([f for f in with_fault.findings if not _failure(f)]) == told(without.findings), (
        rule.name
    )
    if "on_reading" in hooks and not rule.without_shipment:
        assert failures
    assert {f.facts.get("rule", rule.name) for f in failures} <= {rule.name}


def _failure(finding: Finding) -> bool:
    return finding.type is FindingType.RULE_FAILED or finding.facts.get("kind") == "rule_failed"


FIXED = {"silence", "same_incident", "likely_theft"}
"""The first one's tick makes a seal UNKNOWN, so it runs after the seal rules, as they are listed;
what folds incidents comes before what joins them to a theft."""
FREE = [
    number
    for number, rule in enumerate(ORDER)
    if not rule.name.startswith("seal_") and rule.name not in FIXED
]


@settings(max_examples=60, deadline=None)
@given(journeys, st.permutations(FREE))
def test_the_other_rules_may_stand_anywhere(steps: list[Said], order: list[int]) -> None:
    rules = list(ORDER)
    for place, number in zip(FREE, order, strict=True):
        rules[place] = ORDER[number]
    assert told(play(steps, tuple(rules)).findings) == told(play(steps).findings)
