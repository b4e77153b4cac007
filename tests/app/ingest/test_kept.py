"""What is kept of what came: of copies the first, of a great reject its beginning."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.support.office import START, Office, message, reading
from tracker.ports import Message

TOPIC = "seals/v1/L1/telemetry"


def test_of_copies_within_a_batch_the_first_is_kept(office: Office) -> None:
    said = reading(0)
    office.hear(*(message("L1", said, at=START + timedelta(seconds=n)) for n in (1, 2, 3)))
    (kept,) = office.journal.readings()
    assert kept.reading.received_at == START + timedelta(seconds=1)


def test_and_across_batches_too(office: Office) -> None:
    said = reading(0)
    for n in (1, 2):
        office.hear(message("L1", said, at=START + timedelta(seconds=n)))
    (kept,) = office.journal.readings()
    assert kept.reading.received_at == START + timedelta(seconds=1)


@pytest.mark.parametrize("size", [19, 20, 21, 500])
def test_of_a_great_reject_the_beginning_is_kept_and_its_size_is_told(
    office: Office, size: int
) -> None:
    office.started(keep_rejected_bytes=20)
    payload = b"{" + b"x" * (size - 1)
    office.hear(Message(topic=TOPIC, payload=payload, received_at=START))
    (reject,) = office.journal.rejects()
    assert reject.payload == payload[:20]
    assert (f"the first 20 of {size} bytes kept" in reject.reason) is (size > 20)


def test_beside_a_great_reject_everything_else_of_its_message_is_kept(office: Office) -> None:
    """The bytes of the one bad object are kept, and not those of its neighbours."""
    office.started(keep_rejected_bytes=20)
    bad = {"time": "yesterday", "note": "x" * 100}
    payload = json.dumps([reading(0), bad, reading(1)]).encode()
    office.hear(Message(topic=TOPIC, payload=payload, received_at=START))
    assert len(list(office.journal.readings())) == 2
    (reject,) = office.journal.rejects()
    assert len(reject.payload) == 20
