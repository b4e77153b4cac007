"""The journal told again: by the same rules it is the same, by others it is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bench.detection.runs import Job, fleet
from tests.support.played import Player, library_geography, no_geography
from tracker.adapters.journal.memory import MemoryJournal
from tracker.app.commands import CommandHandler
from tracker.app.replay.difference import Change
from tracker.app.replay.record import Record
from tracker.app.replay.retelling import Retelling
from tracker.domain.alert import AlertKind, AlertStatus, Verdict
from tracker.domain.command import (
    AcceptAlert,
    AcknowledgeAlert,
    AnyCommand,
    AssignAlert,
    CloseAlert,
    CommentAlert,
    SnoozeAlert,
)
from tracker.domain.errors import UsageError
from tracker.domain.policy import Policy

INCIDENTS = ["cut_moving", None, "clock_off", "jammed", "cut_unheard", "stands_too_long"]


def answered(commands: CommandHandler, journal: MemoryJournal, now: datetime) -> None:
    """Of three alerts one is assigned and snoozed, then acknowledged by two; one closed, one
    accepted within a limit.
    """
    for alert in journal.alerts(status=[AlertStatus.RAISED, AlertStatus.ESCALATED]):
        turn = len(alert.id + alert.kind) % 3
        answers: list[AnyCommand]
        if turn == 0 and alert.assigned_to is None:
            until, metres = now + timedelta(hours=1), None if alert.lat is None else 2_000
            answers = [
                AssignAlert(at=now, by="ana", alert=alert.id, to="bob"),
                CommentAlert(at=now, by="ana", alert=alert.id, text="waits for the driver"),
                SnoozeAlert(
                    at=now, by="bob", alert=alert.id, until=until, distance_m=metres, reason="r"
                ),
            ]
        elif turn == 0:
            answers = [
                AcknowledgeAlert(at=now, by=by, alert=alert.id, note="calling")
                for by in ("ana", "bob")
                if alert.snooze is None
            ]
        elif turn == 1:
            verdict = Verdict.FALSE_DRIFT
            answers = [CloseAlert(at=now, by="ana", alert=alert.id, reason="r", verdict=verdict)]
        else:
            until = now + timedelta(hours=2)
            answers = [AcceptAlert(at=now, by="ana", alert=alert.id, reason="agreed", until=until)]
        for answer in answers:
            commands.submit_alert(alert.id, answer)


@pytest.fixture(scope="module")
def journal() -> MemoryJournal:
    """Six trucks with the dirt of real telemetry, people who answer, and a tracker that was away
    for 40 min; and one that was ended and started at once."""
    cases = fleet(Job(11, INCIDENTS))
    start = min(case.opened_at for case in cases)
    away = start + timedelta(hours=3)
    at_once = start + timedelta(hours=5)
    player = Player(
        cases,
        library_geography(),
        answers=answered,
        restarts=[(away, away + timedelta(minutes=40)), (at_once, at_once)],
    )
    return player.play()


def retelling(
    journal: MemoryJournal,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    chosen: Sequence[str] = (),
) -> Retelling:
    end = datetime.max.replace(tzinfo=UTC)
    record = Record(journal, end, since=since, until=until, chosen=chosen)
    return Retelling(journal, record, MemoryJournal, since=since, until=until)


def test_by_the_same_rules_every_alert_is_as_it_was(journal: MemoryJournal) -> None:
    outcome = retelling(journal).tell(Policy())
    alerts = journal.alerts()
    assert len({one.kind for one in alerts}) >= 4, "there is something to tell"
    assert any(one.late for one in alerts)
    assert {one.verdict for one in alerts} == {None, Verdict.FALSE_DRIFT}
    assert {one.assigned_to for one in alerts} == {None, "bob"}
    assert {one.acknowledged_by for one in alerts} == {None, "ana"}
    types = {one.type for one in journal.entries(types=["alert_snoozed", "alert_woken"])}
    assert types == {"alert_snoozed", "alert_woken"}
    assert outcome.found == []
    assert outcome.after == alerts, "all of each: when it was raised, its story, who did what"
    assert outcome.readings == journal.counts()["readings"]


def test_the_record_is_not_touched(journal: MemoryJournal) -> None:
    before = (journal.version(), journal.counts(), journal.alerts())
    retelling(journal).tell(Policy(silence_moving_min=1))
    assert (journal.version(), journal.counts(), journal.alerts()) == before


def test_a_policy_that_waits_longer_lets_alerts_vanish_or_begin_later(
    journal: MemoryJournal,
) -> None:
    patient = Policy(silence_moving_min=180, silence_parked_min=400)
    found = retelling(journal).tell(patient).found
    silences = [one for one in found if one.alert.kind is AlertKind.SILENCE]
    assert {one.change for one in silences} >= {Change.VANISHES}
    assert all(one.change is not Change.APPEARS for one in silences)
    hasty = retelling(journal).tell(Policy(stop_warning_min=2, stop_critical_min=6)).found
    stops = [one for one in hasty if one.alert.kind is AlertKind.UNPLANNED_STOP]
    assert {one.change for one in stops} >= {Change.APPEARS}


def test_other_zones_hold_throughout(journal: MemoryJournal) -> None:
    """Where no zone and no road is known, none was left; the cut was seen all the same."""
    found = retelling(journal).tell(Policy(), zones=no_geography()).found
    gone = {one.alert.kind for one in found if one.change is Change.VANISHES}
    assert AlertKind.SEAL_TAMPERED not in gone


def test_only_what_was_asked_for(journal: MemoryJournal) -> None:
    hasty = Policy(stop_warning_min=2, stop_critical_min=6)
    every = retelling(journal).tell(hasty)
    shipment = next(one.alert.shipment for one in every.found if one.alert.shipment)
    alone = retelling(journal, chosen=[shipment]).tell(hasty)
    assert alone.readings < every.readings
    mine = [one for one in every.found if one.alert.shipment == shipment]
    assert [one for one in alone.found if one.alert.shipment] == mine
    half = sorted(one.raised_at for one in journal.alerts())[len(journal.alerts()) // 2]
    later = retelling(journal, since=half).tell(Policy())
    assert later.found == []
    assert later.before == journal.alerts(since=half)
    earlier = retelling(journal, until=half).tell(Policy())
    assert earlier.before == journal.alerts(until=half)


def test_without_a_record_there_is_nothing_to_tell() -> None:
    with pytest.raises(UsageError, match="nothing to replay"):
        retelling_of_nothing().tell(Policy())


def retelling_of_nothing() -> Retelling:
    empty = MemoryJournal()
    return Retelling(empty, Record(empty, datetime.now(UTC)), MemoryJournal)
