"""The intake when something fails at its worst moment: nothing lost, nothing doubled, all recorded.

Every commit is failed in both ways: not persisted, and persisted but reported as failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.chain import assert_whole
from tests.support.office import START, Office, message, reading, trip
from tracker.adapters.journal import SqlJournal
from tracker.domain.alert import Alert, AlertKind
from tracker.domain.codes import Code
from tracker.domain.errors import ServiceUnreachable
from tracker.domain.finding import FindingType
from tracker.domain.outcome import Noted
from tracker.ports import Message, Work
from tracker.rules import ORDER
from tracker.rules.base import NOTHING, Result, Rule, View


class FailingJournal(SqlJournal):
    """A real journal. Its next commit fails with `failure`, persisted or not."""

    failure: Exception | None = None
    persisted = False

    def commit(self, work: Work, expected: Mapping[str, int]) -> int:
        failure, self.failure = self.failure, None
        if failure is not None and not self.persisted:
            raise failure
        version = super().commit(work, expected)
        if failure is not None:
            raise failure
        return version


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(tmp_path)
    opened.journal.close()
    opened.journal = FailingJournal.open(opened.url)
    opened.started()
    opened.open(trip())
    yield opened
    opened.close()


@pytest.fixture
def undisturbed(tmp_path: Path) -> tuple[Any, ...]:
    """What the journal holds when nothing fails."""
    folder = tmp_path / "undisturbed"
    folder.mkdir()
    office = Office(folder)
    office.open(trip())
    office.hear(*BEFORE)
    office.hear(*BATCH)
    try:
        return office.everything()
    finally:
        office.close()


def cut(office: Office) -> Alert:
    """The alert of the cut; the message that cannot be read has one of its own."""
    alerts: list[Alert] = office.journal.alerts()
    (alert,) = (alert for alert in alerts if alert.kind is AlertKind.SEAL_TAMPERED)
    return alert


def stream(start: int, stop: int) -> list[Message]:
    """A truck whose rope is cut at minute 7; one message is unreadable."""
    said = [
        message("L1", reading(n, north_km=n, speed=60 if n else 0, seq=n,
                              seal={"state": "cut" if n >= 7 else "sealed"}))
        for n in range(start, stop)
    ]  # fmt: skip
    bad = Message(topic="seals/v1/L1/telemetry", payload=b"{", received_at=START)
    return [*said, bad]


BEFORE, BATCH = stream(0, 5), stream(5, 12)
AWAY = ServiceUnreachable("the disk is full")


def assert_same(office: Office, undisturbed: tuple[Any, ...]) -> None:
    assert office.everything() == undisturbed
    assert_whole(office.journal)
    assert office.inbox.unacknowledged == []


def fail(office: Office, failure: Exception, *, persisted: bool) -> None:
    assert isinstance(office.journal, FailingJournal)
    office.journal.failure, office.journal.persisted = failure, persisted


@pytest.mark.parametrize("persisted", [False, True])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_commit_that_fails_leaves_the_batch_with_the_broker(
    office: Office, undisturbed: tuple[Any, ...], *, persisted: bool, restarted: bool
) -> None:
    """Whether or not it was persisted, and whether or not the same process goes on."""
    office.hear(*BEFORE)
    fail(office, AWAY, persisted=persisted)
    with pytest.raises(ServiceUnreachable):
        office.hear(*BATCH)
    assert office.inbox.unacknowledged == BATCH
    if restarted:
        office.started()
    office.inbox.redeliver()
    office.ingest.once(0)
    if persisted:  # an unreadable payload has no identity: it is kept each time it comes
        assert len(office.journal.rejects()) == 3
        readings, leaves, alerts, _, states, shipments = office.everything()
        assert (readings, leaves, alerts, states, shipments) == tuple(
            part for number, part in enumerate(undisturbed) if number != 3
        )
        assert_whole(office.journal)
        assert office.inbox.unacknowledged == []
    else:
        assert_same(office, undisturbed)


def test_a_crash_between_commit_and_acknowledgement_changes_nothing(
    office: Office, undisturbed: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(messages: Sequence[Message]) -> None:
        raise KeyboardInterrupt

    office.hear(*BEFORE)
    readable = BATCH[:-1]
    monkeypatch.setattr(office.inbox, "acknowledge", crash)
    with pytest.raises(KeyboardInterrupt):
        office.hear(*readable)
    monkeypatch.undo()
    office.started()
    office.inbox.deliver(*BATCH[-1:])
    office.inbox.redeliver()
    office.ingest.once(0)
    assert_same(office, undisturbed)


def test_redelivered_singly_and_in_another_order_it_counts_once(office: Office) -> None:
    """As NATS does it after a kill: what was not acknowledged comes after newer messages."""
    office.hear(*BEFORE)
    office.hear(*BATCH)
    count = cut(office).count
    leaves = [row.leaf for row in office.journal.entries()]
    for one in reversed([*BEFORE[:-1], *BATCH[:-1]]):
        office.hear(one)
    assert cut(office).count == count == 5
    assert [row.leaf for row in office.journal.entries()] == leaves


def test_an_error_nobody_expected_in_a_commit_that_was_persisted_doubles_nothing(
    office: Office,
) -> None:
    """The batch is then taken message by message, and each is recognised."""
    office.hear(*BEFORE)
    fail(office, RuntimeError("a bug"), persisted=True)
    office.hear(*BATCH[:-1])
    assert [one.reading.seq for one in office.journal.readings()] == list(range(12))
    assert cut(office).count == 5
    assert len(office.journal.rejects()) == 1, "only the unreadable one"
    assert office.inbox.unacknowledged == []
    assert_whole(office.journal)


def writes_what_no_log_takes(view: View, memory: Any) -> Result:
    """Canonical JSON takes no floats: the engine is well, and its finding cannot be logged."""
    if view.reading is None or view.reading.seq != 8:
        return memory, NOTHING
    wrong: dict[str, Any] = {"metres": 0.5}
    seen, code = FindingType.DEVICE_SEEN, Code.UNKNOWN_DEVICE
    return memory, (Noted(type=seen, code=code, at=view.at, facts=wrong),)


def test_a_message_that_cannot_be_processed_is_set_aside_and_the_others_are_kept(
    office: Office,
) -> None:
    rule = Rule(name="wrong", on_reading=writes_what_no_log_takes)
    office.started(rules=(*ORDER, rule))
    office.hear(*BEFORE)
    office.hear(*BATCH)
    assert [one.reading.seq for one in office.journal.readings()] == [
        n for n in range(12) if n != 8
    ]
    aside, *unreadable = sorted(office.journal.rejects(), key=lambda row: -row.size)
    assert aside.payload == BATCH[3].payload
    assert "could not be processed" in aside.reason
    assert [row.payload for row in unreadable] == [b"{", b"{"]
    assert cut(office).count == 4
    assert office.inbox.unacknowledged == []
    assert_whole(office.journal)


def test_a_notifier_that_raises_costs_nothing(office: Office, undisturbed: tuple[Any, ...]) -> None:
    class Broken:
        told = 0

        def tell(self, *_: Any) -> None:
            self.told += 1
            raise ConnectionError("nobody listens")

    broken = Broken()
    office.started(notifier=broken)
    office.hear(*BEFORE)
    office.hear(*BATCH)
    assert broken.told == 2
    assert_same(office, undisturbed)


def test_a_timer_whose_commit_fails_runs_out_again(office: Office) -> None:
    office.hear(*BEFORE[:-1])
    fail(office, AWAY, persisted=True)
    with pytest.raises(ServiceUnreachable):
        office.tick(START + timedelta(minutes=20))
    office.tick(START + timedelta(minutes=22))
    (alert,) = office.journal.alerts()
    assert (alert.kind, alert.count) == ("silence", 1)
    assert_whole(office.journal)


def raises(view: View, memory: Any) -> Any:
    raise ZeroDivisionError("a bug")


def at_once(view: View, memory: Any) -> datetime:
    return START


FAULTY = {
    "reading": Rule(name="faulty", on_reading=raises),
    "tick": Rule(name="faulty", on_tick=raises),
    "timer": Rule(name="faulty", on_tick=raises, deadline=at_once),
    "deadline": Rule(name="faulty", deadline=raises),
}


@pytest.mark.parametrize("rule", FAULTY)
def test_a_faulty_rule_neither_stops_the_tracker_nor_floods_its_log(
    office: Office, rule: str
) -> None:
    office.started(rules=(*ORDER, FAULTY[rule]))
    office.hear(*BEFORE[:-1])
    for seconds in range(300):
        office.tick(START + timedelta(minutes=15, seconds=seconds))
    assert len(list(office.journal.readings())) == 5
    assert office.journal.rejects() == []
    kinds = [alert.kind for alert in office.journal.alerts()]
    assert sorted(kinds) == ["rule_failed", "silence"]
    failures = [row for row in office.journal.entries() if row.type == "rule_failed"]
    assert 1 <= len(failures) <= 10, "told, and not each second anew"
