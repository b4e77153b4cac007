"""However messages fall into batches, and whoever commits in between, the outcome is the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chain import assert_whole
from tests.support.office import START, Office, message, reading, trip
from tracker.adapters.journal import SqlJournal
from tracker.domain.command import AcknowledgeAlert, Authorise
from tracker.domain.shipment import Authorisation
from tracker.ports import Message, Work

CARD = {"kind": "rfid", "id": "CARD-1"}


def point(north_km: float, east_km: float) -> list[float]:
    return [-100.0 + east_km / 100.1, 26.0 + north_km / 110.8]


def line(*points: list[float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(points)}


def square(north_km: float, east_km: float, kind: str) -> dict[str, Any]:
    """2 km wide."""
    corners = [(-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1)]
    ring = [point(north_km + n, east_km + e) for n, e in corners]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"kind": kind}, "geometry": geometry}


BENT = trip(
    legs=[
        {"corridor": line(point(0, 0), point(20, 0)), "to": square(20, 0, "yard")},
        {"corridor": line(point(20, 0), point(20, 40)), "to": square(20, 40, "consignee")},
    ]
)
"""North for 20 km, and from the yard there east for 40 km."""


def bent() -> list[Message]:
    """Along both legs at 60 km/h. The rope is cut on the second, and reported four minutes late."""
    at = [(float(km), 0.0) for km in range(21)] + [(20.0, float(km)) for km in range(1, 41)]
    readings = [
        reading(n, north_km=north, east_km=east, speed=0 if n < 2 else 60, seq=n,
                seal={"state": "cut" if n >= 42 else "sealed"})
        for n, (north, east) in enumerate(at)
    ]  # fmt: skip
    sent = [message("L1", one) for one in readings]
    held = [message("L1", one, at=START + timedelta(minutes=46)) for one in readings[42:46]]
    return [*sent[:42], sent[46], *held, *sent[47:]]


def test_a_leg_completed_within_a_batch_is_followed_by_the_next_legs_corridor(
    office: Office,
) -> None:
    office.open(BENT)
    office.hear(*bent())
    types = [row.type for row in office.journal.entries()]
    assert types.count("leg_completed") == 2
    assert [alert.kind for alert in office.journal.alerts()] == ["seal_tampered"]


def test_it_is_held_against_the_corridor_of_its_leg(office: Office) -> None:
    """The counterpart: on the second leg's road before the first leg is complete."""
    office.open(BENT)
    office.hear(*(message("L1", reading(n, north_km=10, east_km=3 * n)) for n in range(5)))
    assert [alert.kind for alert in office.journal.alerts()] == ["route_deviation"]


@settings(max_examples=20, deadline=None)
@given(cuts=st.sets(st.integers(1, len(bent()) - 1), max_size=12))
def test_any_division_into_batches_gives_the_same_log_byte_for_byte(cuts: set[int]) -> None:
    messages = bent()
    edges = [0, *sorted(cuts), len(messages)]
    batches = [messages[a:b] for a, b in pairwise(edges)]
    assert outcome(batches) == outcome([messages])


def outcome(batches: list[list[Message]]) -> tuple[Any, ...]:
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        office.open(BENT)
        for batch in batches:
            office.hear(*batch)
        try:
            assert_whole(office.journal)
            return office.everything()
        finally:
            office.close()


def test_duplicates_within_a_batch_and_across_batches_change_nothing(office: Office) -> None:
    office.open(BENT)
    messages = bent()
    office.hear(*messages)
    once = office.everything()
    office.hear(*messages)
    for one in messages[35:50]:
        office.hear(one, one)
    assert office.everything() == once
    assert office.inbox.unacknowledged == [], "a duplicate is acknowledged, too"


def test_duplicates_within_the_first_batch_count_once(tmp_path: Path) -> None:
    results = []
    for name, times in (("once", 1), ("thrice", 3)):
        (tmp_path / name).mkdir()
        office = Office(tmp_path / name)
        office.open(BENT)
        office.hear(*(one for one in bent() for _ in range(times)))
        results.append(office.everything())
        office.close()
    assert results[0] == results[1]


def test_a_copy_in_the_buffer_of_what_was_sent_live_is_the_same_reading(office: Office) -> None:
    office.open(trip())
    live = reading(5, seq=5, seal={"state": "cut"})
    office.hear(message("L1", live))
    office.hear(message("L1", reading(4, seq=4), {**live, "buffered": True}))
    (alert,) = office.journal.alerts()
    assert (alert.count, alert.late) == (1, False)
    assert len(list(office.journal.readings())) == 2


class Interrupted(SqlJournal):
    """Lets something else happen right before its commits, as another process would."""

    before_commit: Callable[[], None] | None = None

    def commit(self, work: Work, expected: Mapping[str, int]) -> int:
        first, self.before_commit = self.before_commit, None
        if first is not None:
            first()
        return super().commit(work, expected)


@pytest.fixture
def interrupted(office: Office) -> Interrupted:
    office.journal.close()
    office.journal = journal = Interrupted.open(office.url)
    office.started()
    return journal


CUSTOMS = trip(
    zones=[{**square(0, 0, "customs_compound"), "id": "customs"}],
    legs=[{"to": square(20, 0, "consignee")}],
)


def leave(office: Office) -> None:
    command = Authorise(
        at=office.clock.now(),
        by="broker",
        authorisation=Authorisation(zone="customs", agency="SAT", credential="CARD-1"),
    )
    office.commands.submit("S1", command)


def opened_by_customs() -> list[Message]:
    sealed = [message("L1", reading(n, seq=n, speed=0, seal={"state": "sealed"})) for n in (0, 1)]
    lock = {"state": "open", "event": "opened", "credential": CARD}
    return [*sealed, message("L1", reading(2, seq=2, speed=0, seal=lock))]


def test_what_a_person_declares_while_a_batch_commits_is_heeded_by_that_batch(
    office: Office, interrupted: Interrupted
) -> None:
    """The authorisation is committed between the judging of the opening and its commit: the batch
    is judged again, and the opening is quiet.
    """
    office.open(CUSTOMS)
    interrupted.before_commit = lambda: leave(office)
    office.hear(*opened_by_customs())
    assert interrupted.before_commit is None
    office.tick(START + timedelta(minutes=25))
    assert office.journal.alerts() == []
    assert len(list(office.journal.readings())) == 3
    states = [row for row in office.journal.entries() if row.type == "seal_state"]
    assert len(states) == 3, "armed, sealed, opened: each once"
    assert_whole(office.journal)


def test_without_the_authorisation_the_same_opening_is_told_of(office: Office) -> None:
    office.open(CUSTOMS)
    office.hear(*opened_by_customs())
    office.tick(START + timedelta(minutes=16.9))
    assert office.journal.alerts() == []
    office.tick(START + timedelta(minutes=17))
    assert [alert.kind for alert in office.journal.alerts()] == ["seal_opened"]


def test_a_declaration_between_two_batches_is_seen_by_the_second(office: Office) -> None:
    office.open(CUSTOMS)
    sealed, again, opening = opened_by_customs()
    office.hear(sealed, again)
    leave(office)
    office.hear(opening)
    office.tick(START + timedelta(minutes=25))
    assert office.journal.alerts() == []
    assert_whole(office.journal)


def test_an_acknowledgement_while_a_timer_runs_out_stops_the_escalation(
    office: Office, interrupted: Interrupted
) -> None:
    office.open(trip())
    office.hear(message("L1", reading(0, seal={"state": "cut"})))
    (alert,) = office.journal.alerts()

    def acknowledge() -> None:
        command = AcknowledgeAlert(at=office.clock.now(), by="control", alert=alert.id)
        office.commands.submit_alert(alert.id, command)

    interrupted.before_commit = acknowledge
    office.tick(START + timedelta(minutes=5))
    assert interrupted.before_commit is None
    (alert,) = office.journal.alerts()
    assert alert.status == "acknowledged"
    assert_whole(office.journal)
