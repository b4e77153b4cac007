"""When nobody watches, and when that is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.dead_man import DeadMan, Ill, Limits, Sight, looked, settled, unwell

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMITS = Limits(silent=timedelta(seconds=120), grace=timedelta(seconds=25))


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def watched(
    seconds: Sequence[int], *, signs: Sequence[int] = (), broker: Sequence[int] = ()
) -> DeadMan:
    """Looked at these seconds; signs: of life; broker: when it was out of reach."""
    state = DeadMan(open_at=T0)
    for now in seconds:
        heard = [at(sign) for sign in signs if sign <= now]
        gone = "no connection" if now in broker else ""
        sight = Sight(now=at(now), sign_at=max(heard, default=None), broker=gone)
        state = looked(state, sight, LIMITS)
    return state


def ills(state: DeadMan) -> list[Ill]:
    return [one.what for one in state.wrong]


def test_signs_that_come_are_no_outage() -> None:
    assert watched(range(0, 600, 5), signs=range(0, 600, 10)).outage_at is None


def test_signs_that_stay_away_are_one_past_the_limit() -> None:
    assert watched(range(0, 130, 5), signs=[10]).outage_at is None
    state = watched(range(0, 135, 5), signs=[10])
    assert (state.outage_at, ills(state), state.wrong[0].since) == (at(130), [Ill.SILENT], at(10))
    assert watched(range(0, 900, 5), signs=[10]).outage_at == at(130), "the same one"


def test_no_sign_ever_is_one_too() -> None:
    state = watched(range(0, 125, 5))
    assert (ills(state), state.wrong[0].since) == ([Ill.NEVER], T0)


def test_an_old_sign_gets_the_grace_of_a_watch_that_began_now() -> None:
    state, sight = DeadMan(open_at=T0), Sight(now=at(20), sign_at=at(-900))
    assert looked(state, sight, LIMITS).outage_at is None
    late = Sight(now=at(25), sign_at=at(-900))
    assert looked(state, late, LIMITS).outage_at == at(25)


@pytest.mark.parametrize(
    ("sight", "what"),
    [
        (Sight(now=at(200), sign_at=at(10), ended=True), Ill.ENDED),
        (Sight(now=at(200), sign_at=at(10), gone=True), Ill.GONE),
        (Sight(now=at(200), sign_at=at(10)), Ill.SILENT),
    ],
)
def test_how_it_fell_silent_is_said(sight: Sight, what: Ill) -> None:
    assert ills(looked(DeadMan(open_at=T0), sight, LIMITS)) == [what]


def test_ended_and_gone_are_no_outage_before_the_limit_but_not_well_either() -> None:
    for sight in (
        Sight(now=at(60), sign_at=at(50), ended=True),
        Sight(now=at(60), sign_at=at(50), gone=True),
    ):
        state = looked(DeadMan(open_at=T0), sight, LIMITS)
        assert state.outage_at is None
        assert unwell(state, sight, LIMITS) != ()


def test_a_tracker_that_lives_and_hears_nothing() -> None:
    state = DeadMan(open_at=T0)
    for now in range(0, 125, 5):
        state = looked(state, Sight(now=at(now), sign_at=at(now), trouble="refused"), LIMITS)
    assert (ills(state), state.wrong[0].why) == ([Ill.DEAF], "refused")


def test_a_broker_that_is_gone_tells_nothing_of_the_tracker() -> None:
    gone = range(50, 300, 5)
    assert watched(range(0, 170, 5), signs=range(0, 50, 10), broker=gone).outage_at is None
    state = watched(range(0, 175, 5), signs=range(0, 50, 10), broker=gone)
    assert (ills(state), state.outage_at) == ([Ill.BROKER], at(170))


def test_a_broker_that_comes_back_gives_the_tracker_time_for_a_sign() -> None:
    away = range(10, 160, 5)
    signs = [*range(0, 10, 5), *range(180, 400, 10)]
    assert ills(watched(range(0, 185, 5), signs=signs, broker=away)) == [Ill.BROKER]
    brief = range(10, 125, 5)
    state = watched(range(0, 145, 5), signs=[0, 5], broker=brief)
    assert state.outage_at is None, "away for 115 s, and 20 s since: the sign may yet come"
    assert watched(range(0, 155, 5), signs=[0, 5], broker=brief).outage_at is not None


def test_it_is_over_when_all_was_well_for_as_long_and_flapping_is_one_outage() -> None:
    steady = range(400, 900, 10)
    flaps = [10, 200, 330]  # a sign now and then, each after more than the limit
    state = watched(range(0, 405, 5), signs=[*flaps, *steady])
    assert (state.outage_at, state.over_at) == (at(130), None)
    assert watched(range(0, 450, 5), signs=[*flaps, *steady]).over_at is None
    assert watched(range(0, 455, 5), signs=[*flaps, *steady]).over_at == at(450)


def test_another_outage_after_the_end_is_another() -> None:
    signs = [10, *range(200, 400, 10)]
    state = watched(range(0, 340, 5), signs=signs)
    assert (state.outage_at, state.over_at) == (at(130), at(320))
    assert settled(state).notice is None
    later = looked(state, Sight(now=at(900), sign_at=at(390)), LIMITS)
    assert (later.outage_at, later.over_at) == (at(900), None)
