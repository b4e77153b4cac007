"""The intake signs what is new every `checkpoint_s`, and not with each batch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.office import START, message, reading, trip
from tests.support.signed import SignedOffice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SignedOffice]:
    """Signs every ten seconds; a shipment is open."""
    opened = SignedOffice(tmp_path)
    opened.started(signer=opened.signer, checkpoint_s=10.0)
    opened.open(trip())
    yield opened
    opened.close()


def released(office: SignedOffice) -> list[int]:
    return [one.size for one in office.book.all()]


def at(office: SignedOffice, second: float) -> None:
    """A word that is an entry of its own: each is from another device."""
    office.clock.set(START + timedelta(seconds=second))
    office.hear(message(f"L{second:g}", reading(second / 60)))


def test_not_before_its_time_and_then_all_at_once(office: SignedOffice) -> None:
    for second in (1, 5, 9.9):
        at(office, second)
        assert released(office) == []
    at(office, 10)
    whole = office.journal.head().size
    assert released(office) == [whole]
    at(office, 19)
    assert released(office) == [whole]
    at(office, 20)
    assert released(office) == [whole, office.journal.head().size]


def test_with_nothing_new_nothing_is_signed(office: SignedOffice) -> None:
    at(office, 10)
    before = released(office)
    for second in (20, 30, 40):
        office.tick(START + timedelta(seconds=second))
    assert released(office) == before
