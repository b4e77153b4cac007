"""Late readings through the whole intake: retold in the light of all that was known by then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.app.ingest.test_batches import CARD, CUSTOMS, leave
from tests.support.chain import assert_whole
from tests.support.office import START, Office, message, reading
from tracker.domain.command import RecordSeal
from tracker.ports import Message

NUMBER = "MXL1"


def locked(
    minute: int,
    *,
    heard: float | None = None,
    north_km: float = 0,
    number: str = "MX2",
    **seal: Any,
) -> Message:
    said = reading(
        minute,
        seq=minute,
        north_km=north_km,
        speed=60 if north_km else 0,
        seal={"state": "sealed", "number": number, **seal},
    )
    return message("L1", said, at=None if heard is None else START + timedelta(minutes=heard))


def resealed_at_customs(office: Office) -> None:
    """Sealed, opened by leave, and resealed with a new number: all within ten minutes."""
    office.open(CUSTOMS)
    leave(office)
    office.hear(locked(0, number=NUMBER), locked(1, number=NUMBER))
    lock = {"state": "open", "event": "opened", "credential": CARD}
    office.hear(message("L1", reading(3, seq=3, speed=0, seal=lock)))
    office.commands.submit(
        "S1",
        RecordSeal(at=office.clock.now(), by="broker", number="MX2", device="L1", zone="customs",
                   officer="M. T.", agency="SAT", reason="inspection"),
    )  # fmt: skip
    office.hear(locked(5, event="sealed"))


def drive(start: int, stop: int, **more: Any) -> list[Message]:
    return [locked(minute, north_km=minute - 5, **more) for minute in range(start, stop)]


def test_stored_readings_of_an_honest_truck_accuse_it_of_nothing(office: Office) -> None:
    """It was opened and resealed before the gap, and soon after its very first word: what it
    stored in the gap carries the new number, and was sealed while it drove.
    """
    resealed_at_customs(office)
    office.hear(*drive(6, 11))
    office.hear(*drive(18, 19))
    office.hear(*drive(11, 18, heard=18.2))
    assert office.journal.alerts() == []
    stored = {one.reading.seq: one.late for one in office.journal.readings()}
    assert [seq for seq, late in stored.items() if late] == list(range(11, 18))
    assert_whole(office.journal)


def test_and_a_cut_among_them_is_told_once_for_the_time_it_happened(office: Office) -> None:
    resealed_at_customs(office)
    office.hear(*drive(6, 11))
    office.hear(*drive(18, 19))
    office.hear(*drive(11, 14, heard=18.2), *drive(14, 18, heard=18.2, state="cut"))
    (alert,) = office.journal.alerts()
    assert (alert.kind, alert.severity, alert.late) == ("seal_tampered", "critical", True)
    assert (alert.occurred_at, alert.count) == (START + timedelta(minutes=14), 4)
    assert_whole(office.journal)
