"""Timers: no truck is accused of a silence that may be ours, none is spared one that is its own.

Moving: silent after 10 min. Parked: after 30. (`tracker policy` has both.)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.chain import assert_whole
from tests.support.office import START, Office, message, reading, trip
from tracker.domain.codes import Code
from tracker.log.leaf import parse
from tracker.ports import Message


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def moving(device: str, number: float, *, heard: float | None = None) -> Message:
    """A truck at 60 km/h, `number` minutes after the start; received then, or at `heard`."""
    said = reading(number, north_km=number, speed=60)
    return message(device, said, at=None if heard is None else minute(heard))


def accused(office: Office) -> list[str | None]:
    return [alert.device for alert in office.journal.alerts() if alert.kind == "silence"]


def two_trucks(office: Office) -> None:
    office.open(trip("S1", "L1"))
    office.open(trip("S2", "L2"))
    for number in range(2):
        office.hear(moving("L1", number), moving("L2", number))


def test_silence_is_told_at_its_deadline_and_ends_when_it_is_heard_again(office: Office) -> None:
    two_trucks(office)
    for number in range(2, 16):
        office.clock.set(minute(number))
        office.hear(moving("L2", number))
        assert accused(office) == (["L1"] if number >= 11 else [])
    (alert,) = office.journal.alerts()
    assert (alert.occurred_at, alert.raised_at, alert.severity) == (minute(11),) * 2 + ("warning",)
    office.hear(moving("L1", 16))
    (alert,) = office.journal.alerts()
    assert (alert.ended_at, alert.count) == (minute(16), 1)
    assert_whole(office.journal)


def test_a_tick_one_moment_before_the_deadline_does_nothing(office: Office) -> None:
    two_trucks(office)
    office.tick(minute(9))  # by now the readings are bound
    before = office.everything()
    office.tick(minute(11) - timedelta(microseconds=1))
    assert office.everything() == before
    office.tick(minute(11) + timedelta(seconds=1))
    assert accused(office) == ["L1", "L2"]


def test_while_the_connection_is_down_nobody_is_accused(office: Office) -> None:
    two_trucks(office)
    office.inbox.is_settled = False
    office.tick(minute(300))
    assert accused(office) == []


def test_after_a_restart_nobody_is_accused_before_the_queue_is_worked_off(office: Office) -> None:
    two_trucks(office)
    office.started()
    office.inbox.is_settled = False
    office.tick(minute(300))
    assert accused(office) == []
    office.inbox.is_settled = True
    office.tick(minute(301))
    assert accused(office) == ["L1", "L2"], "now the silence is theirs"


def test_after_an_outage_of_ours_the_queue_is_worked_off_first(office: Office) -> None:
    """Five hours wait at the broker, of both trucks in turn; twenty messages at a time come."""
    two_trucks(office)
    office.inbox.is_settled = False
    office.clock.set(minute(300))
    queued = [moving(truck, n, heard=300) for n in range(2, 300) for truck in ("L1", "L2")]
    for start in range(0, len(queued), 20):
        office.hear(*queued[start : start + 20])
        assert accused(office) == []
    office.inbox.is_settled = True
    office.tick(minute(301))
    assert accused(office) == []
    assert office.journal.counts()["readings"] == 600


def test_a_truck_whose_word_is_not_in_the_queue_is_accused_while_the_others_stream(
    office: Office,
) -> None:
    """An inbox that never settles does not switch the timers off: time goes on with the stream."""
    two_trucks(office)
    office.inbox.is_settled = False
    for number in range(2, 60):
        office.clock.set(minute(number))
        office.hear(*(moving(device, number) for device in ("L2", "L3", "L4")))
        assert accused(office) == (["L1"] if number >= 11 else [])


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("words", [1, 50])
def test_one_clock_that_runs_ahead_accuses_nobody(office: Office, words: int, alone: bool) -> None:
    """However much it says, and whether or not it is alone in its batch."""
    two_trucks(office)
    office.inbox.is_settled = False
    office.clock.set(minute(300))
    ahead = [moving("L3", 240 + n, heard=300) for n in range(words)]
    rest = [moving(device, 2, heard=300) for device in ("L1", "L2")]
    for batch in (ahead, rest) if alone else ([*ahead, *rest],):
        office.hear(*batch)
    assert accused(office) == []


def test_timers_are_looked_at_every_tick_s_and_not_at_every_batch(office: Office) -> None:
    """A tick reads the journal's version; a stream of small batches must not pay for it each."""
    two_trucks(office)
    office.started(tick_s=3600.0)
    office.tick(minute(10))
    office.tick(minute(40))
    assert accused(office) == []
    office.tick(minute(70))
    assert accused(office) == ["L1", "L2"]


def test_a_tick_sees_what_was_declared_meanwhile(office: Office) -> None:
    """A shipment opened after the tracker's start is watched before its first word."""
    office.tick(minute(0))
    office.open(trip("S1", "L1"))
    office.tick(minute(29))
    assert accused(office) == []
    office.tick(minute(31))
    (alert,) = office.journal.alerts()
    assert [one.code for one in alert.chapters] == [Code.NEVER_HEARD]


@pytest.mark.parametrize("heard", [False, True])
def test_a_silence_that_is_seen_later_is_the_same_conclusion(tmp_path: Path, heard: bool) -> None:
    """What the log knows it by does not depend on when somebody looked."""
    keys = []
    for name, looked in (("soon", 31), ("late", 300)):
        (tmp_path / name).mkdir()
        office = Office(tmp_path / name)
        office.open(trip("S1", "L1"))
        if heard:
            office.hear(moving("L1", 1))
        office.tick(minute(looked))
        rows = office.journal.entries(scope="S1")
        keys.append([parse(row.leaf)["key"] for row in rows if row.type == "alert_raised"])
        office.close()
    assert keys[0] == keys[1] != []
