"""Sending: tried again, given up, in order, by one alone; and what the log says of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.notices import Incidents, Pipe, never, policy, refusing
from tracker.app.notify.sender import backoff, told
from tracker.app.notify.status import quantile, state
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.notice import Delivery, DeliveryStatus
from tracker.domain.notify_policy import NotifyLimits
from tracker.ports import Outgoing, Undelivered


def only(desk: Incidents) -> Delivery:
    (delivery,) = desk.store.deliveries()
    return delivery


def test_what_fails_is_tried_again_until_it_is_taken() -> None:
    desk = Incidents(policy(steps=(("ana",),)))
    desk.pipe.failure = refusing
    desk.raised()
    desk.wait(60)
    assert only(desk).status is DeliveryStatus.PENDING
    assert 5 <= only(desk).attempts <= 7
    desk.pipe.failure = None
    desk.wait(60)
    (message,) = desk.pipe.taken
    assert only(desk).status is DeliveryStatus.ACCEPTED
    assert message.attempt == only(desk).attempts > 1
    assert only(desk).error == ""


def test_what_no_attempt_delivers_is_dead_at_last_and_says_why_without_the_number() -> None:
    desk = Incidents(policy(steps=(("ana",),), dead_after_min=4))
    desk.pipe.failure = refusing
    desk.raised()
    desk.wait(290)
    dead = only(desk)
    assert dead.status is DeliveryStatus.DEAD
    assert dead.error == "no answer from ..."
    assert desk.store.unlogged(10) == [dead]


def test_what_cannot_be_helped_is_dead_at_once() -> None:
    desk = Incidents(policy(steps=(("ana",),)))
    desk.pipe.failure = never
    desk.raised()
    desk.wait(3)
    assert (only(desk).status, only(desk).attempts) == (DeliveryStatus.DEAD, 1)


def test_a_channel_with_a_fault_of_its_own_is_tried_again() -> None:
    def broken(outgoing: Outgoing) -> None:
        raise ZeroDivisionError

    desk = Incidents(policy(steps=(("ana",),)))
    desk.pipe.failure = broken
    desk.raised()
    desk.wait(3)
    assert (only(desk).status, only(desk).error) == (DeliveryStatus.PENDING, "ZeroDivisionError")


def test_an_incident_s_messages_keep_their_order_while_the_first_fails() -> None:
    desk = Incidents(policy(steps=(("ana",),)))
    desk.pipe.failure = refusing
    alert = desk.raised()
    desk.wait(10)
    desk.acknowledged(alert)
    desk.wait(10)
    other = desk.raised(2)
    desk.pipe.failure = lambda one: refusing(one) if one.alert == alert.id else None
    desk.wait(10)
    assert desk.heard() == [("raised", other.id)], "another incident does not wait for it"
    desk.pipe.failure = None
    desk.wait(60)
    mine = [(one.update, one.number) for one in desk.pipe.taken if one.alert == alert.id]
    assert mine == [("raised", 1), ("acknowledged", 2)]


def test_of_two_workers_one_sends() -> None:
    desk = Incidents(policy(steps=(("ana",),)))
    for number in range(20):
        desk.raised(number, kind=list(AlertKind)[number])
    desk.decide()
    one, two = Pipe(), Pipe()
    first = desk.sender(one, "one")
    nested: list[int] = []

    def other_comes(outgoing: Outgoing) -> None:
        nested.append(desk.sender(two, "two").once())

    one.failure = other_comes
    assert first.once() == 20
    assert nested == [0] * 20
    assert two.taken == []
    assert len({message.id for message in one.taken}) == 20


def test_what_a_dead_worker_had_claimed_is_sent_when_its_claim_is_over() -> None:
    desk = Incidents(policy(steps=(("ana",),)))
    alert = desk.raised()
    desk.decide()
    now = desk.clock.now()
    (claimed,) = desk.store.claim(
        "pipe", by="dead", now=now, until=now + timedelta(seconds=15), limit=9
    )
    desk.wait(14)
    assert desk.heard() == []
    desk.wait(2)
    assert [one.id for one in desk.pipe.taken] == [claimed.id]
    assert claimed.notice == alert.id


def test_a_slow_channel_gives_back_what_it_could_not_send_in_time() -> None:
    desk = Incidents(policy(steps=(("ana",),)))

    def slow(outgoing: Outgoing) -> None:
        desk.clock.set(desk.clock.now() + timedelta(seconds=2))

    for number in range(10):
        desk.raised(number, kind=list(AlertKind)[number])
    desk.decide()
    desk.pipe.failure = slow
    assert desk.sender(desk.pipe).once() < 10
    assert desk.sender(Pipe(), "other").once() > 0


def test_critical_ones_go_first() -> None:
    desk = Incidents(policy(steps=(("ana",),)))
    desk.pipe.failure = refusing
    desk.raised(1, severity=Severity.WARNING)
    desk.wait(60, step_s=5)
    desk.raised(2)
    desk.wait(1)
    desk.pipe.failure = None
    desk.clock.set(desk.clock.now() + timedelta(minutes=5))
    desk.tell()
    assert desk.pipe.taken[0].alert == "S2-2"


@given(
    attempts=st.integers(1, 10_000),
    critical=st.booleans(),
    chance=st.floats(0, 1),
)
def test_pauses_double_up_to_a_limit(attempts: int, critical: bool, chance: float) -> None:
    limits = NotifyLimits()
    severity = Severity.CRITICAL if critical else Severity.WARNING
    most = limits.retry_critical_s if critical else limits.retry_most_s
    pause = backoff(attempts, severity, limits, chance).total_seconds()
    assert limits.retry_first_s <= pause <= most * (1 + limits.retry_jitter)
    assert backoff(attempts, severity, limits, 0) <= backoff(attempts + 1, severity, limits, 0)


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("550 ana@example.com: no such user", "550 ... no such user"),
        ("POST https://k3y@gateway/x?token=1 gave 500", "POST ... gave 500"),
        ("no route\nto +52 (81) 1000-2000", "no route to ..."),
        ("HTTP 503", "HTTP 503"),
        ("", "no reason given"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_reason_names_nobody_and_no_secret(reason: str, kept: str) -> None:
    assert told(reason) == kept


def test_the_state_tells_queue_age_delays_and_failures() -> None:
    desk = Incidents(policy(steps=(("ana",),)))
    desk.raised(1)
    desk.wait(5)
    desk.pipe.failure = refusing
    desk.raised(2)
    desk.wait(20)
    found = state(desk.store, ["pipe", "spare"], desk.clock.now())
    pipe, spare = found.channels
    assert (pipe.accepted, pipe.pending, pipe.retried, pipe.dead) == (1, 1, 1, 0)
    assert pipe.oldest_s is not None
    assert 18 <= pipe.oldest_s <= 21
    assert pipe.error == "no answer from ..."
    assert pipe.p50_ms == pipe.p95_ms == pipe.critical_p95_ms
    assert (spare.configured, spare.pending, spare.p95_ms) == (True, 0, None)
    assert (found.begun, found.behind) == (True, 0)


def test_quantiles() -> None:
    assert quantile([], 0.5) is None
    assert quantile([7], 0.95) == 7
    assert quantile(list(range(1, 101)), 0.95) == 95
    assert quantile([3, 1, 2], 0.5) == 2


def test_who_asks_for_a_pause_is_given_it_but_not_beyond_the_message_s_time() -> None:
    desk = Incidents(policy(steps=(("ana",),), dead_after_min=10))
    asked = {"s": 90.0}

    def busy(outgoing: Outgoing) -> None:
        raise Undelivered("busy", after_s=asked["s"])

    desk.pipe.failure = busy
    desk.raised()
    desk.wait(80)
    assert only(desk).attempts == 1
    desk.wait(30)
    assert only(desk).attempts == 2
    asked["s"] = 10**9
    desk.wait(120)
    assert only(desk).due_at <= only(desk).since + timedelta(minutes=10)
    desk.wait(600)
    assert desk.store.deliveries()[0].status is DeliveryStatus.DEAD  # others were asked meanwhile
