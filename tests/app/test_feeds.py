"""The feed: every entry once, in the order of the log, whatever fails between which steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support import works
from tests.support.office import START, Office, message, reading, trip
from tracker.adapters.journal import SqlJournal
from tracker.adapters.journal.memory import MemoryJournal
from tracker.app.feeds import Feed, Turn
from tracker.domain.command import CloseAlert
from tracker.domain.errors import ServiceUnreachable
from tracker.ports import Store, Work


class Faulty:
    """Fails the next commit as `failure` says: before it is written, or after."""

    failure: str | None = None

    def strike(self, when: str) -> None:
        if self.failure == when:
            self.failure = None
            raise ServiceUnreachable(f"struck {when}")


class FaultySql(Faulty, SqlJournal):
    def commit(self, work: Work, expected: Mapping[str, int]) -> int:
        self.strike("before")
        version = super().commit(work, expected)
        self.strike("after")
        return version


class FaultyMemory(Faulty, MemoryJournal):
    def commit(self, work: Work, expected: Mapping[str, int]) -> int:
        self.strike("before")
        version = super().commit(work, expected)
        self.strike("after")
        return version


@pytest.fixture(params=["sqlite", "memory"])
def opens(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    if request.param == "sqlite":
        return lambda: FaultySql.open(f"sqlite:///{tmp_path}/tracker.db")
    first = FaultyMemory()
    return lambda: FaultyMemory(first._shelves)


@pytest.fixture
def journal(opens: Callable[[], Store]) -> Iterator[Store]:
    opened = opens()
    yield opened
    opened.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(tmp_path)
    yield opened
    opened.close()


def noting(turn: Turn) -> None:
    """A follower that keeps all it was told, in one row."""
    told = json.loads(turn.kept("told") or b"[]")
    turn.keep("told", json.dumps([*told, *(item.index for item in turn.items)]).encode())


def noted(journal: Store, name: str = "f") -> list[int]:
    _, followed = journal.followed(name, ["told"])
    assert followed is not None
    return [index for row in followed.rows for index in json.loads(row.value or b"[]")]


def append(journal: Store, start: int, stop: int) -> None:
    journal.commit(Work(entries=works.entries(start, stop)), {})


def test_a_follower_is_told_every_entry_once_in_order(journal: Store) -> None:
    append(journal, 0, 5)
    following = Feed(journal).follow("f")
    assert [following.turn(noting, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    append(journal, 5, 7)
    assert following.turn(noting) == 2
    assert noted(journal) == list(range(7))
    assert (following.position, journal.followers()) == (6, {"f": 6})


def test_items_are_entries_as_everybody_reads_them(journal: Store) -> None:
    append(journal, 0, 3)
    items = Feed(journal).items(0, 10)
    assert [(one.index, one.entry.id, one.entry.zone) for one in items] == [
        (n, f"{works.SHIPMENT}#{n}", f"zone-{n}") for n in (1, 2)
    ]


def test_who_follows_again_goes_on_where_he_stopped(
    journal: Store, opens: Callable[[], Store]
) -> None:
    append(journal, 0, 3)
    Feed(journal).follow("f").turn(noting)
    append(journal, 3, 5)
    again = opens()
    assert Feed(again).follow("f", after=-1).turn(noting) == 2
    assert noted(again) == [0, 1, 2, 3, 4]
    again.close()


def test_from_now_on_is_from_when_it_was_said(journal: Store, opens: Callable[[], Store]) -> None:
    """Not from the first turn: a crash before that must not move it."""
    append(journal, 0, 3)
    feed = Feed(journal)
    feed.follow("f", after=feed.newest)
    append(journal, 3, 5)
    again = Feed(opens())
    again.follow("f", after=again.newest).turn(noting)
    assert noted(journal) == [3, 4]
    again.journal.close()


def test_followers_do_not_disturb_each_other(journal: Store) -> None:
    append(journal, 0, 3)
    feed = Feed(journal)
    one, two = feed.follow("f"), feed.follow("g", after=1)
    one.turn(noting)
    two.turn(noting)
    assert (noted(journal, "f"), noted(journal, "g")) == ([0, 1, 2], [2])


@pytest.mark.parametrize("failure", ["before", "after"])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_commit_that_fails_tells_nothing_twice_and_leaves_nothing_out(
    journal: Store, opens: Callable[[], Store], *, failure: str, restarted: bool
) -> None:
    append(journal, 0, 4)
    following = Feed(journal).follow("f")
    following.turn(noting, limit=1)
    assert isinstance(journal, Faulty)
    journal.failure = failure
    with pytest.raises(ServiceUnreachable):
        following.turn(noting, limit=2)
    if restarted:
        following = Feed(opens()).follow("f")
    while following.turn(noting, limit=2):
        pass
    assert noted(journal) == [0, 1, 2, 3]


def test_a_follower_that_raises_is_told_the_same_again(journal: Store) -> None:
    append(journal, 0, 3)
    following = Feed(journal).follow("f")

    def raising(turn: Turn) -> None:
        noting(turn)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        following.turn(raising)
    following.turn(noting)
    assert noted(journal) == [0, 1, 2]


def test_of_two_of_one_name_each_entry_comes_to_one(
    journal: Store, opens: Callable[[], Store]
) -> None:
    append(journal, 0, 4)
    one, two = Feed(journal).follow("f"), Feed(opens()).follow("f")
    calls: list[list[int]] = []

    def slow(turn: Turn) -> None:
        """The other takes its turn while this one is at work."""
        calls.append([item.index for item in turn.items])
        if len(calls) == 1:
            two.turn(noting, limit=3)
        noting(turn)

    assert one.turn(slow, limit=2) == 1
    assert calls == [[0, 1], [3]]
    assert noted(journal) == [0, 1, 2, 3]
    two.feed.journal.close()


def test_what_a_turn_keeps_and_forgets_is_seen_by_the_next(journal: Store) -> None:
    append(journal, 0, 3)
    following = Feed(journal).follow("f")

    def first(turn: Turn) -> None:
        turn.keep("a", b"1")
        turn.keep("b", b"2")
        assert turn.kept("a") == b"1"

    def second(turn: Turn) -> None:
        turn.forget("a")
        assert (turn.kept("a"), turn.kept("b"), turn.kept("c")) == (None, b"2", None)

    following.turn(first, limit=1)
    following.turn(second, limit=1)
    following.turn(lambda turn: turn.keep("seen", turn.kept("a") or b"gone"))
    _, followed = journal.followed("f", ["a", "b", "seen"])
    assert followed is not None
    assert {row.key: row.value for row in followed.rows} == {"b": b"2", "seen": b"gone"}


def test_a_work_of_its_own_is_committed_with_its_place(journal: Store) -> None:
    append(journal, 0, 1)

    def working(turn: Turn) -> None:
        turn.work = Work(rejects=[works.reject(1)])

    Feed(journal).follow("f").turn(working)
    assert journal.counts()["rejects"] == 1
    assert journal.followers() == {"f": 0}


def test_waiting_ends_with_something_new_and_asks_no_oftener_than_said(journal: Store) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            append(journal, 0, 1)

    following = Feed(journal, poll_s=0.5, pause=pause).follow("f")
    assert following.wait(1.2) is False
    assert pauses == pytest.approx([0.5, 0.5, 0.2])
    assert following.wait(60.0) is True
    assert len(pauses) == 4
    assert following.wait(60.0) is True, "until it was told"
    following.turn(noting)
    assert following.wait(0.0) is False


def test_running_stops_when_told(journal: Store) -> None:
    append(journal, 0, 2)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        append(journal, len(pauses) + 1, len(pauses) + 2)

    Feed(journal, pause=pause).follow("f").run(noting, lambda: len(pauses) == 3)
    assert noted(journal) == [0, 1, 2, 3]
    assert pauses == [0.5, 0.5, 0.5]


def test_alerts_are_told_by_the_entries_that_changed_them(office: Office) -> None:
    """As they are by then: evidence that only counts has no entry, and comes with the next."""
    office.open(trip())
    feed = Feed(office.second_journal)
    following = feed.follow("f", after=feed.newest)
    told: list[tuple[str, str, int]] = []

    def listening(turn: Turn) -> None:
        told.extend(
            (item.entry.type, item.alert.status, item.alert.count)
            for item in turn.items
            if item.alert is not None
        )

    office.hear(message("L1", reading(0, seal={"state": "cut"})))
    following.turn(listening)
    assert told == [("alert_raised", "raised", 1)]
    office.hear(message("L1", reading(1, seal={"state": "cut"})))
    office.hear(message("L1", reading(2, seal={"state": "cut"})))
    following.turn(listening)
    assert len(told) == 1
    (alert,) = office.journal.alerts()
    office.clock.set(START + timedelta(minutes=3))
    command = CloseAlert(at=office.clock.now(), by="control", alert=alert.id, reason="a drill")
    office.commands.submit_alert(alert.id, command)
    following.turn(listening)
    assert told[1:] == [("alert_closed", "closed", 3)]
