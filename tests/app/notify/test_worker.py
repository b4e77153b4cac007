"""The worker whole: threads, a real database, real files; what hangs holds up itself alone."""

from __future__ import annotations

import threading
from pathlib import Path

from msgspec.structs import replace

from tests.support.notices import Pipe, policy, refusing
from tests.support.notifying import (
    QUICK,
    files,
    handler,
    lines,
    raise_alert,
    running,
    until,
    worker,
)
from tracker.adapters.journal import SqlJournal
from tracker.app.notify import worker as working
from tracker.app.queries.entries import read
from tracker.domain.alert import AlertKind
from tracker.domain.finding import FindingType
from tracker.domain.notice import DeliveryStatus
from tracker.domain.notify_policy import Route
from tracker.ports import Outgoing, Receipt


class Hanging(Pipe):
    """Takes the first, and never returns from the next until it is let go."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.go, self.entered = threading.Event(), 0

    def send(self, outgoing: Outgoing, *, timeout_s: float) -> Receipt:
        self.entered += 1
        self.go.wait()
        return super().send(outgoing, timeout_s=timeout_s)


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/tracker.db"


def told(store: SqlJournal) -> list[str]:
    return [entry.code for entry in read(store.entries(types=[FindingType.NOTIFIED]))]


def test_alerts_are_told_and_the_log_says_so_with_the_contact_as_a_commitment(
    tmp_path: Path,
) -> None:
    made = worker(url(tmp_path), files(tmp_path))
    commands, store = handler(url(tmp_path)), SqlJournal.open(url(tmp_path))
    with running(made):
        alert = raise_alert(commands, 1)
        until(lambda: len(list(store.entries(types=[FindingType.NOTIFIED]))) == 2)
    entries = {entry.text("channel"): entry for entry in read(
        store.entries(types=[FindingType.NOTIFIED]))}  # fmt: skip
    person, machine = entries["pipe"], entries["machine"]
    assert person.scope == alert.scope == "device:D1"
    assert person.text("notice") == alert.id
    assert person.text("delivery") in {one["id"] for one in lines(tmp_path / "pipe.jsonl")}
    assert 0 <= int(person.facts["milliseconds"] or 0) < 10_000
    (row,) = [row for row in store.entries() if row.id == person.id]
    assert b"ana" not in row.leaf
    assert row.disclosed == {"payload.facts.contact": "ana"}
    assert "payload.facts.contact" not in machine.hidden
    store.close()


def test_a_channel_that_hangs_delays_no_other(tmp_path: Path) -> None:
    hanging, free = Hanging("pipe"), Pipe("machine")
    made = worker(url(tmp_path), {"pipe": lambda: hanging, "machine": lambda: free})
    commands = handler(url(tmp_path))
    with running(made):
        for number in range(5):
            raise_alert(commands, number)
            until(lambda number=number: len(free.taken) == number + 1)  # type: ignore[misc]
        assert (hanging.entered, hanging.taken) == (1, [])
        hanging.go.set()
        until(lambda: len({one.id for one in hanging.taken}) == 5)


def test_a_channel_that_hangs_for_good_is_opened_anew(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(working, "HANGS_S", 0.1)
    opened: list[Pipe] = []

    def made() -> Pipe:
        opened.append(Pipe() if opened else Hanging("pipe"))
        return opened[-1]

    with running(worker(url(tmp_path), {"pipe": made, "machine": lambda: Pipe("machine")})):
        raise_alert(handler(url(tmp_path)), 1)
        until(lambda: any(pipe.taken for pipe in opened[1:]))
        first = opened[0]
        assert isinstance(first, Hanging)
        first.go.set()
    assert opened[1].taken[0].id == "device:D1-1/2.1"


def test_what_is_given_up_raises_an_alert_which_is_told_by_another_way(tmp_path: Path) -> None:
    dead, good = Pipe("pipe"), Pipe("machine")
    dead.failure = refusing
    what = replace(QUICK, limits=replace(QUICK.limits, dead_after_min=0.005))
    made = worker(url(tmp_path), {"pipe": lambda: dead, "machine": lambda: good}, what)
    store = SqlJournal.open(url(tmp_path))
    with running(made):
        raise_alert(handler(url(tmp_path)), 1)
        until(lambda: any(one.kind == AlertKind.NOTICE_UNDELIVERED for one in good.taken))
        until(lambda: told(store).count("notice_dead") == 2)
    kinds = [alert.kind for alert in store.alerts()]
    assert kinds == [AlertKind.SEAL_NUMBER, AlertKind.NOTICE_UNDELIVERED], "and no third"
    assert told(store).count("notice_dead") == 2, "of the alert, and of the one about it"
    store.close()


def test_two_workers_at_once_tell_each_thing_once(tmp_path: Path) -> None:
    what = replace(QUICK, limits=replace(QUICK.limits, lease_s=60))
    workers = [worker(url(tmp_path), files(tmp_path), what, name) for name in ("one", "two")]
    commands = handler(url(tmp_path))
    store = SqlJournal.open(url(tmp_path))
    with running(workers[0]), running(workers[1]):
        for number in range(20):
            raise_alert(commands, number)
        until(lambda: len(store.deliveries(status=[DeliveryStatus.ACCEPTED])) == 40)
        until(lambda: not store.unlogged(1))
    ids = [one["id"] for name in ("pipe", "machine") for one in lines(tmp_path / f"{name}.jsonl")]
    assert len(ids) == len(set(ids)) == 40
    store.close()


def test_what_goes_to_a_channel_that_is_no_more_is_given_up(tmp_path: Path) -> None:
    lost = replace(QUICK, routes=(Route(channels=("fax",)),))
    store = SqlJournal.open(url(tmp_path))
    with running(worker(url(tmp_path), files(tmp_path), lost)):
        raise_alert(handler(url(tmp_path)), 1)
        until(lambda: [one.status for one in store.deliveries()][:1] == [DeliveryStatus.DEAD])
    assert store.deliveries()[0].error == "no such channel is configured"
    store.close()


def test_it_ends_soon_while_a_channel_hangs(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(working, "STOP_S", 0.2)
    hanging = Hanging("pipe")
    with running(worker(url(tmp_path), {"pipe": lambda: hanging}, policy(gather_critical_s=0))):
        raise_alert(handler(url(tmp_path)), 1)
        until(lambda: hanging.entered == 1)
    assert hanging.taken == []
    hanging.go.set()
