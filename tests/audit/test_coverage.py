from __future__ import annotations

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.audit.made import LOCK, at, dossier, said, state, stated, told, word
from tracker.app.queries.entries import CustodyEntry
from tracker.audit import coverage
from tracker.audit.dossier import Dossier, HeardAt
from tracker.domain.policy import Policy

SEALED = state(0, "SEALED")


def driving(*minutes: float) -> list[HeardAt]:
    """Words from a truck that is 1 km further at each."""
    return [word(minute, lat=26.0 + n / 110, lon=-100.0) for n, minute in enumerate(minutes)]


def trip(heard: list[HeardAt], *entries: CustodyEntry, closed: float | None = 60) -> Dossier:
    return dossier(SEALED, *entries, heard=heard, closed=closed, now=60)


def test_a_trip_that_was_heard_throughout() -> None:
    found = list(coverage.coverage(trip(driving(*range(0, 61, 5)))))
    assert told(found) == []
    assert stated(found) == ["L1: 100.0 % of 60 min covered by 13 readings"]


def test_a_gap_under_way() -> None:
    noted = said("coverage_gap", 31, device=LOCK)
    (gap, statement) = list(coverage.coverage(trip(driving(0, 9, 19, 31, 40, 50, 60), noted)))
    assert told([gap]) == [("warning", "nothing is known of L1 for 12 min")]
    assert (gap.at, gap.entries) == (at(19), ("S1#2",))
    assert statement.what == (
        "L1: 80.0 % of 60 min covered by 7 readings; gaps: 1, 12 min in all, longest 12 min; "
        "1 noted on the way, which the backlog may have filled since"
    )


def test_a_gap_that_the_backlog_filled_is_none() -> None:
    noted = said("coverage_gap", 31, device=LOCK)
    backlog = [word(25, received=33, live=False, lat=26.5, lon=-100.0)]
    heard = sorted([*driving(0, 9, 19, 31, 40, 50, 60), *backlog], key=lambda one: one.at)
    found = list(coverage.coverage(trip(heard, noted)))
    assert told(found) == []
    assert "1 noted on the way, which the backlog may have filled since" in stated(found)[0]


def test_a_parked_lock_sleeps() -> None:
    still = [word(minute, lat=26.0, lon=-100.0) for minute in (0, 25, 50, 60)]
    assert told(coverage.coverage(trip(still))) == []
    asleep = [still[0], word(31, lat=26.0, lon=-100.0), *driving(40, 50, 60)]
    assert len(told(coverage.coverage(trip(asleep)))) == 1, "too long even for that"


def test_a_parked_lock_may_be_without_a_fix() -> None:
    """Under a roof it has none: where it was before and after counts."""
    roofed = [word(0, lat=26.0, lon=-100.0), word(5), word(30), word(33, lat=26.0, lon=-100.0)]
    assert told(coverage.coverage(dossier(SEALED, heard=roofed, closed=34))) == []
    moved = [*roofed[:-1], word(33, lat=26.1, lon=-100.0)]
    assert len(told(coverage.coverage(dossier(SEALED, heard=moved, closed=34)))) == 1
    blind = [word(0), word(5), word(30), word(33)]
    assert len(told(coverage.coverage(dossier(SEALED, heard=blind, closed=34)))) == 1


def test_a_listed_dead_zone_is_silent_as_long_as_it_usually_is() -> None:
    ring = [[-101, 25], [-99, 25], [-99, 27], [-101, 25]]
    zone = {
        "type": "Feature",
        "id": "hills",
        "properties": {"kind": "dead_zone", "name": "Hills", "usual_minutes": 20},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    heard = driving(0, 9, 19, 38, 48, 58, 60)
    entered = said("zone_entered", 15, device=LOCK, zone="S1/hills")
    inside = dossier(SEALED, entered, heard=heard, closed=60, zones=[zone])
    assert told(coverage.coverage(inside)) == []
    left = said("zone_left", 17, device=LOCK, zone="S1/hills")
    outside = dossier(SEALED, entered, left, heard=heard, closed=60, zones=[zone])
    assert len(told(coverage.coverage(outside))) == 1


def test_silence_before_the_close_and_until_now() -> None:
    heard = driving(0, 9, 19, 28)
    closed = list(coverage.coverage(trip(heard)))
    assert told(closed) == [("warning", "nothing is known of L1 for 32 min")]
    assert "46.7 % of 60 min" in stated(closed)[0]
    going = list(coverage.coverage(trip(heard, closed=None)))
    assert told(going) == [("warning", "nothing was heard of L1 since then, for 32 min")]
    assert stated(going) == ["L1: 100.0 % of 28 min covered by 4 readings"]


def test_a_lock_that_was_never_heard() -> None:
    assert told(coverage.coverage(trip([]))) == [("warning", "nothing is known of L1 for 60 min")]


def test_before_the_sealing_nobody_listens() -> None:
    assert list(coverage.coverage(dossier(heard=driving(0, 50), closed=60))) == []
    late = dossier(state(40, "SEALED"), heard=driving(0, 39, 48, 57), closed=60)
    assert told(coverage.coverage(late)) == []


@given(st.lists(st.floats(0, 60), max_size=30), st.floats(1, 30))
def test_gaps_are_what_lies_between_the_words(minutes: list[float], limit: float) -> None:
    """Each is longer than the limit, none overlaps another, and no word lies within one."""
    policy = Policy(silence_moving_min=limit, silence_parked_min=0)
    told_at = sorted(minutes)
    found = dossier(SEALED, heard=driving(*told_at), closed=60, policy=policy)
    gaps = coverage.gaps(found, LOCK)
    for gap in gaps:
        assert gap.span > timedelta(minutes=limit)
        assert not any(gap.start < one.at < gap.end for one in found.heard)
    assert all(one.end <= other.start for one, other in itertools.pairwise(gaps))
    edges = [at(0), *(at(minute) for minute in told_at), at(60)]
    longest = max(b - a for a, b in itertools.pairwise(edges))
    assert bool(gaps) == (longest > timedelta(minutes=limit))


def test_words_that_came_late_are_stated() -> None:
    heard = [word(0), word(5, received=16, live=False), word(10, received=50, live=False)]
    found = list(coverage.late(trip(heard)))
    assert told(found) == []
    assert stated(found) == [
        "L1: 2 of 3 readings came more than 10 min after they were made, the latest 40 min"
    ]
    assert list(coverage.late(trip([word(0, received=10)]))) == []


def test_a_clock_that_runs_ahead() -> None:
    assert list(coverage.clock(trip([word(10, received=8)]))) == []
    ((severity, what),) = told(coverage.clock(trip([word(10, received=7), word(11)])))
    assert severity == "warning"
    assert what.startswith("L1: 1 of 2 readings are dated after their receipt, by up to 3 min")


def test_a_clock_that_is_slow_is_stated() -> None:
    slow = [word(minute, received=minute + 3) for minute in range(5)]
    found = list(coverage.clock(trip(slow)))
    assert told(found) == []
    assert "3 min after they were made, in the median" in stated(found)[0]
    buffered = [one._replace(live=False) for one in slow]
    assert list(coverage.clock(trip(buffered))) == [], "stored words are not the clock's"
