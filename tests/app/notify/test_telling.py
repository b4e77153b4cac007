"""One incident, one conversation: who is told what, when, and what nobody is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.support.notices import NOON, Incidents, Pipe, policy, refusing
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal.memory import MemoryJournal
from tracker.app.notify.outbox import alerts_of
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.duty import DutyHours
from tracker.domain.notice import DeliveryStatus
from tracker.domain.notify_policy import Contact, Ladder, NotifyPolicy, Roster, Route, Shift

DAY = DutyHours.parse("06:00-22:00")


def test_a_critical_alert_is_told_within_seconds_to_the_first_of_the_ladder() -> None:
    desk = Incidents(policy())
    alert = desk.raised()
    desk.wait(3)
    (message,) = desk.pipe.taken
    assert (message.update, message.contact, message.alert) == ("raised", "ana", alert.id)
    assert message.id == f"{alert.id}/1.1"
    assert "cortaron el cable" in message.body
    assert alerts_of(desk.store, message.notice) == (alert.id,)
    assert alerts_of(desk.store, "none") == ()
    (delivery,) = desk.store.deliveries()
    assert delivery.status is DeliveryStatus.ACCEPTED
    assert delivery.waited_ms is not None
    assert delivery.waited_ms <= 2000


def test_the_next_is_asked_until_somebody_acknowledges() -> None:
    desk = Incidents(policy())
    alert = desk.raised()
    desk.wait(11 * 60, step_s=15)
    assert desk.heard("ana") == [("raised", alert.id), ("escalated", alert.id)]
    assert desk.heard("bob") == [("escalated", alert.id)]
    alert = desk.acknowledged(alert)
    desk.wait(3600, step_s=60)
    assert [update for update, _ in desk.heard()] == [
        "raised", "escalated", "escalated", "acknowledged", "acknowledged",
    ]  # fmt: skip


def test_an_acknowledgement_that_the_feed_has_yet_to_tell_stops_the_ladder() -> None:
    desk = Incidents(policy())
    alert = desk.raised()
    desk.wait(200)
    desk.acknowledged(alert)
    desk.clock.set(desk.clock.now() + timedelta(minutes=5))
    desk.outbox._look()
    assert [one.update for one in desk.store.deliveries()] == ["raised"]


def test_a_warning_is_told_once_and_climbs_nothing() -> None:
    desk = Incidents(policy())
    desk.raised(severity=Severity.WARNING)
    desk.wait(3600, step_s=30)
    assert desk.heard() == [("raised", "S1-1")]


def test_what_was_over_before_anybody_was_told_of_it_is_not_told() -> None:
    desk = Incidents(policy(machines=("erp",)), None, Pipe(), Pipe("erp"))
    alert = desk.raised(severity=Severity.WARNING)
    desk.wait(5)
    desk.ended(alert)
    desk.wait(600, step_s=10)
    assert desk.heard() == []
    assert desk.heard(pipe="erp") == [("raised", alert.id), ("over", alert.id)]


def test_a_critical_incident_is_told_though_it_is_over() -> None:
    desk = Incidents(policy())
    alert = desk.raised()
    alert = desk.ended(alert)
    desk.wait(5)
    assert desk.heard() == [("raised", alert.id)], "which says that it is over"
    desk.again(alert)
    desk.wait(5)
    assert desk.heard() == [("raised", alert.id), ("again", alert.id)]


def test_graver_is_told_at_once_to_who_was_told_before_and_begins_the_ladder_anew() -> None:
    desk = Incidents(policy())
    alert = desk.raised(severity=Severity.WARNING)
    desk.wait(120)
    desk.graver(alert)
    desk.wait(310)
    assert desk.heard("ana") == [("raised", alert.id), ("graver", alert.id)]
    assert desk.heard("bob") == [("escalated", alert.id)]


def test_what_becomes_graver_while_it_waits_to_be_told_is_raised_as_that() -> None:
    desk = Incidents(policy())
    desk.graver(desk.raised(severity=Severity.WARNING))
    desk.wait(60)
    (message,) = desk.pipe.taken
    assert (message.update, message.severity) == ("raised", "critical")


def test_over_and_again_and_over_is_not_told_each_time() -> None:
    desk = Incidents(policy(calm_min=5))
    alert = desk.raised(severity=Severity.WARNING)
    desk.wait(60)
    for _ in range(20):
        alert = desk.ended(alert)
        desk.wait(20)
        alert = desk.again(alert)
        desk.wait(20)
    assert len(desk.heard()) <= 8
    assert [update for update, _ in desk.heard()][:3] == ["raised", "over", "again"]


def test_the_messages_of_a_conversation_are_numbered_and_know_their_thread() -> None:
    desk = Incidents(policy())
    alert = desk.raised()
    desk.wait(5)
    alert = desk.acknowledged(alert)
    desk.wait(5)
    desk.closed(alert)
    desk.wait(600)
    assert [(one.update, one.number, one.thread) for one in desk.pipe.taken] == [
        ("raised", 1, None),
        ("acknowledged", 2, f"thread of {alert.id}"),
        ("closed", 3, f"thread of {alert.id}"),
    ]


def test_what_is_closed_before_it_was_told_is_told_to_nobody() -> None:
    desk = Incidents(policy())
    desk.closed(desk.raised())
    desk.wait(600, step_s=10)
    assert desk.heard() == []


def test_what_happened_long_ago_is_marked_late() -> None:
    desk = Incidents(policy())
    desk.raised(ago_min=180)
    desk.wait(3)
    (message,) = desk.pipe.taken
    assert message.late
    assert message.title.startswith("AVISO TARDÍO (3 h)")


def test_a_clock_that_is_set_back_holds_up_no_ladder_and_no_message() -> None:
    desk = Incidents(policy())
    first = desk.raised(1)
    desk.wait(60)
    desk.pipe.failure = refusing
    second = desk.raised(2)
    desk.wait(20)
    desk.pipe.failure = None
    desk.clock = desk.outbox.clock = ManualClock(desk.clock.now() - timedelta(hours=3))
    desk.wait(10)
    assert ("raised", second.id) in desk.heard("ana")
    desk.wait(320, step_s=5)
    assert ("escalated", first.id) in desk.heard("bob")
    assert ("escalated", second.id) in desk.heard("bob")


# Hours, and how often


def sleeper(**more: object) -> NotifyPolicy:
    ana = Contact(id="ana", channels=("pipe",), timezone="America/Monterrey", hours=DAY)
    return policy(contacts=(ana,), steps=(("ana",),), **more)  # type: ignore[arg-type]


def test_at_night_warnings_wait_for_the_morning_and_come_as_one() -> None:
    desk = Incidents(sleeper(), start=NOON + timedelta(hours=11))  # 23:00
    first = desk.raised(1, severity=Severity.WARNING, kind=AlertKind.BATTERY)
    desk.wait(1800, step_s=60)
    second = desk.raised(2, severity=Severity.WARNING, kind=AlertKind.OVERDUE)
    gone = desk.raised(3, severity=Severity.WARNING, kind=AlertKind.SILENCE)
    desk.wait(600, step_s=60)
    desk.closed(gone)
    desk.wait(5.5 * 3600, step_s=300)
    assert desk.heard() == []
    desk.wait(3600, step_s=60)
    (digest,) = desk.pipe.taken
    assert digest.update == "digest"
    assert [one["id"] for one in digest.data["alerts"]] == [first.id, second.id]
    (delivery,) = desk.store.deliveries(status=[DeliveryStatus.ACCEPTED])
    assert delivery.waited_ms is not None
    assert delivery.waited_ms <= 61_000, "from when the hours began"


def test_one_warning_of_the_night_comes_as_itself() -> None:
    desk = Incidents(sleeper(), start=NOON + timedelta(hours=11))
    alert = desk.raised(severity=Severity.WARNING)
    desk.wait(8 * 3600, step_s=60)
    assert desk.heard() == [("raised", alert.id)]


def test_at_night_what_is_critical_is_told_at_once() -> None:
    desk = Incidents(sleeper(), start=NOON + timedelta(hours=11))
    alert = desk.raised(severity=Severity.WARNING)
    desk.wait(120)
    assert desk.heard() == []
    desk.graver(alert)
    desk.wait(5)
    assert desk.heard() == [("graver", alert.id)]
    desk.closed(desk.ended(alert))
    desk.wait(9 * 3600, step_s=300)
    assert desk.heard() == [("graver", alert.id), ("closed", alert.id)]


def test_more_warnings_than_anybody_reads_come_in_one_digest_an_hour() -> None:
    desk = Incidents(policy(steps=(("ana",),), warnings_per_hour=3))
    kinds = list(AlertKind)
    for number in range(1, 11):
        desk.raised(number, severity=Severity.WARNING, kind=kinds[number])
        desk.wait(60, step_s=5)
    desk.wait(3600, step_s=30)
    told = [update for update, _ in desk.heard()]
    assert told == ["raised", "raised", "raised", "digest"]
    assert len(desk.pipe.taken[-1].data["alerts"]) == 7


# Many at once


def test_forty_trucks_that_fall_silent_at_once_are_one_digest() -> None:
    desk = Incidents(policy())
    alerts = [desk.raised(n, severity=Severity.WARNING, kind=AlertKind.SILENCE) for n in range(40)]
    desk.wait(600, step_s=5)
    (digest,) = desk.pipe.taken
    assert digest.update == "digest"
    assert [one["id"] for one in digest.data["alerts"]] == [one.id for one in alerts]
    assert alerts_of(desk.store, digest.notice) == tuple(one.id for one in alerts)
    for alert in alerts[:-1]:
        desk.ended(alert)
    desk.wait(60)
    assert len(desk.pipe.taken) == 1, "one is silent still"
    desk.ended(alerts[-1])
    desk.wait(60)
    assert desk.heard() == [("digest", digest.notice), ("over", digest.notice)]


def test_forty_critical_ones_within_a_minute_are_few_digests_told_in_time() -> None:
    desk = Incidents(policy())
    for number in range(40):
        desk.raised(number, kind=AlertKind.SILENCE)
        desk.wait(1.5, step_s=0.5)
    desk.wait(30)
    assert len(desk.heard("ana")) <= 5 + 60 / 6 + 1
    assert max(one.waited_ms or 0 for one in desk.store.deliveries()) < 10_000
    covered = {alert["id"] for one in desk.pipe.taken for alert in one.data.get("alerts", ())}
    alone = {one.alert for one in desk.pipe.taken if one.alert}
    assert len(covered | alone) == 40


def test_a_digest_climbs_until_all_of_it_is_acknowledged() -> None:
    desk = Incidents(policy())
    alerts = [desk.raised(n, kind=AlertKind.SILENCE) for n in range(8)]
    desk.wait(310, step_s=5)
    assert [update for update, _ in desk.heard("bob")] == ["escalated"]
    for alert in alerts:
        desk.acknowledged(alert)
    desk.wait(7200, step_s=60)
    assert [update for update, _ in desk.heard("bob")] == ["escalated", "acknowledged"]


def test_forty_that_become_graver_together_are_one_digest_too() -> None:
    desk = Incidents(policy())
    alerts = [desk.raised(n, severity=Severity.WARNING, kind=AlertKind.SILENCE) for n in range(40)]
    desk.wait(120, step_s=5)
    for alert in alerts:
        desk.graver(alert)
    desk.wait(60)
    assert [update for update, _ in desk.heard("ana")] == ["digest", "digest"]
    assert [one.severity for one in desk.pipe.taken] == ["warning", "critical"]


def test_one_of_a_digest_that_becomes_graver_is_told_by_itself() -> None:
    desk = Incidents(policy())
    alerts = [desk.raised(n, severity=Severity.WARNING, kind=AlertKind.SILENCE) for n in range(40)]
    desk.wait(120, step_s=5)
    desk.graver(alerts[7])
    desk.wait(5)
    assert [update for update, _ in desk.heard("ana")] == ["digest", "graver"]
    assert desk.pipe.taken[-1].alert == alerts[7].id


def test_machines_are_told_everything_at_once_and_one_by_one() -> None:
    desk = Incidents(policy(machines=("erp",)), None, Pipe(), Pipe("erp"))
    alerts = [desk.raised(n, severity=Severity.WARNING, kind=AlertKind.SILENCE) for n in range(40)]
    desk.tell()
    assert desk.heard(pipe="erp") == [("raised", alert.id) for alert in alerts]
    assert all(one.contact is None for one in desk.pipes["erp"].taken)


def test_what_waits_when_its_ladder_is_gone_is_told_as_the_routes_are_now() -> None:
    store = MemoryJournal()
    before = Incidents(policy(), store)
    alert = before.raised(severity=Severity.WARNING)
    before.wait(5)
    renamed = replace(
        policy(),
        ladders={"new": Ladder(id="new", steps=(("bob",),))},
        routes=(Route(ladder="new"),),
    )
    after = Incidents(renamed, store, start=before.clock.now())
    after.wait(120, step_s=5)
    assert after.heard() == [("raised", alert.id)]
    assert after.heard("bob") == after.heard()


def test_nobody_on_duty_is_said_and_looked_for_again(caplog: pytest.LogCaptureFixture) -> None:
    night = Roster(
        id="desk", shifts=(Shift(hours=DutyHours.parse("18:10-19:00"), contacts=("ana",)),)
    )
    desk = Incidents(replace(policy(steps=(("desk",),)), rosters={"desk": night}))
    alert = desk.raised()
    desk.wait(60)
    assert "nobody of ladder house is there" in caplog.text
    desk.wait(15 * 60, step_s=10)
    assert desk.heard("ana")[0] == ("escalated", alert.id)


# Parts of a graver incident


def test_parts_of_a_theft_are_told_with_it_and_machines_hear_of_all() -> None:
    desk = Incidents(policy(machines=("erp",)), None, Pipe(), Pipe("erp"))
    jammed = desk.raised(1, kind=AlertKind.JAMMING, scope="S")
    desk.wait(5)
    off = desk.raised(2, kind=AlertKind.ROUTE_DEVIATION, scope="S")
    theft = desk.raised(3, kind=AlertKind.LIKELY_THEFT, scope="S")
    for part in (jammed, off):
        desk.folded(part, theft)
    desk.wait(310, step_s=5)
    assert desk.heard("ana") == [("raised", jammed.id), ("raised", theft.id)]
    assert desk.heard("bob") == [("escalated", theft.id)]
    assert [notice for _, notice in desk.heard(pipe="erp")][:3] == [jammed.id, off.id, theft.id]


def test_a_further_part_of_a_theft_that_was_acknowledged_asks_anew() -> None:
    desk = Incidents(policy())
    theft = desk.acknowledged(desk.raised(kind=AlertKind.LIKELY_THEFT))
    desk.wait(60)
    desk.more(theft)
    desk.wait(310)
    assert desk.heard("bob") == [("escalated", theft.id)]
    assert ("more", theft.id) in desk.heard("ana")


# Whose it is


def test_a_custodian_s_contact_hears_of_its_shipments_alone() -> None:
    bob = Contact(id="bob", channels=("pipe",), custodian="dray")
    ana = Contact(id="ana", channels=("pipe",))
    desk = Incidents(policy(contacts=(ana, bob), steps=(("ana", "bob"),)))
    desk.raised()
    desk.wait(5)
    assert desk.heard("bob") == []
    assert len(desk.heard("ana")) == 1


def test_what_no_route_takes_is_told_to_nobody() -> None:
    desk = Incidents(policy(severity=(Severity.CRITICAL,)))
    alert = desk.raised(severity=Severity.WARNING)
    desk.wait(120)
    assert desk.heard() == []
    desk.graver(alert)
    desk.wait(5)
    assert desk.heard() == [("raised", alert.id)]


def test_a_snoozed_incident_climbs_no_ladder_and_calls_again_past_its_limit() -> None:
    desk = Incidents(policy())
    alert = desk.raised()
    desk.wait(30)
    alert = desk.snoozed(alert, desk.clock.now() + timedelta(minutes=30))
    desk.wait(1500, step_s=10)
    assert desk.heard() == [("raised", alert.id), ("snoozed", alert.id)], "nor is Bob asked"
    desk.woken(alert)
    desk.wait(310)
    assert desk.heard("ana")[2:] == [("again", alert.id)]
    assert desk.heard("bob") == [("escalated", alert.id)], "and the ladder begins anew"


def test_what_is_over_when_its_snooze_ends_calls_nobody() -> None:
    desk = Incidents(policy())
    alert = desk.raised(severity=Severity.WARNING)
    desk.wait(60)
    alert = desk.snoozed(alert, desk.clock.now() + timedelta(minutes=30))
    alert = desk.ended(alert)
    desk.woken(alert)
    desk.wait(600, step_s=10)
    assert "again" not in [update for update, _ in desk.heard()]


def test_graver_while_it_is_snoozed_is_told_at_once() -> None:
    desk = Incidents(policy())
    alert = desk.raised(severity=Severity.WARNING)
    desk.wait(60)
    alert = desk.snoozed(alert, desk.clock.now() + timedelta(minutes=30))
    desk.graver(replace(alert, snooze=None))
    desk.wait(10)
    assert desk.heard()[-1] == ("graver", alert.id)


def test_again_within_a_snooze_is_not_told() -> None:
    desk = Incidents(policy())
    alert = desk.raised(severity=Severity.WARNING)
    desk.wait(60)
    alert = desk.snoozed(alert, desk.clock.now() + timedelta(minutes=30))
    alert = desk.ended(alert)
    desk.wait(600, step_s=10)
    before = desk.heard()
    desk.again(alert)
    desk.wait(60)
    assert desk.heard() == before


def test_a_snooze_before_anybody_was_told_is_answer_enough() -> None:
    desk = Incidents(policy())
    alert = desk.raised(severity=Severity.WARNING)
    desk.snoozed(alert, desk.clock.now() + timedelta(minutes=30))
    desk.wait(600, step_s=10)
    assert desk.heard() == []


def test_whoever_it_is_assigned_to_is_told_once_and_belongs_to_it_from_then_on() -> None:
    desk = Incidents(policy(steps=(("ana",),)))
    alert = desk.raised(severity=Severity.WARNING)
    desk.wait(60)
    alert = desk.assigned(alert, "bob")
    desk.wait(600, step_s=10)
    assert desk.heard("bob") == [("assigned", alert.id)]
    assert desk.heard("ana") == [("raised", alert.id), ("assigned", alert.id)]
    desk.commented(alert)
    desk.wait(600, step_s=10)
    assert desk.heard("bob")[1:] == [("comment", alert.id)]


def test_assigned_to_a_desk_that_is_no_contact_those_who_know_of_it_are_told() -> None:
    desk = Incidents(policy())
    alert = desk.raised(severity=Severity.WARNING)
    desk.wait(60)
    desk.assigned(alert, "night shift")
    desk.wait(600, step_s=10)
    assert desk.heard() == [("raised", alert.id), ("assigned", alert.id)]
