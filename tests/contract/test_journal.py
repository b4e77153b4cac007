"""What `tracker.ports.Journal` and `Records` promise, on every store that implements them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support import works
from tracker.adapters.journal import SqlJournal
from tracker.domain.alert import AlertStatus, Severity
from tracker.log.leaf import SaltedValue
from tracker.ports import Erasure, Heartbeat, Snapshot, Stale, Work

STORES: dict[str, Callable[[Path], str]] = {
    "sqlite": lambda folder: f"sqlite:///{folder}/tracker.db",
}


@pytest.fixture(params=STORES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return STORES[request.param](tmp_path)


@pytest.fixture
def journal(url: str) -> Iterator[SqlJournal]:
    opened = SqlJournal.open(url)
    yield opened
    opened.close()


@pytest.fixture
def other(url: str, journal: SqlJournal) -> Iterator[SqlJournal]:
    """A second journal on the same database, as another process would have."""
    opened = SqlJournal.open(url)
    yield opened
    opened.close()


def everything(journal: SqlJournal) -> tuple[object, ...]:
    return (
        journal.load(),
        list(journal.readings()),
        list(journal.entries()),
        journal.alerts(),
        journal.rejects(),
        journal.counts(),
    )


def files(journal: SqlJournal) -> bytes:
    """All bytes that the store has on disk."""
    database = Path(str(journal._engine.url.database))
    return b"".join(file.read_bytes() for file in database.parent.glob(f"{database.name}*"))


# Committing


def test_a_new_journal_is_empty_and_at_version_0(journal: SqlJournal) -> None:
    assert journal.version() == 0
    assert journal.load() == Snapshot(version=0, shipments=(), states=())
    assert set(journal.counts().values()) == {0}
    assert not [*journal.entries(), *journal.readings(), *journal.devices(), *journal.rejects()]


def test_every_commit_is_one_version(journal: SqlJournal) -> None:
    assert [journal.commit(works.work(n), n) for n in range(3)] == [1, 2, 3]
    assert journal.version() == 3
    assert journal.commit(Work(), 3) == 4, "an empty work too: its maker must see it happened"


def test_what_was_committed_is_read_back_after_reopening(url: str) -> None:
    given_works = [works.work(n) for n in range(4)]
    first = SqlJournal.open(url)
    for n, work in enumerate(given_works):
        first.commit(work, n)
    first.close()

    journal = SqlJournal.open(url)
    assert list(journal.readings()) == [r for work in given_works for r in work.readings]
    assert journal.alerts() == [a for work in given_works for a in work.alerts]
    assert journal.shipments() == [works.shipment()]
    assert journal.state(works.SHIPMENT) == b"state 3"
    assert journal.counts() == {
        "readings": 12, "late": 0, "rejects": 4, "entries": 4, "alerts": 4, "shipments": 1,
    }  # fmt: skip
    journal.close()


def test_entries_keep_their_exact_bytes_and_their_place(journal: SqlJournal) -> None:
    new = works.entries(0, 5)
    journal.commit(Work(entries=new[:2]), 0)
    journal.commit(Work(), 1)
    journal.commit(Work(entries=new[2:]), 2)
    kept = list(journal.entries())
    assert [entry.index for entry in kept] == [0, 1, 2, 3, 4]
    for row, entry in zip(kept, new, strict=True):
        finding = entry.finding
        assert (row.leaf, row.id, row.scope, row.seq) == (
            entry.leaf, entry.id, entry.scope, entry.seq,
        )  # fmt: skip
        assert (row.type, row.occurred_at, row.recorded_at) == (
            finding.type, finding.occurred_at, finding.recorded_at,
        )  # fmt: skip


def test_what_is_asked_for_is_chosen_by_time_kind_and_number(journal: SqlJournal) -> None:
    for n in range(6):
        journal.commit(works.work(n), n)
    alerts, rejects = journal.alerts(), journal.rejects()
    entries = list(journal.entries())
    begin, end = alerts[1].raised_at, alerts[4].raised_at
    assert journal.alerts(since=begin, until=end) == alerts[1:4], "from then on, and before"
    assert journal.alerts(since=begin, until=end, limit=2) == alerts[2:4], "the newest"
    assert journal.alerts(kinds=[alerts[0].kind.value], limit=1) == alerts[5:]
    assert journal.alerts(kinds=["jamming", "silence"]) == [
        one for one in alerts if one.kind in ("jamming", "silence")
    ]
    begin, end = rejects[1].received_at, rejects[4].received_at
    assert journal.rejects(since=begin, until=end) == rejects[1:4]
    assert journal.rejects(since=begin, until=end, limit=1) == rejects[3:4]
    assert [journal.reject(one.id) for one in rejects] == rejects
    assert journal.reject(99) is None
    begin, end = entries[1].recorded_at, entries[4].recorded_at
    assert list(journal.entries(since=begin, until=end)) == entries[1:4]
    assert list(journal.entries(since=begin, limit=2)) == entries[1:3], "the oldest"
    assert list(journal.entries(types=["zone_entered"])) == entries
    assert list(journal.entries(types=["zone_left"])) == []
    (opened,) = journal.shipments()
    assert journal.shipments(since=opened.opened_at) == [opened]
    assert journal.shipments(until=opened.opened_at) == []
    assert journal.shipments(limit=1) == [opened]


def test_a_sign_of_life_takes_the_place_of_the_last_and_changes_no_version(
    journal: SqlJournal, other: SqlJournal
) -> None:
    assert journal.heartbeat() is None
    journal.commit(works.work(0), 0)
    first = Heartbeat(started_at=works.at(0), at=works.at(0), trouble="the broker is away")
    journal.beat(first)
    assert other.heartbeat() == first
    last = Heartbeat(started_at=works.at(0), at=works.at(1), ended_at=works.at(1))
    journal.beat(last)
    assert (other.heartbeat(), other.version()) == (last, 1)


def test_a_stale_work_is_refused_whole(journal: SqlJournal, other: SqlJournal) -> None:
    journal.commit(works.work(0), 0)
    before = everything(journal)
    for expected in (0, 2):
        with pytest.raises(Stale):
            other.commit(works.work(1), expected)
    assert everything(journal) == before
    assert other.commit(works.work(1), other.load().version) == 2


def test_of_two_who_commit_at_once_one_is_stale(url: str) -> None:
    """Two threads, each with a journal of its own, load and commit until each has 20 in."""
    together = threading.Barrier(2)
    stale = []

    def run(name: str) -> None:
        journal = SqlJournal.open(url)
        together.wait()
        done = 0
        while done < 20:
            version = journal.version()
            try:
                readings = [works.stored(done, name)]
                journal.commit(Work(readings=readings, states=[works.state(b"", name)]), version)
                done += 1
            except Stale:
                stale.append(name)
        journal.close()

    threads = [threading.Thread(target=run, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal = SqlJournal.open(url)
    assert journal.version() == 40
    assert journal.counts()["readings"] == 40
    journal.close()


@pytest.mark.parametrize(
    "twice",
    [
        Work(readings=[works.stored(1)]),
        Work(readings=[works.stored(7), works.stored(7)]),
        Work(entries=works.entries(0, 1)),
    ],
    ids=["a stored reading", "a reading twice in a work", "a stored entry"],
)
def test_a_duplicate_is_a_fault_and_nothing_is_written(journal: SqlJournal, twice: Work) -> None:
    journal.commit(works.work(0), 0)
    before = everything(journal)
    with pytest.raises(ValueError, match="UNIQUE"):
        journal.commit(
            Work(
                readings=[works.stored(50), *twice.readings],
                entries=[*twice.entries, *works.entries(1, 2)],
                states=[works.state(b"new")],
            ),
            1,
        )
    assert everything(journal) == before


def test_what_is_erased_is_in_no_file_any_more(journal: SqlJournal, other: SqlJournal) -> None:
    """The entries stay as they are, and so does what a stale work would have erased."""
    secret = SaltedValue("payload.actor", bytes(32), "Ana Quiroga")
    named = [replace(one, secrets=(secret,)) for one in works.entries(0, 3)]
    people = {"acknowledged_by": "Ana Quiroga", "closed_by": "Eva Lund"}
    acknowledged = replace(works.alert(0), **people)
    journal.commit(Work(entries=named, alerts=[acknowledged]), 0)
    before = [entry.leaf for entry in journal.entries()]
    gone = [
        Erasure(of="entry", id=f"{works.SHIPMENT}#1", place="payload.actor"),
        Erasure(of="alert", id=acknowledged.id, place="acknowledged_by"),
    ]
    with pytest.raises(Stale):
        other.commit(Work(erasures=gone), 0)
    assert len(list(journal.named())) == 3
    other.commit(Work(erasures=gone), 1)
    assert [(one.id, one.value) for one in journal.named(value="Ana Quiroga")] == [
        (f"{works.SHIPMENT}#0", "Ana Quiroga"),
        (f"{works.SHIPMENT}#2", "Ana Quiroga"),
    ]
    assert list(journal.named(scope="elsewhere")) == list(journal.named(value="Eva Lund")) == []
    kept = journal.alert(acknowledged.id)
    assert kept is not None
    assert (kept.acknowledged_by, kept.closed_by) == ("erased", "Eva Lund")
    assert [entry.leaf for entry in journal.entries()] == before
    rest = [Erasure(of="entry", id=one.id, place=one.place) for one in journal.named()]
    journal.commit(Work(erasures=[*rest, *rest]), 2)
    journal.scrub()
    assert b"Ana Quiroga" not in files(journal)
    assert b"Eva Lund" in files(journal)
    assert other.version() == 3


def test_rejects_of_identical_bytes_are_all_kept(journal: SqlJournal) -> None:
    same = works.reject(1, payload=b"\x00\xff" * 10)
    journal.commit(Work(rejects=[same, same]), 0)
    journal.commit(Work(rejects=[same]), 1)
    assert [row.payload for row in journal.rejects()] == [same.payload] * 3


def test_a_reject_of_2_mib_is_kept_to_the_byte(journal: SqlJournal) -> None:
    payload = os.urandom(2 * 2**20)
    given_reject = works.reject(1, payload=payload, device=None)
    journal.commit(Work(rejects=[given_reject]), 0)
    (row,) = journal.rejects()
    assert row.payload == payload
    assert row.size == len(payload)
    for name in ("topic", "device", "dialect", "place", "reason", "received_at"):
        assert getattr(row, name) == getattr(given_reject, name)


# Loading


def test_load_gives_what_changed_since(journal: SqlJournal, other: SqlJournal) -> None:
    journal.commit(
        Work(states=[works.state(b"1", "a"), works.state(b"1", "b")], shipments=[works.shipment()]),
        0,
    )
    journal.commit(Work(states=[works.state(b"2", "b")]), 1)
    journal.commit(Work(shipments=[works.shipment(1)]), 2)

    assert set(other.load().states) == {works.state(b"1", "a"), works.state(b"2", "b")}
    assert other.load(1) == Snapshot(
        version=3, shipments=(works.shipment(1),), states=(works.state(b"2", "b"),)
    )
    assert other.load(3) == Snapshot(version=3, shipments=(), states=())


def test_a_closed_shipment_is_loaded_again_and_is_no_longer_open(journal: SqlJournal) -> None:
    journal.commit(Work(shipments=[works.shipment(), works.shipment(1)]), 0)
    journal.commit(Work(shipments=[works.shipment(closed=True)]), 1)
    assert journal.load(1).shipments == (works.shipment(closed=True),)
    assert journal.shipments(closed=False) == [works.shipment(1)]
    assert journal.shipments() == [works.shipment(closed=True), works.shipment(1)]
    assert journal.shipment(works.SHIPMENT) == works.shipment(closed=True)
    assert journal.shipment("nowhere") is None
    assert journal.state("nowhere") is None


def test_a_snapshot_is_of_one_version_while_another_commits(url: str) -> None:
    """The state is the version it was written at, so a torn snapshot shows."""
    SqlJournal.open(url).close()
    stop = threading.Event()

    def write() -> None:
        journal = SqlJournal.open(url)
        version = 0
        while not stop.is_set():
            states = [works.state(b"%d" % (version + 1), scope) for scope in "abc"]
            version = journal.commit(Work(states=states), version)
        journal.close()

    writer = threading.Thread(target=write)
    writer.start()
    journal = SqlJournal.open(url)
    seen: set[int] = set()
    try:
        while len(seen) < 50:
            snapshot = journal.load()
            seen.add(snapshot.version)
            assert {int(s.body) for s in snapshot.states} <= {snapshot.version}
    finally:
        stop.set()
        writer.join()
        journal.close()


# Identity


def test_known_of_nothing_is_nothing(journal: SqlJournal) -> None:
    assert journal.known([]) == set()
    assert journal.known([works.stored(1)]) == set()


def test_known_tells_stored_readings_from_new_ones_in_thousands(journal: SqlJournal) -> None:
    readings = [works.stored(n, f"device-{n % 7}") for n in range(2_000)]
    journal.commit(Work(readings=readings[::2]), 0)
    assert journal.known(iter(readings + readings)) == {r.identity for r in readings[::2]}


def test_known_needs_device_time_and_digest_alike(journal: SqlJournal) -> None:
    stored = works.stored(1)
    journal.commit(Work(readings=[stored]), 0)
    assert journal.known([stored]) == {stored.identity}
    assert journal.known([works.stored(1, "another"), works.stored(2)]) == set()
    other_words = type(stored)(
        reading=stored.reading, body=stored.body, digest=b"\0" * 16, shipment=None, late=False
    )
    assert journal.known([other_words]) == set()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(st.integers(0, 40), unique=True, max_size=12), max_size=6))
def test_the_journal_holds_the_union_of_what_was_new(
    journal: SqlJournal, batches: list[list[int]]
) -> None:
    """Whatever order and repetition batches come in, filtering by `known` stores each once."""
    device = f"device-{journal.version()}"
    for batch in batches:
        readings = [works.stored(n, device) for n in batch]
        known = journal.known(readings)
        new = [r for r in readings if r.identity not in known]
        journal.commit(Work(readings=new), journal.version())
    expected = sorted({n for batch in batches for n in batch})
    assert [r.reading.seq for r in journal.readings(device=device)] == expected


# Reading


def test_alerts_are_replaced_by_id_and_found_by_what_they_are(journal: SqlJournal) -> None:
    journal.commit(Work(alerts=[works.alert(n) for n in range(4)]), 0)
    closed = works.alert(2, count=7, status=AlertStatus.CLOSED)
    journal.commit(Work(alerts=[closed]), 1)
    assert journal.counts()["alerts"] == 4
    assert journal.alert("alert-2") == closed
    assert journal.alert("alert-9") is None
    assert [a.id for a in journal.alerts(status=["raised", "escalated"])] == [
        "alert-0", "alert-1", "alert-3",
    ]  # fmt: skip
    assert journal.alerts(status=[AlertStatus.CLOSED]) == [closed]
    assert len(journal.alerts(severity=Severity.CRITICAL)) == 4
    assert journal.alerts(severity=Severity.INFO) == journal.alerts(shipment="other") == []
    assert journal.alerts(since=closed.raised_at) == [closed, works.alert(3)]


def test_entries_page_from_where_one_was(journal: SqlJournal) -> None:
    journal.commit(Work(entries=works.entries(0, 4) + works.entries(0, 4, "device:x")), 0)
    assert [e.index for e in journal.entries(after=1, limit=3)] == [2, 3, 4]
    assert [e.index for e in journal.entries(scope="device:x", after=4)] == [5, 6, 7]
    assert [e.seq for e in journal.entries(scope="device:x", limit=2)] == [0, 1]


def test_an_iterator_shows_the_journal_as_it_was(journal: SqlJournal) -> None:
    journal.commit(Work(entries=works.entries(0, 2)), 0)
    rows = journal.entries()
    first = next(rows)
    journal.commit(Work(entries=works.entries(2, 4)), 1)
    assert [first.index, *(row.index for row in rows)] == [0, 1]


def test_readings_by_device_by_shipment_and_the_newest(journal: SqlJournal) -> None:
    second = f"{works.DEVICE}-b"
    mine = [works.stored(n, works.DEVICE if n % 2 else second) for n in range(6)]
    before = works.stored(-3, shipment=None)
    elsewhere = works.stored(2, "stranger", shipment=None)
    journal.commit(
        Work(readings=[*reversed(mine), before, elsewhere], shipments=[works.shipment()]), 0
    )
    assert list(journal.readings(shipment=works.SHIPMENT)) == mine
    assert list(journal.readings(shipment=works.SHIPMENT, limit=2)) == mine[-2:]
    assert list(journal.readings(device=works.DEVICE)) == [before, *mine[1::2]]
    assert list(journal.readings(device=second, shipment=works.SHIPMENT)) == mine[::2]
    assert list(journal.readings(device=second, limit=1)) == [mine[4]]
    assert [r.reading.seq for r in journal.readings()] == [-3, 0, 1, 2, 2, 3, 4, 5]
    assert list(journal.readings(shipment="nowhere")) == []


def test_devices_tell_their_health(journal: SqlJournal) -> None:
    late = works.stored(-60, late=True)
    journal.commit(
        Work(
            readings=[works.stored(1), works.stored(2, shipment=None), works.stored(3), late],
            rejects=[
                works.reject(1),
                works.reject(2),
                works.reject(3, device=None),
                works.reject(4, device="Z-mute"),
            ],
        ),
        0,
    )
    journal.commit(Work(readings=[works.stored(1, "A-tracker", shipment=None)]), 1)
    tracker, lock, mute = journal.devices()
    assert (tracker.device, tracker.readings, tracker.rejects) == ("A-tracker", 1, 0)
    assert tracker.battery_pct is None, "none of its readings stated it"
    assert (lock.device, lock.readings, lock.late, lock.rejects) == (works.DEVICE, 4, 1, 2)
    assert (lock.dialect, lock.shipment) == ("native", works.SHIPMENT)
    assert lock.last_event_at == works.reading(3).event_time
    assert lock.last_received_at == works.reading(3).received_at
    assert lock.battery_pct == 90.0, "the newest reading that stated it"
    assert lock.skew_s == pytest.approx(3.0, abs=0.001), "the late one does not count"
    assert (mute.device, mute.readings, mute.rejects) == ("Z-mute", 0, 1)
    assert (mute.dialect, mute.last_event_at) == ("native", None)
    assert mute.last_received_at == works.at(4)
    assert journal.counts()["late"] == 1


def test_rejects_by_device_and_the_newest(journal: SqlJournal) -> None:
    rejects = [works.reject(n, device="a" if n % 2 else "b") for n in range(6)]
    journal.commit(Work(rejects=rejects), 0)
    assert [row.reason for row in journal.rejects()] == [r.reason for r in rejects]
    assert [row.reason for row in journal.rejects(device="a", limit=2)] == [
        rejects[3].reason, rejects[5].reason,
    ]  # fmt: skip


def test_closing_twice_is_harmless(url: str) -> None:
    journal = SqlJournal.open(url)
    journal.close()
    journal.close()
