"""What `tracker.ports.Outbox` promises, on every store that implements it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.contract.conftest import STORES
from tracker.domain.alert import Severity
from tracker.domain.notice import Delivery, DeliveryStatus, Update
from tracker.domain.personal import ERASED
from tracker.ports import Erasure, Store, StoredNotice, Work

NOON = datetime(2025, 3, 3, 18, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def delivery(notice: str = "A-1", number: int = 1, **more: Any) -> Delivery:
    contact = more.get("contact", "ana")
    given: dict[str, Any] = {
        "id": f"{notice}/{number}.{contact}.{more.get('channel', 'sms')}",
        "notice": notice,
        "number": number,
        "update": Update.RAISED,
        "severity": Severity.WARNING,
        "channel": "sms",
        "scope": "A",
        "alert": notice,
        "shipment": "A",
        "contact": "ana",
        "due_at": NOON,
        "since": NOON,
        "created_at": at(number),
    }
    return Delivery(**{**given, **more})


def put(journal: Store, *deliveries: Delivery) -> None:
    journal.commit(Work(deliveries=deliveries), {})


def claimed(journal: Store, by: str = "w", now: float = 0, limit: int = 99) -> list[Delivery]:
    return journal.claim("sms", by=by, now=at(now), until=at(now + 15), limit=limit)


def accepted(one: Delivery, now: float = 1) -> Delivery:
    status = DeliveryStatus.ACCEPTED
    return replace(one, status=status, attempts=1, settled_at=at(now), thread="t")


def test_what_was_committed_is_read_back_whole(journal: Store, other: Store) -> None:
    whole = delivery(covers=("A-1", "A-2"), entry=7, step=2, update=Update.DIGEST)
    put(journal, whole)
    assert other.deliveries() == [whole]
    assert other.delivery(whole.id) == whole
    assert other.delivery("none") is None


def test_the_same_delivery_is_taken_once(journal: Store) -> None:
    put(journal, delivery())
    with pytest.raises(ValueError, match="not a work"):
        put(journal, delivery(number=2), delivery())
    assert len(journal.deliveries()) == 1, "nothing of it was written"


def test_conversations_are_found_by_id_and_when_they_are_due(journal: Store) -> None:
    notices = [
        StoredNotice(id=f"n{n}", body=b"%d" % n, due_at=at(n) if n else None, touched_at=NOON)
        for n in range(4)
    ]
    journal.commit(Work(notices=notices), {})
    assert journal.notices(["n1", "n0", "none"]) == {"n0": notices[0], "n1": notices[1]}
    assert journal.due_notices(at(2), 9) == notices[1:3]
    assert journal.due_notices(at(9), 2) == notices[1:3]
    assert journal.next_notice_due() == at(1)
    journal.commit(Work(notices=[replace(notices[1], due_at=None, body=b"new")]), {})
    assert journal.next_notice_due() == at(2)
    assert journal.notices(["n1"])["n1"].body == b"new"


def test_a_claim_is_one_worker_s_until_it_is_over(journal: Store, other: Store) -> None:
    put(journal, *(delivery(f"A-{n}") for n in range(3)))
    mine = claimed(journal, limit=2)
    assert [one.worker for one in mine] == ["w", "w"]
    rest = claimed(other, by="v")
    assert {one.id for one in (*mine, *rest)} == {one.id for one in journal.deliveries()}
    assert claimed(other, by="v", now=14) == []
    assert len(claimed(other, by="v", now=15)) == 3


def test_only_what_is_due_pending_and_of_that_channel_is_claimed(journal: Store) -> None:
    put(
        journal,
        delivery("A-1"),
        delivery("A-2", due_at=at(60)),
        delivery("A-3", status=DeliveryStatus.HELD),
        delivery("A-4", channel="mail"),
        delivery("A-5", status=DeliveryStatus.DEAD),
    )
    assert [one.notice for one in claimed(journal)] == ["A-1"]


def test_critical_ones_are_claimed_first_then_those_that_wait_longest(journal: Store) -> None:
    put(
        journal,
        delivery("A-1", since=at(-5)),
        delivery("A-2", since=at(-9)),
        delivery("A-3", severity=Severity.CRITICAL),
    )
    assert [one.notice for one in claimed(journal)] == ["A-3", "A-2", "A-1"]


def test_one_contact_gets_one_incident_s_updates_in_their_order(
    journal: Store, other: Store
) -> None:
    put(journal, delivery(), delivery(number=2), delivery(number=2, contact=None))
    first, machine = sorted(claimed(journal), key=lambda one: one.number)
    assert (first.number, first.contact, machine.contact) == (1, "ana", None)
    assert claimed(other, by="v", now=1) == []
    journal.settle([replace(first, attempts=1, due_at=at(99), error="no")])
    assert claimed(other, by="v", now=2) == [], "the first is to be tried again before"
    journal.settle([accepted(replace(first, status=DeliveryStatus.DEAD))])
    assert [one.number for one in claimed(other, by="v", now=3)] == [2]


def test_what_became_of_it_is_kept_and_disturbs_nobody(journal: Store) -> None:
    put(journal, delivery())
    version = journal.version()
    (one,) = claimed(journal)
    journal.settle([replace(one, attempts=1, due_at=at(2), error="busy")])
    (again,) = claimed(journal, now=2)
    assert (again.attempts, again.error) == (1, "busy")
    journal.settle([accepted(again, now=3)])
    (kept,) = journal.deliveries(status=[DeliveryStatus.ACCEPTED])
    assert (kept.thread, kept.settled_at, kept.worker) == ("t", at(3), None)
    assert journal.version() == version
    journal.settle([replace(kept, status=DeliveryStatus.DEAD)])
    assert journal.deliveries() == [kept], "what is settled stays so"


def test_what_is_being_sent_is_not_superseded(journal: Store) -> None:
    put(journal, delivery("A-1"), delivery("A-2"), delivery("A-3", status=DeliveryStatus.HELD))
    claimed(journal, limit=1)
    ids = [one.id for one in journal.deliveries()]
    journal.commit(Work(dropped=ids), {})
    assert [one.status for one in journal.deliveries()] == ["pending", "superseded", "superseded"]


def test_what_was_held_is_found_when_its_pause_is_over_and_released(journal: Store) -> None:
    put(journal, delivery("A-1", status=DeliveryStatus.HELD, due_at=at(60)), delivery("A-2"))
    assert journal.held_due(at(59)) == []
    (held,) = journal.held_due(at(60))
    journal.commit(Work(released=[held.id]), {})
    (freed,) = [one for one in claimed(journal, now=60) if one.notice == "A-1"]
    assert freed.since == at(60)


def test_no_timer_waits_for_a_time_that_is_far_off_when_the_clock_was_set_back(
    journal: Store,
) -> None:
    held = delivery("A-4", status=DeliveryStatus.HELD, due_at=at(9999))
    put(journal, delivery("A-1", due_at=at(3600)), delivery("A-2"), delivery("A-3"), held)
    (lost,) = claimed(journal, now=3600, limit=1)
    (fresh,) = claimed(journal, now=0, limit=1)
    notice = StoredNotice(id="n", body=b"", due_at=at(3600), touched_at=NOON)
    journal.commit(Work(notices=[notice]), {})
    journal.hasten(NOON, at(600))
    assert journal.next_notice_due() == NOON
    ids = {one.id for one in claimed(journal, now=1)}
    assert ids == {one.id for one in journal.deliveries()} - {fresh.id, held.id}
    assert lost.id in ids
    assert journal.held_due(at(9998)) == []


def test_of_what_the_log_says_nothing_yet(journal: Store) -> None:
    put(journal, *(delivery(f"A-{n}") for n in range(3)))
    one, two, _ = claimed(journal)
    journal.settle([accepted(two, now=5), accepted(one, now=9)])
    assert [late.id for late in journal.unlogged(9)] == [two.id, one.id]
    journal.commit(Work(logged=[two.id]), {})
    assert [late.id for late in journal.unlogged(9)] == [one.id]


def test_of_how_many_notices_a_contact_was_warned(journal: Store) -> None:
    put(
        journal,
        delivery("A-1"),
        delivery("A-1", channel="mail"),
        delivery("A-2"),
        delivery("A-3", contact="bob"),
        delivery("A-4", severity=Severity.CRITICAL),
        delivery("A-5", status=DeliveryStatus.HELD),
        delivery("A-6", update=Update.OVER),
        delivery("A-7", contact=None),
        delivery("A-8", created_at=at(-60)),
    )
    assert journal.warned(NOON) == {"ana": 2, "bob": 1}


def test_the_queue_of_each_channel(journal: Store) -> None:
    put(
        journal,
        delivery("A-1", since=at(3)),
        delivery("A-2", since=at(2)),
        delivery("A-3", channel="mail", since=at(1)),
        delivery("A-4", channel="mail", status=DeliveryStatus.DEAD),
    )
    assert journal.queue() == {"mail": (1, at(1)), "sms": (2, at(2))}


def test_an_erased_contact_is_gone_and_is_not_told(journal: Store) -> None:
    put(journal, delivery("A-1"), delivery("A-2"), delivery("A-3", contact="bob"))
    one, two, _ = claimed(journal)
    journal.settle([accepted(one)])
    assert [named.id for named in journal.named_deliveries(contact="ana")] == [one.id, two.id]
    erasures = [Erasure(of="delivery", id=named.id, place="contact") for named in (one, two)]
    journal.commit(Work(erasures=erasures), {})
    gone = journal.deliveries()[:2]
    assert [(one.contact, one.thread) for one in gone] == [(ERASED, None)] * 2
    assert [one.status for one in gone] == ["accepted", "superseded"]
    journal.settle([accepted(two)])
    assert journal.deliveries()[1].status is DeliveryStatus.SUPERSEDED
    assert [named.contact for named in journal.named_deliveries()] == ["bob"]
    assert list(journal.named_deliveries(shipment="B")) == []


def test_what_is_long_past_is_forgotten_and_nothing_else(journal: Store) -> None:
    put(
        journal,
        delivery("A-1", status=DeliveryStatus.ACCEPTED, logged=True),
        delivery("A-2", status=DeliveryStatus.ACCEPTED),
        delivery("A-3"),
        delivery("A-4", status=DeliveryStatus.SUPERSEDED),
        delivery("A-5", status=DeliveryStatus.ACCEPTED, logged=True, created_at=at(99)),
    )
    old = [
        StoredNotice(id="quiet", body=b"", due_at=None, touched_at=NOON),
        StoredNotice(id="waits", body=b"", due_at=at(999), touched_at=NOON),
    ]
    journal.commit(Work(notices=old), {})
    assert journal.tidy(at(50), 99) == 3
    assert [one.notice for one in journal.deliveries()] == ["A-2", "A-3", "A-5"]
    assert set(journal.notices(["quiet", "waits"])) == {"waits"}
    assert journal.tidy(at(50), 99) == 0


steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "claim", "accept", "retry", "drop", "log"]),
        st.integers(0, 3),
        st.integers(1, 3),
    ),
    min_size=20,
    max_size=60,
)


@given(steps=steps)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_stores_do_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("outbox")
    stores = [make(folder)() for make in STORES.values()]
    for store in stores:
        for now, (what, notice, number) in enumerate(steps):
            _step(store, what, f"A-{notice}", number, now)
    views = [
        (store.deliveries(), store.queue(), store.unlogged(99), claimed(store, now=99))
        for store in stores
    ]
    assert views[0] == views[1]
    for store in stores:
        store.close()


def _step(store: Store, what: str, notice: str, number: int, now: int) -> None:
    one = delivery(notice, number, created_at=at(now))
    if what == "put":
        if store.delivery(one.id) is None:
            put(store, one)
    elif what == "claim":
        claimed(store, now=now, limit=number)
    elif what == "accept":
        store.settle([accepted(one, now)])
    elif what == "retry":
        store.settle([replace(one, attempts=1, due_at=at(now + number), error="busy")])
    elif what == "drop":
        store.commit(Work(dropped=[one.id]), {})
    else:
        store.commit(Work(logged=[one.id]), {})
