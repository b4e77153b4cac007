"""Which timeline a reading belongs to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from devices.reading import NoFix, NoFixReason, Reading
from tracker.domain.policy import Policy
from tracker.domain.seal import Episode, SealRecord, SealState
from tracker.domain.state import DeviceState, Lane, ScopeState
from tracker.engine.lanes import kept, lane_of

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLICY = Policy()


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def reading(minute: float, received: float | None = None) -> Reading:
    return Reading(
        device="L1",
        dialect="native",
        event_time=at(minute),
        received_at=at(minute if received is None else received),
        position=NoFix(reason=NoFixReason.ABSENT),
    )


def heard(*readings: Reading) -> DeviceState:
    """A device after these, each of which only moves its lane's clock."""
    known = DeviceState(live=Lane(), heard_at=T0)
    for one in readings:
        before, late = lane_of(scope(known), one, POLICY)
        after = replace(before, at=one.event_time)
        known = kept(known, before, after, one, late, POLICY)
    return known


def scope(known: DeviceState) -> ScopeState:
    return ScopeState(scope="S1", devices={"L1": known})


def test_newer_or_as_old_as_the_newest_is_the_present() -> None:
    known = heard(reading(0), reading(1))
    assert lane_of(scope(known), reading(2), POLICY) == (known.live, False)
    assert lane_of(scope(known), reading(1), POLICY) == (known.live, False)


def test_a_device_never_heard_of_begins() -> None:
    assert lane_of(ScopeState(scope="S1"), reading(0), POLICY) == (Lane(), False)


def test_after_a_gap_the_backlog_goes_on_from_before_it_while_the_present_goes_on() -> None:
    known = heard(reading(0), reading(40), reading(100), reading(101, 101), reading(102, 102))
    assert known.backlog is not None
    assert known.backlog.at == at(40)
    known = heard(reading(0), reading(40), reading(100), reading(50, 101), reading(60, 102))
    assert known.backlog is not None
    assert (known.backlog.at, known.live.at) == (at(60), at(100))


def test_a_gap_right_after_the_first_word_is_filled_from_that_word_on() -> None:
    """Of the time before it nothing has come, and from nothing no lane knows where it stood."""
    known = heard(reading(0), reading(12))
    assert known.backlog is not None
    assert (known.backlog.at, known.held_until) == (at(0), at(12 + POLICY.backlog_grace_min))
    lane, late = lane_of(scope(known), reading(5, 13), POLICY)
    assert (lane.at, late) == (at(0), True)


def test_what_was_stored_before_the_first_word_keeps_the_lane_that_it_came_on() -> None:
    known = heard(reading(0), reading(-5, 1), reading(12))
    assert known.backlog is not None
    assert known.backlog.at == at(-5)


def test_when_the_grace_is_over_the_backlog_is_the_present_one_reading_ago() -> None:
    known = heard(reading(0), reading(40), *(reading(100 + n) for n in range(40)))
    assert known.backlog is not None
    assert known.backlog.at == at(138)
    assert known.held_until is None


def test_each_late_word_prolongs_the_grace() -> None:
    known = heard(reading(0), reading(40), reading(100), reading(50, 129), reading(140, 140))
    assert known.backlog is not None
    assert known.backlog.at == at(50)


def test_older_than_the_backlog_too_is_told_by_itself_and_moves_nothing() -> None:
    known = heard(reading(0), reading(40), reading(100), reading(60, 101))
    old = reading(50, 102)
    lane, late = lane_of(scope(known), old, POLICY)
    assert (lane.at, late) == (None, True)
    assert kept(known, lane, replace(lane, at=at(50)), old, late, POLICY) == known


def test_a_present_set_by_a_clock_that_ran_ahead_is_brought_back() -> None:
    known = heard(reading(0), reading(500, 1))
    assert lane_of(scope(known), reading(2), POLICY) == (known.live, False)
    nearly = heard(reading(0), reading(3, 1))
    assert lane_of(scope(nearly), reading(2), POLICY)[1] is True


def test_a_clock_that_always_runs_ahead_leaves_what_is_older_late() -> None:
    ahead = [reading(5 + n, n) for n in range(4)]
    assert lane_of(scope(heard(*ahead)), reading(7.5, 3.1), POLICY)[1] is True
    slowly = [*ahead, reading(9.2, 7.5)]  # its own time seems right: it came late
    assert lane_of(scope(heard(*slowly)), reading(9.1, 7.6), POLICY)[1] is True
    assert lane_of(scope(heard(*slowly, reading(13, 8))), reading(12.5, 8.2), POLICY)[1] is True


def test_serials_say_what_is_older_whatever_the_clock_says() -> None:
    ahead = [replace(reading(5 + n, n), seq=n + 1) for n in range(2)]
    known = heard(*ahead)
    known = replace(known, live=replace(known.live, seq=2, ahead=1))
    assert lane_of(scope(known), replace(reading(5.5, 1.1), seq=1), POLICY)[1] is True
    assert lane_of(scope(known), replace(reading(2, 2), seq=3), POLICY)[1] is False


def test_a_clock_that_was_set_right_after_it_ran_ahead_brings_the_present_back() -> None:
    """Even if its counter began anew with it: by right times in their order, over a minute."""
    known = heard(*[reading(500 + n, n) for n in range(4)])
    known = replace(known, live=replace(known.live, seq=900))
    late = []
    for minute in (5.0, 5.5, 6.0, 6.5):
        told = replace(reading(minute), seq=int(minute * 2))
        before, is_late = lane_of(scope(known), told, POLICY)
        late.append(is_late)
        known = kept(known, before, replace(before, at=told.event_time), told, is_late, POLICY)
    assert late == [True, True, False, False]
    assert (known.live.at, known.live.ahead) == (at(6.5), 0)


def test_a_flush_of_what_was_stored_does_not_undo_what_showed_that_a_clock_runs_ahead() -> None:
    known = heard(*[reading(5 + n, n) for n in range(4)])
    for n in range(12):
        told = reading(9 + n, 20 + n / 1_000)
        after = replace(known.live, at=told.event_time)
        known = kept(known, known.live, after, told, late=False, policy=POLICY, stored=n > 0)
    assert known.live.ahead == 3, "of the first alone nothing told that more were stored"


def test_the_seal_of_the_backlog_follows_what_the_present_showed_in_between() -> None:
    sealed = SealRecord(
        state=SealState.SEALED, past=(Episode(state=SealState.ARMED, number=None, until=at(5)),)
    )
    known = DeviceState(
        live=Lane(at=at(20), seal=sealed),
        backlog=Lane(at=at(0), seal=SealRecord(state=SealState.ARMED)),
        heard_at=at(20),
        held_until=at(30),
    )
    assert lane_of(scope(known), reading(4, 21), POLICY)[0].seal.state is SealState.ARMED
    assert lane_of(scope(known), reading(6, 21), POLICY)[0].seal.state is SealState.SEALED
    cut = Lane(at=at(1), seal=SealRecord(state=SealState.TAMPERED))
    known = replace(known, backlog=cut)
    assert lane_of(scope(known), reading(6, 21), POLICY)[0] is cut


def test_from_before_the_release_and_after_it_is_late() -> None:
    released = SealRecord(
        state=SealState.RELEASED,
        since=at(50),
        past=(Episode(state=SealState.SEALED, number="A", until=at(50)),),
    )
    known = DeviceState(live=Lane(at=at(40), seal=released), heard_at=at(40))
    for minute in (45, 47):
        lane, late = lane_of(scope(known), reading(minute, 60), POLICY)
        assert (lane.seal.state, late) == (SealState.SEALED, True)
        after = replace(lane, at=at(minute))
        known = kept(known, lane, after, reading(minute, 60), late, POLICY)
    assert (known.live.at, known.live.seal) == (at(40), released)
    assert known.backlog is not None
    assert known.backlog.at == at(47)
    assert lane_of(scope(known), reading(55, 60), POLICY) == (known.live, False)
