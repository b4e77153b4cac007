"""`tracker run --workers 2`: what two processes find is what one finds, and a killed one costs
nothing. Trucks publish at QoS 1 from another process; the brokers are real.
"""

from __future__ import annotations

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.brokers import Broker, mosquitto
from tests.support.chain import assert_whole
from tests.support.product import Product
from tests.support.publish import Published, publish, said, trucks
from tracker import wiring
from tracker.adapters.journal import SqlJournal
from tracker.log import leaf
from tracker.ports import StoredReading

pytestmark = pytest.mark.e2e

TRUCKS, EACH, CUT, STRANGERS = 12, 120, 50, 3
STEP = timedelta(milliseconds=10)
KILLS = 5


def a_mosquitto(folder: Path) -> AbstractContextManager[Broker]:
    return mosquitto(folder)


def embedded(folder: Path) -> AbstractContextManager[None]:
    return nullcontext()


brokers = pytest.mark.parametrize(
    "broker", [embedded, pytest.param(a_mosquitto, marks=pytest.mark.mosquitto)]
)
Opens = Callable[[Path], AbstractContextManager[Broker | None]]


def made(folder: Path, workers: int) -> Product:
    folder.mkdir()
    product = Product(folder, TRACKER_INTAKE__WORKERS=str(workers))
    with wiring.commands(product.config) as commands:
        for truck in range(TRUCKS):
            commands.open(document(truck), by="tester")
    return product


def document(truck: int) -> bytes:
    """Every third shipment has a second lock, whose readings are judged in the same scope."""
    locks = [{"id": f"T{truck}"}, {"id": f"T{truck}-rear"}][: 2 if truck % 3 == 0 else 1]
    legs = [{"earliest": "2020-01-01T00:00:00Z"}]  # long before the messages
    seals = [{"number": f"MX{truck}", "device": f"T{truck}"}]
    return json.dumps({"id": f"S{truck}", "devices": locks, "seals": seals, "legs": legs}).encode()


def devices() -> list[str]:
    rear = [f"T{truck}-rear" for truck in range(0, TRUCKS, 3)]
    return [
        *(f"T{truck}" for truck in range(TRUCKS)),
        *rear,
        *(f"X{number}" for number in range(STRANGERS)),
    ]


def messages(start: datetime) -> list[Published]:
    return [said(name, reading(name, n, start)) for n in range(EACH) for name in devices()]


def reading(device: str, number: int, start: datetime) -> dict[str, Any]:
    """The rope of each truck's first lock is cut on the way."""
    is_cut = number >= CUT and device[0] == "T" and not device.endswith("rear")
    lock: dict[str, Any] = {"state": "cut" if is_cut else "sealed"}
    if is_cut and number == CUT:
        lock["event"] = "cut"
    moment = (start + number * STEP).isoformat()
    return {"time": moment, "lat": 25.9, "lon": -100.1, "speed": 0, "seq": number, "seal": lock}


def has_all(journal: SqlJournal) -> bool:
    return bool(journal.counts()["readings"] >= EACH * len(devices()))


def findings(journal: SqlJournal) -> dict[str, list[Any]]:
    """What the entries of each scope say, in their order, but for when it was received."""
    told: dict[str, list[Any]] = {}
    for row in journal.entries():
        payload = leaf.parse(row.leaf)["payload"]
        told.setdefault(row.scope, []).append(
            (row.type, payload.get("device"), payload.get("facts"))
        )
    return told


def assert_in_order(journal: SqlJournal) -> None:
    """Each device's readings took their places in its scope in the order in which it said them,
    none late.
    """
    for name in devices():
        judged = sorted(journal.readings(device=name), key=_place)
        assert [one.reading.seq for one in judged] == list(range(EACH)), name
        assert not any(one.late for one in judged)


def assert_as_received(journal: SqlJournal) -> None:
    """Each device's readings took their places in the order in which the broker sent them: NATS
    sends what was not acknowledged within 2 s again, behind newer ones.
    """
    for name in devices():
        judged = sorted(journal.readings(device=name), key=_place)
        received = [one.reading.received_at for one in judged]
        assert received == sorted(received), name


def _place(stored: StoredReading) -> int:
    assert stored.number is not None
    return stored.number


def alerts(journal: SqlJournal) -> list[tuple[Any, ...]]:
    return sorted(
        (str(one.shipment), str(one.device), one.kind.value, one.severity.value, one.count,
         str(one.occurred_at), str(one.last_seen))
        for one in journal.alerts()
    )  # fmt: skip


def workers_of(product: Product) -> list[psutil.Process]:
    """Those that run: of one that was killed just now there may be a trace."""
    assert product.process is not None
    children = psutil.Process(product.process.pid).children(recursive=True)
    return [one for one in children if _is_worker(one)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "worker" in process.cmdline()
    except psutil.Error:  # it has ended
        return False


def both_work(product: Product) -> bool:
    return len(workers_of(product)) == 2


def goes_on(product: Product, journal: SqlJournal, enough: int) -> bool:
    return journal.counts()["readings"] >= enough and both_work(product)


@brokers
def test_two_find_what_one_finds(tmp_path: Path, broker: Opens) -> None:
    start = datetime.now(UTC) - timedelta(minutes=1)
    told = []
    for workers in (1, 2):
        product = made(tmp_path / f"{workers}", workers)
        with broker(product.folder) as other, product.journal() as journal:
            if other is not None:
                product.use(other.settings)
            with product.running():
                if workers == 2:
                    product.wait(partial(both_work, product))
                publish(product.broker, messages(start))
                product.wait(partial(has_all, journal))
            assert_in_order(journal)
            assert_whole(journal)
            assert journal.rejects() == []
            product.call("log", "verify")
            told.append((findings(journal), alerts(journal)))
    (one, alerts_of_one), (two, alerts_of_two) = told
    assert alerts_of_two == alerts_of_one
    assert len(alerts_of_one) >= TRUCKS
    assert two.keys() == one.keys()
    assert two == one


@brokers
def test_a_worker_killed_under_load_loses_nothing_and_doubles_nothing(
    tmp_path: Path, broker: Opens
) -> None:
    chance = random.Random(20261130)
    product = made(tmp_path / "two", 2)
    start = datetime.now(UTC) - timedelta(minutes=1)
    size = len(devices()) * EACH // (KILLS + 1)
    said_ = messages(start)
    portions: Iterator[list[Published]] = (
        said_[at : at + size] for at in range(0, len(said_), size)
    )
    with broker(product.folder) as other, product.journal() as journal:
        if other is not None:
            product.use(other.settings)
        with product.running():
            with trucks(product.broker, rate=2000) as some:
                some.say(next(portions))
                for portion in portions:
                    enough = journal.counts()["readings"] + chance.randint(1, 100)
                    some.say(portion)
                    product.wait(partial(goes_on, product, journal, enough))
                    os.kill(chance.choice(workers_of(product)).pid, signal.SIGKILL)
                some.end()
            product.wait(partial(has_all, journal))
        assert "ended (exit code -9)" in product.log
        stored = Counter((one.reading.device, one.reading.seq) for one in journal.readings())
        assert stored == Counter((name, n) for name in devices() for n in range(EACH))
        assert_as_received(journal)
        assert_whole(journal)
        cuts = {one.shipment: one.count for one in journal.alerts() if one.kind == "seal_tampered"}
        assert cuts == {f"S{truck}": EACH - CUT for truck in range(TRUCKS)}
        assert journal.rejects() == []
        product.call("log", "verify")


def test_workers_end_with_whoever_receives_for_them(tmp_path: Path) -> None:
    product = made(tmp_path / "two", 2)
    with product.running():
        product.wait(partial(both_work, product))
        workers = workers_of(product)
        product.kill()
        _, alive = psutil.wait_procs(workers, timeout=20)
        assert alive == []
        product.start()
