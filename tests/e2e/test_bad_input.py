"""What cannot be read, judged or placed leaves a record, and costs its neighbours nothing.

Everything here shares one burst with good readings, all of which must be stored.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.brokers import nats
from tests.support.chain import assert_whole
from tests.support.product import Product
from tests.support.publish import Published, publish, said
from tests.support.waiting import wait_for
from tracker import wiring
from tracker.rules import ORDER
from tracker.rules.base import NOTHING, Result, Rule, View

pytestmark = pytest.mark.e2e

TRUCK = "TRUCK-1"
DOCUMENT = {
    "id": "TRIP-1",
    "devices": [{"id": TRUCK}],
    "seals": [{"number": "MX1"}],
    "legs": [{"earliest": "2020-01-01T00:00:00Z"}],  # the readings are minutes old
}
GOOD = 40
BIG = 2 * 2**20


def reading(number: int, **more: Any) -> dict[str, Any]:
    moment = datetime.now(UTC) - timedelta(seconds=5 * (100 - number))
    lock = {"state": "sealed", "number": "MX1"}
    return {"time": moment.isoformat(), "lat": 25.9, "lon": -100.1, "seq": number, "seal": lock,
            "speed": 0, **more}  # fmt: skip


def burst(*bad: Published) -> list[Published]:
    """`bad` in the middle of good readings."""
    good = [said(TRUCK, reading(number)) for number in range(GOOD)]
    return [*good[: GOOD // 2], *bad, *good[GOOD // 2 :]]


def test_unreadable_payloads_are_kept_with_the_reason(tmp_path: Path) -> None:
    """One that is no JSON, one of 2 MiB, one bad object in an array, a topic that nobody decodes,
    and a device that nobody knows.
    """
    own = f"seals/v1/{TRUCK}/telemetry"
    big = json.dumps(reading(99, note="x" * BIG)).encode()
    array = said(TRUCK, reading(50), {"time": "yesterday"}, reading(51))
    topics = '["seals/v1/+/telemetry", "elsewhere/#"]'
    with Product(tmp_path, TRACKER_BROKER__TOPICS=topics).running() as product:
        product.call("shipment", "open", "-", "--by", "tester", input_=json.dumps(DOCUMENT))
        publish(
            product.broker,
            burst(
                (own, b"\xff{not JSON"),
                (own, big),
                array,
                ("elsewhere/gate/7", b"hello"),
                said("STRANGER", reading(7)),
            ),
        )
        with product.journal() as journal:
            product.wait(lambda: journal.counts()["readings"] == GOOD + 3)
            product.wait(lambda: journal.counts()["rejects"] >= 4)
            stored = {(one.reading.device, one.reading.seq) for one in journal.readings()}
            assert_whole(journal)
        assert stored == {*((TRUCK, n) for n in range(GOOD)), (TRUCK, 50), (TRUCK, 51),
                          ("STRANGER", 7)}  # fmt: skip

        # One that has no identity is kept each time it comes, and may come more than once.
        by_size = {one["size"]: one for one in product.documents("rejects", "list")}
        broken, huge, elsewhere = (
            by_size.pop(size) for size in (len(b"\xff{not JSON"), len(big), 5)
        )
        (within,) = by_size.values()
        assert (broken["topic"], broken["device"], broken["place"]) == (own, TRUCK, "")
        assert base64.b64decode(broken["payload"]) == b"\xff{not JSON"
        assert base64.b64decode(huge["payload"]) == big, "all of it is kept"
        assert "1 MiB" in huge["reason"] or "1048576" in huge["reason"].replace(",", "")
        assert (within["device"], within["place"]) == (TRUCK, "[1].time")
        assert (elsewhere["topic"], elsewhere["dialect"]) == ("elsewhere/gate/7", None)

        alerts = product.documents("alerts", "list")
        strangers = [one for one in alerts if one["device"] == "STRANGER"]
        assert {one["kind"] for one in strangers} == {"unknown_device", "seal_without_shipment"}
        assert {one["kind"] for one in alerts if one not in strangers} == {"not_understood"}
        devices = {one["device"]: one for one in product.documents("devices", "list")}
        assert devices[TRUCK]["readings"] == GOOD + 2
        assert devices[TRUCK]["rejects"] >= 3
        assert devices["STRANGER"]["shipment"] is None


def raises_for_seven(view: View, memory: Any) -> Result:
    if view.reading is not None and view.reading.seq == 7:
        raise ZeroDivisionError("seven")
    return memory, NOTHING


FAULTY = Rule(name="faulty", on_reading=raises_for_seven)


@contextmanager
def tracking(product: Product, rules: tuple[Rule, ...]) -> Iterator[None]:
    """The tracker with these rules, in a thread: a process would not take them."""
    stop = threading.Event()
    with wiring.ingest(product.config, rules=rules) as ingest:
        thread = threading.Thread(target=ingest.run, args=(stop.is_set,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(10)
            assert not thread.is_alive()


def test_a_rule_that_raises_is_a_finding_and_costs_no_other_rule(tmp_path: Path) -> None:
    product = Product(tmp_path)
    (tmp_path / "nats").mkdir()
    cut = said(TRUCK, reading(50, seal={"state": "cut", "event": "cut"}))
    with nats(tmp_path / "nats") as broker, wiring.commands(product.config) as commands:
        product.use(broker.settings)
        commands.open(json.dumps(DOCUMENT).encode(), by="tester")
        with tracking(product, (FAULTY, *ORDER)), product.journal() as journal:
            publish(broker.settings, [*burst(), cut])
            wait_for(lambda: journal.counts()["readings"] == GOOD + 1)
            assert journal.rejects() == []
            assert_whole(journal)
        alerts = {alert["kind"]: alert for alert in product.documents("alerts", "list")}
        assert alerts.keys() == {"rule_failed", "seal_tampered"}, "the other rules have run"
        failed = alerts["rule_failed"]
        assert (failed["shipment"], failed["device"], failed["count"]) == ("TRIP-1", TRUCK, 1)
        assert failed["detail"] == "rule faulty failed: ZeroDivisionError: seven"
        (entry,) = [one for one in product.documents("log", "show") if one["type"] == "rule_failed"]
        error = "ZeroDivisionError: seven"
        assert entry["leaf"]["payload"]["facts"] == {"rule": "faulty", "error": error}
