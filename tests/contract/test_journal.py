"""What `tracker.ports.Journal` and `Records` promise, on every store that implements them."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.contract.conftest import Opens
from tests.support import works
from tracker.adapters.journal import SqlJournal
from tracker.adapters.journal.memory import MemoryJournal
from tracker.domain.alert import AlertStatus, Severity
from tracker.log.leaf import SaltedValue
from tracker.log.tree import Tree
from tracker.ports import (
    Carried,
    Erasure,
    Followed,
    FollowerRow,
    Heartbeat,
    Snapshot,
    Stale,
    Store,
    Watch,
    Work,
)


def everything(journal: Store) -> tuple[object, ...]:
    return (
        journal.version(),
        list(journal.states()),
        journal.shipments(),
        journal.changes(0),
        list(journal.readings()),
        list(journal.entries()),
        journal.alerts(),
        journal.rejects(),
        journal.counts(),
        journal.head(),
        journal.followed("counter", ["told"]),
    )


def held(journal: Store) -> bytes:
    """All bytes that the store has, on disk or in memory."""
    if isinstance(journal, MemoryJournal):
        return repr(journal._shelves).encode()
    assert isinstance(journal, SqlJournal)
    database = Path(str(journal._engine.url.database))
    return b"".join(file.read_bytes() for file in database.parent.glob(f"{database.name}*"))


# Committing


def test_a_new_journal_is_empty_and_at_version_0(journal: Store) -> None:
    assert journal.version() == 0
    assert journal.load() == journal.changes(0) == journal.fetch(["S1"]) == Snapshot(version=0)
    assert journal.newest() == -1
    assert (journal.followed("nobody"), journal.followers()) == ((0, None), {})
    assert set(journal.counts().values()) == {0}
    assert not [*journal.entries(), *journal.readings(), *journal.devices(), *journal.rejects()]


def test_every_commit_is_one_version(journal: Store) -> None:
    assert [journal.commit(works.work(n), {}) for n in range(3)] == [1, 2, 3]
    assert journal.version() == 3
    assert journal.commit(Work(), {}) == 4, "an empty work too: its maker must see it happened"


def test_what_was_committed_is_read_back_after_reopening(opens: Opens) -> None:
    given_works = [works.work(n) for n in range(4)]
    first = opens()
    for work in given_works:
        first.commit(work, {})
    first.close()

    journal = opens()
    assert list(journal.readings()) == [r for work in given_works for r in work.readings]
    assert journal.alerts() == [a for work in given_works for a in work.alerts]
    assert journal.shipments() == [works.shipment()]
    assert journal.state(works.SHIPMENT) == b"state 3"
    assert journal.counts() == {
        "readings": 12, "late": 0, "rejects": 4, "entries": 4, "alerts": 4, "shipments": 1,
    }  # fmt: skip
    journal.close()


def test_entries_keep_their_exact_bytes_and_their_place(journal: Store) -> None:
    new = works.entries(0, 5)
    journal.commit(Work(entries=new[:2]), {})
    journal.commit(Work(), {})
    journal.commit(Work(entries=new[2:]), {})
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


def test_what_is_asked_for_is_chosen_by_time_kind_and_number(journal: Store) -> None:
    for n in range(6):
        journal.commit(works.work(n), {})
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
    journal: Store, other: Store
) -> None:
    assert journal.heartbeat() is None
    journal.commit(works.work(0), {})
    first = Heartbeat(started_at=works.at(0), at=works.at(0), trouble="the broker is away")
    journal.beat(first)
    assert other.heartbeat() == first
    last = Heartbeat(started_at=works.at(0), at=works.at(1), ended_at=works.at(1))
    journal.beat(last)
    assert (other.heartbeat(), other.version()) == (last, 1)
    again = Heartbeat(started_at=works.at(5), at=works.at(7))
    journal.beat(again)
    assert other.watches() == [
        Watch(started_at=works.at(0), at=works.at(1)),
        Watch(started_at=works.at(5), at=works.at(7)),
    ]


def test_readings_are_told_in_the_order_of_their_receipt(journal: Store) -> None:
    """Those of one moment by scope and number; whether a broker had kept one is kept as well."""
    first = replace(works.stored(2), number=1)
    second = replace(works.stored(1), number=0, retained=True)
    moment = first.reading.received_at
    second = replace(second, reading=replace(second.reading, received_at=moment))
    alone = works.stored(0, "OTHER", shipment=None)
    journal.commit(Work(readings=[first, second, alone]), {})
    assert list(journal.received()) == [alone, second, first]
    assert list(journal.received({"device:OTHER"})) == [alone]
    assert list(journal.received({works.SHIPMENT})) == [second, first]


def test_a_work_whose_scope_was_written_since_is_refused_whole(
    journal: Store, other: Store
) -> None:
    journal.commit(works.work(0), {})
    before = everything(journal)
    for expected in (0, 2):
        with pytest.raises(Stale):
            other.commit(works.work(1), {works.SHIPMENT: expected})
    with pytest.raises(Stale):
        other.commit(works.work(1), {works.SHIPMENT: 1, "device:x": 1, "follower:counter": 0})
    assert everything(journal) == before
    assert other.commit(works.work(1), {works.SHIPMENT: other.version()}) == 2


def test_what_others_write_elsewhere_makes_no_work_stale(journal: Store, other: Store) -> None:
    """A scope may be expected as of any version since it was last written, or never."""
    journal.commit(Work(states=[works.state(b"1", "a"), works.state(b"1", "b")]), {})
    for n in range(3):
        other.commit(Work(states=[works.state(b"2", "b")]), {"b": n + 1, "never": 0})
    assert journal.commit(Work(states=[works.state(b"2", "a")]), {"a": 1, "never": 0}) == 5
    with pytest.raises(Stale, match="b was read at version 3"):
        journal.commit(Work(states=[works.state(b"3", "a")]), {"a": 5, "b": 3})
    assert journal.commit(Work(states=[works.state(b"3", "a")]), {"a": 5, "b": 4}) == 6


@pytest.mark.parametrize(
    "wrote",
    [
        Work(states=[works.state(b"", "s")]),
        Work(shipments=[replace(works.shipment(), id="s")]),
        Work(touched=["s"]),
    ],
    ids=["a state", "a shipment", "touched"],
)
def test_a_scope_is_written_by_its_state_its_shipment_and_by_saying_so(
    journal: Store, wrote: Work
) -> None:
    journal.commit(wrote, {})
    with pytest.raises(Stale):
        journal.commit(Work(), {"s": 0})
    assert journal.changes(0).written == {"s": 1}


def test_what_was_written_since_is_told_scope_by_scope(journal: Store) -> None:
    assert journal.written(0) == (0, {})
    journal.commit(Work(states=[works.state(b"", "a"), works.state(b"", "b")]), {})
    journal.commit(Work(states=[works.state(b"", "b")], touched=["c"]), {})
    assert journal.written(0) == (2, {"a": 1, "b": 2, "c": 2})
    assert journal.written(1) == (2, {"b": 2, "c": 2})
    assert journal.written(2) == (2, {})


@pytest.mark.parametrize("scopes", [("same", "same"), ("a", "b")], ids=["one scope", "two"])
def test_of_two_who_commit_at_once_one_is_stale_if_they_share_a_scope(
    opens: Opens, scopes: tuple[str, str]
) -> None:
    """Two threads, each with a journal of its own, count up until each has 20 in."""
    opens().close()
    together = threading.Barrier(2)
    stale = []

    def run(name: str, scope: str) -> None:
        journal = opens()
        together.wait()
        done = 0
        while done < 20:
            seen = journal.fetch([scope])
            count = int(seen.states[0].body) if seen.states else 0
            work = Work(
                readings=[works.stored(done, name)],
                states=[works.state(b"%d" % (count + 1), scope)],
            )
            try:
                journal.commit(work, {scope: seen.version})
                done += 1
            except Stale:
                stale.append(name)
        journal.close()

    threads = [
        threading.Thread(target=run, args=(f"truck-{n}", scope)) for n, scope in enumerate(scopes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal = opens()
    assert journal.version() == 40
    assert journal.counts()["readings"] == 40
    counted = {state.scope: int(state.body) for state in journal.states()}
    assert counted == ({"same": 40} if scopes[0] == scopes[1] else {"a": 20, "b": 20})
    if scopes[0] != scopes[1]:
        assert stale == []
    journal.close()


SCOPES = st.sets(st.sampled_from("abc"), max_size=2)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(SCOPES, SCOPES), min_size=2, max_size=6),
    st.lists(st.integers(0, 5), max_size=30),
)
def test_what_interleaved_works_come_to_is_what_they_come_to_one_by_one(
    journal: Store, works_: list[tuple[set[str], set[str]]], turns: list[int]
) -> None:
    """Each reads some scopes, and writes what it read, with its own number, to some. In whatever
    order they read and commit: the end is that of the same works in the order of their versions.
    """
    place = f"{journal.version()}/"
    read: dict[int, Snapshot] = {}
    done: list[int] = []

    def written(number: int, states: Mapping[str, bytes]) -> dict[str, bytes]:
        reads, writes = works_[number]
        seen = b",".join(states.get(scope, b"-") for scope in sorted(reads))
        return dict.fromkeys(writes, b"%d(%s)" % (number, seen))

    def go_on(number: int) -> None:
        reads, _ = works_[number]
        if number not in read:
            read[number] = journal.fetch(place + scope for scope in reads)
            return
        states = {one.scope.removeprefix(place): one.body for one in read[number].states}
        new = [works.state(body, place + s) for s, body in written(number, states).items()]
        expected = {place + scope: read[number].version for scope in reads}
        try:
            journal.commit(Work(states=new), expected)
            done.append(number)
        except Stale:
            del read[number]

    for number in [*(turn % len(works_) for turn in turns), *2 * sorted(range(len(works_)))]:
        if number not in done:
            go_on(number)
    for number in range(len(works_)):  # what is left, one after the other
        while number not in done:
            go_on(number)

    serial: dict[str, bytes] = {}
    for number in done:
        serial.update(written(number, serial))
    found = journal.fetch(place + scope for scope in "abc")
    assert {one.scope.removeprefix(place): one.body for one in found.states} == serial


def test_the_places_in_the_log_have_no_gap_whoever_writes(journal: Store, other: Store) -> None:
    journal.commit(Work(entries=works.entries(0, 2)), {})
    other.commit(Work(entries=works.entries(0, 300, "device:x")), {})
    with pytest.raises(Stale):
        journal.commit(Work(entries=works.entries(2, 3), states=[works.state(b"")]), {"x": 9})
    journal.commit(Work(entries=works.entries(2, 3)), {})
    rows = list(other.entries())
    assert [row.index for row in rows] == list(range(303))
    assert journal.newest() == 302
    tree = Tree(303, other.tile)
    assert tree.root() == other.head().root
    assert [row.scope for row in rows[1:3]] == [works.SHIPMENT, "device:x"]


@pytest.mark.parametrize(
    "twice",
    [
        Work(readings=[works.stored(1)]),
        Work(readings=[works.stored(7), works.stored(7)]),
        Work(entries=works.entries(0, 1)),
    ],
    ids=["a stored reading", "a reading twice in a work", "a stored entry"],
)
def test_a_duplicate_is_a_fault_and_nothing_is_written(journal: Store, twice: Work) -> None:
    journal.commit(works.work(0), {})
    before = everything(journal)
    with pytest.raises(ValueError, match="not a work that can be committed"):
        journal.commit(
            Work(
                readings=[works.stored(50), *twice.readings],
                entries=[*twice.entries, *works.entries(1, 2)],
                states=[works.state(b"new")],
            ),
            {},
        )
    assert everything(journal) == before


def test_what_is_erased_is_in_no_file_any_more(journal: Store, other: Store) -> None:
    """The entries stay as they are, and so does what a stale work would have erased."""
    secret = SaltedValue("payload.actor", bytes(32), "Ana Quiroga")
    named = [replace(one, secrets=(secret,)) for one in works.entries(0, 3)]
    people = {"acknowledged_by": "Ana Quiroga", "closed_by": "Eva Lund"}
    acknowledged = replace(works.alert(0), **people)
    journal.commit(Work(entries=named, alerts=[acknowledged]), {})
    before = [entry.leaf for entry in journal.entries()]
    gone = [
        Erasure(of="entry", id=f"{works.SHIPMENT}#1", place="payload.actor"),
        Erasure(of="alert", id=acknowledged.id, place="acknowledged_by"),
    ]
    with pytest.raises(Stale):
        other.commit(Work(erasures=gone), {"x": 2})
    assert len(list(journal.named())) == 3
    other.commit(Work(erasures=gone), {})
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
    journal.commit(Work(erasures=[*rest, *rest]), {})
    journal.scrub()
    assert b"Ana Quiroga" not in held(journal)
    assert b"Eva Lund" in held(journal)
    assert other.version() == 3


def test_rejects_of_identical_bytes_are_all_kept(journal: Store) -> None:
    same = works.reject(1, payload=b"\x00\xff" * 10)
    journal.commit(Work(rejects=[same, same]), {})
    journal.commit(Work(rejects=[same]), {})
    assert [row.payload for row in journal.rejects()] == [same.payload] * 3


def test_a_reject_of_2_mib_is_kept_to_the_byte(journal: Store) -> None:
    payload = os.urandom(2 * 2**20)
    given_reject = works.reject(1, payload=payload, device=None)
    journal.commit(Work(rejects=[given_reject]), {})
    (row,) = journal.rejects()
    assert row.payload == payload
    assert row.size == len(payload)
    for name in ("topic", "device", "dialect", "place", "reason", "received_at"):
        assert getattr(row, name) == getattr(given_reject, name)


# Loading


def test_changes_are_what_was_written_since(journal: Store, other: Store) -> None:
    journal.commit(
        Work(states=[works.state(b"1", "a"), works.state(b"1", "b")], shipments=[works.shipment()]),
        {},
    )
    journal.commit(Work(states=[works.state(b"2", "b")]), {})
    journal.commit(Work(shipments=[works.shipment(1)], touched=["device:x"]), {})

    assert set(other.changes(0).states) == {works.state(b"1", "a"), works.state(b"2", "b")}
    assert other.changes(1) == Snapshot(
        version=3,
        shipments=(works.shipment(1),),
        states=(works.state(b"2", "b"),),
        written={"b": 2, works.shipment(1).id: 3, "device:x": 3},
    )
    assert other.changes(3) == Snapshot(version=3)


def test_load_gives_what_is_under_way(journal: Store) -> None:
    """Open shipments, and whatever has a timer; a closed shipment without one is asked for."""
    open_, waking, done = works.shipment(1), works.shipment(2, closed=True), works.shipment(3)
    done = replace(done, closed_at=works.at(9))
    states = [
        works.state(b"", open_.id),
        works.state(b"", waking.id, wake_at=works.at(5)),
        works.state(b"", done.id),
        works.state(b"", "device:x"),
        works.state(b"", "device:y", wake_at=works.at(7)),
    ]
    journal.commit(Work(shipments=[open_, waking, done], states=states), {})
    loaded = journal.load()
    assert set(loaded.states) == {states[0], states[1], states[4]}
    assert {one.id for one in loaded.shipments} == {open_.id, waking.id}
    asked = journal.fetch([done.id, "device:x", "nowhere"])
    assert (asked.shipments, set(asked.states)) == ((done,), {states[2], states[3]})
    journal.commit(Work(states=[works.state(b"", waking.id)]), {})
    assert waking.id not in {one.id for one in journal.load().shipments}


def test_who_carries_a_device_or_a_number_is_found_by_it(journal: Store) -> None:
    """Closed ones too, by their opening; a number that was added counts from then on."""
    first, second = works.shipment(closed=True), works.shipment(1)
    journal.commit(Work(shipments=[second, first]), {})
    device = f"device:{works.DEVICE}"
    assert journal.fetch([device, "number:MX9"]).carried == (
        Carried(
            scope=device, shipment=first.id, opened_at=first.opened_at, closed_at=first.closed_at
        ),
        Carried(scope=device, shipment=second.id, opened_at=second.opened_at),
    )
    more = replace(second, numbers=("MX0042", "MX9"))
    journal.commit(Work(shipments=[more]), {})
    (one,) = journal.fetch(["number:MX9"]).carried
    assert one.shipment == second.id
    assert len(journal.fetch([f"device:{n}" for n in range(2_000)]).carried) == 0


def test_a_closed_shipment_is_no_longer_open(journal: Store) -> None:
    journal.commit(Work(shipments=[works.shipment(), works.shipment(1)]), {})
    journal.commit(Work(shipments=[works.shipment(closed=True)]), {})
    assert journal.changes(1).shipments == (works.shipment(closed=True),)
    assert journal.shipments(closed=False) == [works.shipment(1)]
    assert journal.shipments() == [works.shipment(closed=True), works.shipment(1)]
    assert journal.shipments(limit=1) == [works.shipment(1)], "the newest"
    assert journal.shipment(works.SHIPMENT) == works.shipment(closed=True)
    assert journal.shipment("nowhere") is None
    assert journal.state("nowhere") is None


def test_a_snapshot_is_of_one_version_while_another_commits(opens: Opens) -> None:
    """The state is the version it was written at, so a torn snapshot shows."""
    opens().close()
    stop = threading.Event()

    def write() -> None:
        journal = opens()
        version = 0
        while not stop.is_set():
            states = [
                works.state(b"%d" % (version + 1), scope, wake_at=works.at(0)) for scope in "abc"
            ]
            version = journal.commit(Work(states=states), {})
        journal.close()

    writer = threading.Thread(target=write)
    writer.start()
    journal = opens()
    seen: set[int] = set()
    try:
        while len(seen) < 50:
            for snapshot in (journal.load(), journal.changes(0), journal.fetch("abc")):
                seen.add(snapshot.version)
                assert {int(s.body) for s in snapshot.states} <= {snapshot.version}
                assert set(snapshot.written.values()) <= {snapshot.version}
    finally:
        stop.set()
        writer.join()
        journal.close()


# Following


def test_a_follower_keeps_its_rows_and_its_place_in_one(journal: Store, other: Store) -> None:
    def told(position: int, *rows: FollowerRow) -> Followed:
        return Followed(follower="f", position=position, rows=rows)

    a, b = FollowerRow(key="a", value=b"1"), FollowerRow(key="b", value=b"2")
    journal.commit(Work(followed=[told(4, a, b)]), {"follower:f": 0})
    with pytest.raises(Stale):
        other.commit(Work(followed=[told(4)]), {"follower:f": 0})
    assert other.followed("f", ["a", "b", "c"]) == (1, told(4, a, b))
    assert other.followed("f") == (1, told(4))
    assert other.followed("g", ["a"]) == (1, None), "rows are a follower's own"
    gone, again = FollowerRow(key="a", value=None), FollowerRow(key="b", value=b"3")
    other.commit(Work(followed=[told(5, gone, b, again)]), {"follower:f": 1})
    assert journal.followed("f", ["a", "b"]) == (2, told(5, again))
    assert journal.followers() == {"f": 5}


# Identity


def test_known_of_nothing_is_nothing(journal: Store) -> None:
    assert journal.known([]) == set()
    assert journal.known([works.stored(1)]) == set()


def test_known_tells_stored_readings_from_new_ones_in_thousands(journal: Store) -> None:
    readings = [works.stored(n, f"device-{n % 7}") for n in range(2_000)]
    journal.commit(Work(readings=readings[::2]), {})
    assert journal.known(iter(readings + readings)) == {r.identity for r in readings[::2]}


def test_known_needs_device_time_and_digest_alike(journal: Store) -> None:
    stored = works.stored(1)
    journal.commit(Work(readings=[stored]), {})
    assert journal.known([stored]) == {stored.identity}
    assert journal.known([works.stored(1, "another"), works.stored(2)]) == set()
    other_words = type(stored)(
        reading=stored.reading, body=stored.body, digest=b"\0" * 16, shipment=None, late=False
    )
    assert journal.known([other_words]) == set()


def test_the_newest_time_of_each_device_is_told(journal: Store) -> None:
    assert journal.newest_times(["device-0"]) == {}
    readings = [works.stored(n, f"device-{n % 700}") for n in range(1_400)]
    journal.commit(Work(readings=readings[700:]), {})
    journal.commit(Work(readings=readings[:700]), {})
    newest = journal.newest_times([f"device-{n}" for n in range(701)])
    assert newest == {r.reading.device: r.reading.event_time for r in readings[700:]}
    assert journal.newest_times([]) == {}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(st.integers(0, 40), unique=True, max_size=12), max_size=6))
def test_the_journal_holds_the_union_of_what_was_new(
    journal: Store, batches: list[list[int]]
) -> None:
    """Whatever order and repetition batches come in, filtering by `known` stores each once."""
    device = f"device-{journal.version()}"
    for batch in batches:
        readings = [works.stored(n, device) for n in batch]
        known = journal.known(readings)
        new = [r for r in readings if r.identity not in known]
        journal.commit(Work(readings=new), {})
    expected = sorted({n for batch in batches for n in batch})
    assert [r.reading.seq for r in journal.readings(device=device)] == expected


# Reading


def test_alerts_are_replaced_by_id_and_found_by_what_they_are(journal: Store) -> None:
    journal.commit(Work(alerts=[works.alert(n) for n in range(4)]), {})
    closed = works.alert(2, count=7, status=AlertStatus.CLOSED)
    journal.commit(Work(alerts=[closed]), {})
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


def test_entries_page_from_where_one_was(journal: Store) -> None:
    journal.commit(Work(entries=works.entries(0, 4) + works.entries(0, 4, "device:x")), {})
    assert [e.index for e in journal.entries(after=1, limit=3)] == [2, 3, 4]
    assert [e.index for e in journal.entries(scope="device:x", after=4)] == [5, 6, 7]
    assert [e.seq for e in journal.entries(scope="device:x", limit=2)] == [0, 1]


def test_an_iterator_shows_the_journal_as_it_was(journal: Store) -> None:
    journal.commit(Work(entries=works.entries(0, 2)), {})
    rows = journal.entries()
    first = next(rows)
    journal.commit(Work(entries=works.entries(2, 4)), {})
    assert [first.index, *(row.index for row in rows)] == [0, 1]


def test_readings_by_device_by_shipment_and_the_newest(journal: Store) -> None:
    second = f"{works.DEVICE}-b"
    mine = [works.stored(n, works.DEVICE if n % 2 else second) for n in range(6)]
    before = works.stored(-3, shipment=None)
    elsewhere = works.stored(2, "stranger", shipment=None)
    journal.commit(
        Work(readings=[*reversed(mine), before, elsewhere], shipments=[works.shipment()]), {}
    )
    assert list(journal.readings(shipment=works.SHIPMENT)) == mine
    assert list(journal.readings(shipment=works.SHIPMENT, limit=2)) == mine[-2:]
    assert list(journal.readings(device=works.DEVICE)) == [before, *mine[1::2]]
    assert list(journal.readings(device=second, shipment=works.SHIPMENT)) == mine[::2]
    assert list(journal.readings(device=second, limit=1)) == [mine[4]]
    assert [r.reading.seq for r in journal.readings()] == [-3, 0, 1, 2, 2, 3, 4, 5]
    assert list(journal.readings(shipment="nowhere")) == []


def test_devices_tell_their_health(journal: Store) -> None:
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
        {},
    )
    journal.commit(Work(readings=[works.stored(1, "A-tracker", shipment=None)]), {})
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


def test_rejects_by_device_and_the_newest(journal: Store) -> None:
    rejects = [works.reject(n, device="a" if n % 2 else "b") for n in range(6)]
    journal.commit(Work(rejects=rejects), {})
    assert [row.reason for row in journal.rejects()] == [r.reason for r in rejects]
    assert [row.reason for row in journal.rejects(device="a", limit=2)] == [
        rejects[3].reason, rejects[5].reason,
    ]  # fmt: skip


def test_closing_twice_is_harmless(opens: Opens) -> None:
    journal = opens()
    journal.close()
    journal.close()
