"""kill -9 of `tracker run` under load, again and again: nothing is lost, nothing is done twice.

Several trucks publish at QoS 1 from another process, whatever becomes of the tracker; each has its
rope cut on the way, and says so from then on. The alert counts its evidence, so a reading that took
effect twice, or not at all, shows there too.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.brokers import Broker, mosquitto, nats
from tests.support.chain import assert_whole
from tests.support.product import Product
from tests.support.publish import Published, said, trucks
from tracker import wiring
from tracker.adapters.journal import SqlJournal

pytestmark = pytest.mark.e2e

TRUCKS, EACH, CUT = 5, 600, 240
RATE = 500.0  # messages a second: every start of the tracker meets a queue, and a stream behind it
STEP = timedelta(milliseconds=10)
KILLS, MOST_BEFORE_A_KILL = 4, 150
PORTION = TRUCKS * EACH // (KILLS + 1)
"""Messages between two kills: the trucks are given the next ones when the tracker is dead, so that
each kill falls into a stream, and some is left for after the last, however slow the machine.
"""


def any_nats(folder: Path) -> AbstractContextManager[Broker]:
    return nats(folder)


def any_mosquitto(folder: Path) -> AbstractContextManager[Broker]:
    """Its default queues 1,000 messages for a client that is away, and drops what is more."""
    return mosquitto(folder, extra_conf="max_queued_messages 0")


def embedded(folder: Path) -> AbstractContextManager[None]:
    """The tracker's own: it is killed with the tracker, and the trucks have to wait for it."""
    return nullcontext()


@pytest.mark.parametrize(
    "broker",
    [any_nats, embedded, pytest.param(any_mosquitto, marks=pytest.mark.mosquitto)],
)
def test_killed_under_load_it_loses_nothing_and_doubles_nothing(
    tmp_path: Path, broker: Callable[[Path], AbstractContextManager[Broker | None]]
) -> None:
    chance = random.Random(20250301)
    product = Product(tmp_path)
    with wiring.commands(product.config) as commands:
        for truck in range(TRUCKS):
            commands.open(document(truck), by="tester")
    (tmp_path / "broker").mkdir(exist_ok=True)
    with broker(tmp_path / "broker") as other, product.journal() as journal:
        if other is not None:
            product.use(other.settings)
        product.start()
        try:
            portions = batched(messages(datetime.now(UTC)), PORTION)
            with trucks(product.broker, rate=RATE) as some:
                some.say(next(portions))
                for portion in portions:
                    enough = stored(journal) + chance.randint(1, MOST_BEFORE_A_KILL)
                    product.wait(partial(has_stored, journal, enough))
                    product.kill()
                    some.say(portion)
                    product.start()
                some.end()
            product.wait(partial(has_stored, journal, TRUCKS * EACH))
            product.stop()
        finally:
            product.kill()
        assert_stored_once(journal)
        assert_found_once(journal)
        assert_whole(journal)
        assert journal.rejects() == []


def document(truck: int) -> bytes:
    name, seals = f"T{truck}", [{"number": f"MX{truck}"}]
    legs = [{"earliest": "2020-01-01T00:00:00Z"}]  # long before the messages
    said = {"id": name, "devices": [{"id": name}], "seals": seals, "legs": legs}
    return json.dumps(said).encode()


def messages(start: datetime) -> list[Published]:
    """The trucks in turn: each reading with its own number, which is its identity here."""
    return [said(f"T{truck}", reading(n, start)) for n in range(EACH) for truck in range(TRUCKS)]


def batched(said: list[Published], size: int) -> Iterator[list[Published]]:
    return (said[at : at + size] for at in range(0, len(said), size))


def reading(number: int, start: datetime) -> dict[str, Any]:
    lock = {"state": "sealed"} if number < CUT else {"state": "cut"}
    if number == CUT:
        lock["event"] = "cut"
    moment = (start + number * STEP).isoformat()
    return {"time": moment, "lat": 25.9, "lon": -100.1, "speed": 0, "seq": number, "seal": lock}


def stored(journal: SqlJournal) -> int:
    return journal.counts()["readings"]


def has_stored(journal: SqlJournal, count: int) -> bool:
    return stored(journal) >= count


def assert_stored_once(journal: SqlJournal) -> None:
    times = Counter((one.reading.device, one.reading.seq) for one in journal.readings())
    assert times == Counter((f"T{truck}", n) for truck in range(TRUCKS) for n in range(EACH))


def assert_found_once(journal: SqlJournal) -> None:
    """One alert a truck, however the readings were redelivered, with every evidence counted."""
    cuts = [(alert.shipment, alert.kind, alert.count) for alert in journal.alerts()]
    assert sorted(cuts) == [(f"T{truck}", "seal_tampered", EACH - CUT) for truck in range(TRUCKS)]
    raised = Counter(row.scope for row in journal.entries() if row.type == "alert_raised")
    assert raised == Counter(f"T{truck}" for truck in range(TRUCKS))
    at = {one.reading.device: one.reading.event_time for one in journal.readings()
          if one.reading.seq == CUT}  # fmt: skip
    assert {alert.shipment: alert.occurred_at for alert in journal.alerts()} == at
