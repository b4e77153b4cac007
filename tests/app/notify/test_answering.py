"""Whoever has the code of a message acknowledges what it tells of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.notices import NOON, Incidents, policy
from tests.support.wording import compose
from tracker.app.notify.answering import Answers
from tracker.app.notify.composing import Composing
from tracker.domain.alert import AlertKind
from tracker.domain.errors import NotFound, Refused

KEY = bytes(32)


def answers(desk: Incidents, base: str | None = None) -> Answers:
    return Answers(desk.store, KEY, hours=48, base=base)


def test_a_code_is_of_the_contact_and_the_alert() -> None:
    desk = Incidents(policy())
    alert = desk.raised()
    desk.wait(3)
    code, link = answers(desk).issue(alert.id, "ana", desk.clock.now())
    assert code is not None
    assert link is None
    answer = answers(desk).take(code.lower(), desk.clock.now())
    assert (answer.contact, answer.notice, answer.alerts) == ("ana", alert.id, (alert.id,))


def test_what_stands_in_the_message_is_taken() -> None:
    desk = Incidents(policy())
    alert = desk.raised()
    desk.decide()
    asked = answers(desk, "https://t.example/a")
    composing = Composing(
        desk.store, desk.policy, desk.geography, compose, desk.clock, answering=asked.issue
    )
    (delivery,) = desk.store.deliveries()
    message = composing.outgoing(delivery, None)
    link = message.links["acknowledge"]
    assert link in message.body
    assert message.short.endswith(link)
    answer = asked.take(link.removeprefix("https://t.example/a/"), desk.clock.now())
    assert (answer.contact, answer.alerts) == ("ana", (alert.id,))


@pytest.mark.parametrize("base", ["https://t.example/a", "https://t.example/a/"])
def test_a_link_is_the_base_and_the_code(base: str) -> None:
    code, link = answers(Incidents(policy()), base).issue("S1-1", "ana", NOON)
    assert link == f"https://t.example/a/{code}"


def test_machines_have_none() -> None:
    assert answers(Incidents(policy())).issue("S1-1", None, NOON) == (None, None)


def test_of_a_digest_it_is_of_all_its_alerts() -> None:
    desk = Incidents(policy())
    alerts = [desk.raised(number, kind=AlertKind.SILENCE) for number in range(1, 9)]
    desk.wait(10)
    (digest,) = desk.pipe.taken
    code, _ = answers(desk).issue(digest.notice, "ana", desk.clock.now())
    assert code is not None
    answer = answers(desk).take(code, desk.clock.now())
    assert answer.alerts == tuple(alert.id for alert in alerts)


def test_who_was_not_told_has_no_code() -> None:
    desk = Incidents(policy())
    alert = desk.raised()
    desk.wait(3)
    code, _ = answers(desk).issue(alert.id, "bob", desk.clock.now())
    assert code is not None
    with pytest.raises(NotFound, match="no message has this code"):
        answers(desk).take(code, desk.clock.now())


def test_one_that_expired_says_since_when_and_of_what() -> None:
    desk = Incidents(policy())
    alert = desk.raised()
    desk.wait(3)
    code, _ = answers(desk).issue(alert.id, "ana", desk.clock.now())
    assert code is not None
    answers(desk).take(code, NOON + timedelta(hours=48))
    with pytest.raises(Refused, match="expired at 2025-03-05T19:00Z") as raised:
        answers(desk).take(code, NOON + timedelta(hours=50))
    assert alert.id in raised.value.mend


def test_wrong_codes_are_few_in_a_minute() -> None:
    desk = Incidents(policy())
    alert = desk.raised()
    desk.wait(3)
    asked = answers(desk)
    code, _ = asked.issue(alert.id, "ana", desk.clock.now())
    assert code is not None
    for _ in range(10):
        with pytest.raises(NotFound):
            asked.take("000000000000", desk.clock.now())
    with pytest.raises(Refused, match="too many"):
        asked.take(code, desk.clock.now())
    assert asked.take(code, desk.clock.now() + timedelta(minutes=2)).contact == "ana"
