"""The backlog rule on real parts: what a seal stored in a dead zone comes after newer readings.

It proves what it proves, marked late, with its own time; and it moves the present nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.chain import assert_whole
from tests.support.product import Product
from tests.support.publish import Published, publish, said

pytestmark = pytest.mark.e2e

HOURS, EVERY_S = 6, 120
COUNT = HOURS * 3600 // EVERY_S
CUT = COUNT // 2
"""The reading in which the rope is cut."""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One tracker for all of these: each test has a shipment of its own."""
    with Product(tmp_path_factory.mktemp("backlog")).running() as running:
        yield running


class Seal:
    """A lock that was silent for six hours and has just been heard again."""

    def __init__(self, product: Product, name: str) -> None:
        self.product, self.name = product, name
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.number = "MX" + name.replace("-", "")
        document = {
            "id": name,
            "devices": [{"id": name}],
            "seals": [{"number": self.number}],
            "legs": [{"earliest": "2020-01-01T00:00:00Z"}],  # the six hours are of this trip
        }
        product.call("shipment", "open", "-", "--by", "tester", input_=json.dumps(document))
        self.sent = 0

    def at(self, number: int) -> datetime:
        """When the stored reading `number` was made; COUNT is now."""
        return self.now - timedelta(seconds=EVERY_S * (COUNT - number))

    def reading(self, number: int, **seal: Any) -> dict[str, Any]:
        """Northward, 2 km from one to the next; it stands at both ends."""
        return {
            "time": self.at(number).isoformat(),
            "lat": round(25.9 + number * 0.018, 6),
            "lon": -100.1,
            "speed": 60 if 0 < number < COUNT else 0,
            "seq": number,
            "seal": {"number": self.number, "lock_count": 1, **seal},
        }

    def stored(self, after: str) -> list[dict[str, Any]]:
        """The six hours: sealed, cut, and what the lock says `after` that."""
        states = ["sealed"] * CUT + ["cut"] + [after] * (COUNT - CUT - 1)
        readings = [self.reading(n, state=state) for n, state in enumerate(states)]
        readings[CUT]["seal"]["event"] = "cut"
        return [{**one, "buffered": True} for one in readings]

    def send(self, *messages: Published) -> None:
        """Publish, and wait until all of it is stored."""
        for _, payload in messages:
            body = json.loads(payload)
            self.sent += len(body) if isinstance(body, list) else 1
        publish(self.product.broker, messages)
        with self.product.journal() as journal:
            self.product.wait(
                lambda: sum(1 for _ in journal.readings(device=self.name)) == self.sent
            )

    def present(self) -> Any:
        """What `shipment show` says of the lock now, without when it was last heard."""
        (shown,) = self.product.documents("shipment", "show", self.name)
        return {key: value for key, value in shown["devices"][0].items() if key != "heard_at"}

    def alerts(self) -> list[Any]:
        return list(self.product.documents("alerts", "list", "--shipment", self.name))

    def assert_late(self) -> None:
        """Every stored reading is kept, and marked late; the newest is not; the log is whole."""
        with self.product.journal() as journal:
            late = {one.reading.seq: one.late for one in journal.readings(device=self.name)}
            assert_whole(journal)
        assert late == {**dict.fromkeys(range(COUNT), True), COUNT: False}


def array(seal: Seal, readings: list[dict[str, Any]]) -> list[Published]:
    return [said(seal.name, *readings)]


def singly(seal: Seal, readings: list[dict[str, Any]]) -> list[Published]:
    return [said(seal.name, one) for one in readings]


@pytest.mark.parametrize("packed", [array, singly])
@pytest.mark.parametrize("after", ["cut", "sealed"])
def test_a_cut_in_the_backlog_is_one_late_alert_and_moves_nothing(
    product: Product, packed: Any, after: str
) -> None:
    """after: `sealed` is a lock that was put together again before anybody saw it."""
    seal = Seal(product, f"{packed.__name__}-{after}")
    seal.send(said(seal.name, seal.reading(COUNT, state="sealed")))
    present = seal.present()
    assert present["seal_state"] == "SEALED"
    seal.send(*packed(seal, seal.stored(after)))
    (alert,) = seal.alerts()
    assert (alert["kind"], alert["severity"]) == ("seal_tampered", "critical")
    assert alert["late"] is True
    assert datetime.fromisoformat(alert["occurred_at"]) == seal.at(CUT)
    assert datetime.fromisoformat(alert["raised_at"]) >= seal.now
    assert (alert["lat"], alert["lon"]) == (seal.reading(CUT)["lat"], -100.1)
    if after == "cut":
        assert alert["count"] == COUNT - CUT
    else:
        assert "resealed silently" in alert["detail"]
    assert seal.present() == present
    seal.assert_late()


def test_a_cut_that_the_newest_reading_tells_of_is_dated_by_the_backlog(product: Product) -> None:
    """First it is known that it is cut, then since when: still one incident."""
    seal = Seal(product, "known-cut")
    seal.send(said(seal.name, seal.reading(COUNT, state="cut")))
    (first,) = seal.alerts()
    assert (first["kind"], first["late"]) == ("seal_tampered", False)
    assert datetime.fromisoformat(first["occurred_at"]) == seal.at(COUNT)
    present = seal.present()
    assert present["seal_state"] == "TAMPERED"
    seal.send(*array(seal, seal.stored("cut")))
    (alert,) = seal.alerts()
    assert (alert["id"], alert["severity"]) == (first["id"], "critical")
    assert alert["late"] is True
    assert datetime.fromisoformat(alert["occurred_at"]) == seal.at(CUT)
    assert datetime.fromisoformat(alert["last_seen"]) == seal.at(COUNT)
    assert alert["count"] == COUNT - CUT + 1
    assert seal.present() == present
    seal.assert_late()


def test_the_same_backlog_sent_twice_changes_nothing(product: Product) -> None:
    seal = Seal(product, "twice")
    messages = array(seal, seal.stored("cut"))
    seal.send(said(seal.name, seal.reading(COUNT, state="sealed")), *messages)
    alerts = seal.alerts()
    with product.journal() as journal:
        entries = journal.counts()["entries"]
        beacon = Seal(product, "beacon")
        publish(product.broker, [*messages, said(beacon.name, beacon.reading(0, state="sealed"))])
        product.wait(lambda: any(journal.readings(device=beacon.name)))
        scopes = {row.scope for row in journal.entries(after=entries - 1)}
    assert seal.alerts() == alerts
    assert scopes == {"beacon"}
    seal.assert_late()
