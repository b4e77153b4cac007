"""The detection benchmark: its generator is deterministic, and its scorer sees hits and misses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.detection.expected import EXPECTED
from bench.detection.incidents import ALL
from bench.detection.pieces import Unmergeable, merged
from bench.detection.runs import Job, Outcome, benchmark, fleet, incident_jobs, run
from bench.detection.score import Score
from bench.detection.table import as_json, table
from bench.detection.trip import Case, Incident
from tracker.domain.alert import Alert, AlertKind, AlertStatus, Severity

START = datetime(2026, 2, 3, 6, tzinfo=UTC)
MIN = timedelta(minutes=1)


def alert(minute: float, kind: AlertKind = AlertKind.SEAL_TAMPERED, **more: Any) -> Alert:
    at = START + minute * MIN
    fields: dict[str, Any] = {
        "id": f"T1-{minute}-{kind}", "shipment": "T1", "device": None, "kind": kind,
        "severity": Severity.CRITICAL, "status": AlertStatus.RAISED, "late": False,
        "occurred_at": at, "raised_at": at, "last_seen": at, "count": 1,
    }  # fmt: skip
    return Alert(**(fields | more))


def case(*incidents: Incident) -> Case:
    """Ten hours of one truck."""
    return Case(
        id="T1", document={"devices": [{"id": "LOCK-1"}]}, opened_at=START, starts=START,
        ends=START + 600 * MIN, messages=(), declared=(), incidents=list(incidents), traits=[],
    )  # fmt: skip


def cut(minute: float = 300) -> Incident:
    at = START + minute * MIN
    return Incident("cut_moving", at, at + 10 * MIN, at, 60.0)


def scored(truck: Case, *alerts: Alert) -> Score:
    score = Score()
    score.take([truck], alerts)
    return score


def test_the_same_seed_makes_the_same_journeys() -> None:
    first, again, other = (fleet(Job(seed, ["cut_moving", None])) for seed in (7, 7, 8))
    assert [case.messages for case in first] == [case.messages for case in again]
    assert [case.messages for case in first] != [case.messages for case in other]


def test_every_incident_strikes_once_on_its_trip() -> None:
    for job in incident_jobs(3, sorted(ALL), 1):
        for name, made in zip(job.names, fleet(job), strict=True):
            assert [incident.name for incident in made.incidents] == [name]
            assert made.starts <= made.ends


def test_what_is_expected_are_kinds_that_there_are() -> None:
    kinds = {kind.value for kind in AlertKind}
    for name, expected in EXPECTED.items():
        assert set(expected.names) <= kinds, name


def test_an_alert_at_the_time_of_the_incident_is_a_hit() -> None:
    score = scored(case(cut()), alert(301))
    assert score.family("seal") == (1, 1, 1)
    line = score.lines["cut_moving"]
    assert (line.graded, line.alerts, line.receipt, line.event) == (1, 1, [1.0], [1.0])
    assert not score.false
    assert score.honest_hours == 5.0


@pytest.mark.parametrize(
    "told",
    [
        [],
        [alert(301, AlertKind.BATTERY)],
        [alert(100, AlertKind.JAMMING, last_seen=START + 320 * MIN)],
        [alert(500)],
    ],
    ids=["nothing", "another kind", "one that lasts from before", "long after"],
)
def test_what_is_not_told_then_is_missed(told: list[Alert]) -> None:
    assert scored(case(cut()), *told).family("seal")[1] == 0


def test_a_warning_where_critical_is_due_is_a_hit_of_the_wrong_severity() -> None:
    line = scored(case(cut()), alert(301, severity=Severity.WARNING)).lines["cut_moving"]
    assert (line.named, line.graded) == (1, 0)


def test_an_alert_that_is_part_of_another_is_none_of_its_own() -> None:
    part = alert(302, AlertKind.UNPLANNED_STOP, part_of="T1-301-seal_tampered")
    assert scored(case(cut()), alert(301), part).alerts_each == 1.0
    both = scored(case(cut()), alert(301), alert(302, AlertKind.UNPLANNED_STOP))
    assert both.alerts_each == 2.0
    assert "alerts an incident: 2.00, wanted 1.2 at most" in both.shortfalls()


def test_what_is_told_before_the_incident_is_false_and_its_hours_are_honest() -> None:
    early = alert(60, AlertKind.SILENCE, severity=Severity.WARNING)
    score = scored(case(cut()), early, alert(301))
    assert score.false == {("warning", "silence"): 1}
    assert score.per_1000_h("warning") == 200.0
    assert scored(case(), early).honest_hours == 10.0
    assert not scored(case(), alert(60, AlertKind.CLOCK_OFF, severity=Severity.INFO)).false


def test_what_is_told_long_after_the_end_is_of_no_trip() -> None:
    stop = alert(320, AlertKind.UNPLANNED_STOP)
    assert scored(case(cut()), alert(301), stop).alerts_each == 2.0
    later = alert(320, AlertKind.UNPLANNED_STOP, raised_at=START + 670 * MIN)
    assert scored(case(cut()), alert(301), later).alerts_each == 1.0
    assert not scored(case(), later).false


def test_the_table_and_the_json_say_what_is_missed() -> None:
    score = scored(case(cut()), alert(60, AlertKind.JAMMING))
    assert "cut while moving" in table(score, verbose=True)
    told = as_json(score, seed=1)
    assert told["families"]["seal"] == {"incidents": 1, "named": 0, "acted": 0, "wanted": 1.0}
    assert told["false"][0]["kind"] == "jamming"
    assert any(text.startswith("seal: 0.000") for text in told["shortfalls"])


BREACHES = ("cut_moving", "cut_unheard", "cut_in_queue", "opened_rolling", "opened_roadside",
            "wrong_number", "told_then_recorded", "recorded_then_told", "left_unsealed",
            "cut_newest_first")  # fmt: skip


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return run(Job(7, [*BREACHES, *[None] * 6]))


def test_every_breach_of_a_small_fleet_is_told_and_nothing_critical_is_false(
    outcome: Outcome,
) -> None:
    assert outcome.judged.refused == []
    score = Score()
    score.take(outcome.cases, outcome.judged.alerts)
    assert score.family("seal")[:2] == (len(BREACHES), len(BREACHES)), table(score, verbose=True)
    assert score.per_1000_h("critical") == 0, table(score, verbose=True)
    assert score.honest_hours > 80


def test_the_number_of_processes_changes_nothing() -> None:
    scores = []
    for processes in (1, 2):
        scores.append(Score())
        for _ in benchmark(scores[-1], seed=2, names=["cut_moving"], each=1, hours=0,
                           processes=processes):  # fmt: skip
            pass
    assert as_json(scores[0]) == as_json(scores[1])


def _written(path: Path, score: Score, **facts: Any) -> Path:
    path.write_text(json.dumps(as_json(score, **facts)))
    return path


def _piece(minute: float) -> Score:
    early = alert(60, AlertKind.SILENCE, severity=Severity.WARNING)
    return scored(case(cut()), early, alert(minute))


def test_two_pieces_of_a_run_make_the_table_of_both(tmp_path: Path) -> None:
    whole = _piece(301)
    whole.take([case(cut())], [alert(60, AlertKind.SILENCE, severity=Severity.WARNING), alert(304)])
    files = [
        _written(tmp_path / f"{seed}.json", _piece(minute), seed=seed, readings=10, seconds=1.5)
        for seed, minute in ((1, 301), (2, 304))
    ]
    score, facts = merged(files)
    assert facts == {"seeds": [1, 2], "readings": 20, "seconds": 3.0}
    assert as_json(score) == as_json(whole)
    third = _written(tmp_path / "whole.json", score, **facts)
    other = _written(tmp_path / "3.json", _piece(301), seed=3, readings=5, seconds=1.0)
    assert merged([third, other])[1]["seeds"] == [1, 2, 3]
    with pytest.raises(Unmergeable, match=r"seed 2 is in .*whole\.json already.*--seed"):
        merged([third, files[1]])


@pytest.mark.parametrize(("text", "fault"), [("{", "not JSON"), ("{}", "lacks"), ("[]", "lacks")])
def test_what_is_no_piece_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(Unmergeable, match=fault):
        merged([tmp_path / "x.json"])
    with pytest.raises(Unmergeable, match="No such file"):
        merged([tmp_path / "none.json"])
