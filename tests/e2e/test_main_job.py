"""The main job as its users do it: `tracker run`, trucks over MQTT, people at the command line.

The tracker, every command and the truck are processes of their own.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.brokers import mosquitto
from tests.support.chain import assert_whole
from tests.support.product import Product
from tests.support.publish import publish, said
from tracker import wiring
from tracker.simulation import story, story_honest
from tracker.simulation.devices import Delivery, deliveries
from tracker.simulation.journeys import Drive, Journey, Moment, SealAct

pytestmark = pytest.mark.e2e

TRIP, LOCK = "TRIP-1", "LOCK-9"
FIRST, SECOND = story_honest.FIRST_SEAL, story_honest.SECOND_SEAL
COMPOUND, CROSSING = story_honest.COMPOUND, story.CROSSING
PAST, FUTURE = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
BY = ("--by", "tester")
DOCUMENT = json.dumps({"id": TRIP, "devices": [{"id": LOCK}], "seals": [{"number": "MX1"}]})
ALERT_FIELDS = {
    "id", "shipment", "device", "kind", "severity", "status", "late", "occurred_at", "raised_at",
    "last_seen", "count", "lat", "lon", "zone", "detail",
}  # fmt: skip


class Trip:
    """A truck from Monterrey to Laredo that ended a minute ago. It is opened by customs, resealed,
    and has its rope cut between the crossing and the yard.
    """

    def __init__(self) -> None:
        geofences = wiring.geofences(())
        (road,) = (one for one in geofences.corridors if one.id == story.WORLD_TRADE)
        places = story.spans(road, geofences.zones)
        honest = story_honest.journey(road, places, seed=1)
        cut_m = (places[f"{CROSSING}.us-inspection"][1] + places[story.DESTINATION][0]) / 2
        cut = SealAct(Moment(cut_m), "cut", "cut")
        journey = replace(honest, device=LOCK, seal=(*honest.seal, cut))
        ends = timedelta(seconds=Drive(journey).duration_s)
        now = datetime.now(UTC).replace(microsecond=0)
        self.journey: Journey = replace(journey, starts_at=now - ends - timedelta(minutes=1))
        document = json.loads(story.document(TRIP, LOCK, FIRST))
        document["legs"][0]["earliest"] = self.journey.starts_at.isoformat()
        self.document = json.dumps(document)
        self.sendings = [(json.loads(one.payload), one) for one in deliveries(self.journey)]
        (self.opened_at,) = self._at("opened")
        _, self.resealed_at = self._at("sealed")
        (self.cut_at,) = self._at("cut")

    def _at(self, event: str) -> list[datetime]:
        """When, by the lock's own clock."""
        return [moment(said["time"]) for said, _ in self.sendings
                if said["seal"].get("event") == event]  # fmt: skip

    def between(self, start: datetime = PAST, end: datetime = FUTURE) -> list[Delivery]:
        """What the lock says from `start` until before `end`."""
        return [one for said, one in self.sendings if start <= moment(said["time"]) < end]


def send(product: Product, sendings: list[Delivery]) -> None:
    """Publish, and wait until the tracker has stored them."""
    with product.journal() as journal:
        due = journal.counts()["readings"] + sum(one.readings for one in sendings)
        publish(product.broker, [(one.topic, one.payload) for one in sendings])
        product.wait(lambda: journal.counts()["readings"] == due)


def test_a_shipment_from_its_opening_to_its_close(tmp_path: Path) -> None:
    trip = Trip()
    with Product(tmp_path).running() as product:
        (opened,) = product.documents("shipment", "open", "-", *BY, input_=trip.document)
        assert (opened["id"], opened["status"]) == (TRIP, "open")
        assert opened["devices"][0]["seal_state"] == "ARMED"
        leave = ["--zone", COMPOUND, "--agency", story_honest.AGENCY, "--credential", story.CARD]
        product.call("shipment", "authorise", TRIP, *leave, "--reason", "inspection", *BY)

        # The tracker was running before all that was declared: it knows it by the next reading.
        send(product, trip.between(end=trip.resealed_at))
        (shown,) = product.documents("shipment", "show", TRIP)
        (lock,) = shown["devices"]
        assert lock["seal_state"] == "OPEN_AUTHORISED"
        assert COMPOUND in lock["zones"]
        assert shown["leg"] == 1
        assert product.documents("alerts", "list") == [], "an authorised opening stays quiet"

        hand = ["shipment", "handover", TRIP, "--to", "cruces-rio", "--seal", FIRST]
        product.call(*hand, "--from", "transportes-norte", *BY)
        (accepted,) = product.documents(*hand, "--accept", *BY)
        assert accepted["type"] == "custody_accepted"
        assert accepted["facts"] == {"from": "transportes-norte", "to": "cruces-rio",
                                     "number": FIRST}  # fmt: skip
        officer = ["--officer", story_honest.OFFICER, "--agency", story_honest.AGENCY]
        product.call("shipment", "seal", TRIP, "--number", SECOND, *officer, "--reason",
                     "export inspection", "--verified", *BY)  # fmt: skip

        send(product, trip.between(trip.resealed_at))
        (alert,) = product.documents("alerts", "list")
        assert alert.keys() >= ALERT_FIELDS
        assert (alert["shipment"], alert["device"]) == (TRIP, LOCK)
        assert (alert["kind"], alert["severity"]) == ("seal_tampered", "critical")
        assert (alert["status"], alert["late"]) == ("raised", False)
        assert moment(alert["occurred_at"]) == trip.cut_at
        assert moment(alert["raised_at"]) > moment(alert["last_seen"]) > trip.cut_at
        assert alert["count"] == len(trip.between(trip.cut_at))
        lat, lon, _ = trip.journey.road.at(trip.journey.seal[-1].when.at_m)
        assert (alert["lat"], alert["lon"]) == pytest.approx((lat, lon), abs=0.001)

        product.call("alerts", "ack", alert["id"], "--note", "patrol sent", *BY)
        (acknowledged,) = product.documents("alerts", "show", alert["id"])
        assert (acknowledged["status"], acknowledged["acknowledged_by"]) == (
            "acknowledged", "tester")  # fmt: skip
        product.call(
            "alerts", "close", alert["id"], "--as", "true", "--reason", "cargo whole, rope cut", *BY
        )
        product.call(
            "shipment", "close", TRIP, "--seal", SECOND, "--despite", "cut, and inspected", *BY
        )
        (shown,) = product.documents("shipment", "show", TRIP)
        assert (shown["status"], shown["open_alerts"], shown["alerts"]) == ("closed", 0, 1)
        assert shown["custodian"] == "cruces-rio"
        assert (shown["devices"][0]["seal_state"], shown["devices"][0]["seal_number"]) == (
            "RELEASED", SECOND)  # fmt: skip
        assert_log(product)
        assert product.documents("rejects", "list") == []


def assert_log(product: Product) -> None:
    entries = product.documents("log", "show", "--shipment", TRIP)
    assert [entry["seq"] for entry in entries] == list(range(len(entries)))
    assert [entry["leaf"]["seq"] for entry in entries] == list(range(len(entries)))
    with product.journal() as journal:
        zones = list(journal.entries(scope="tracker:zones"))
        assert assert_whole(journal) == len(entries) + len(zones)
    states = [e["leaf"]["payload"]["facts"]["to"] for e in entries if e["type"] == "seal_state"]
    assert [state for n, state in enumerate(states) if states[n - 1 : n] != [state]] == [
        "ARMED", "SEALED", "OPEN_AUTHORISED", "SEALED", "TAMPERED", "RELEASED",
    ]  # fmt: skip
    entered = [e["leaf"]["payload"]["zone"] for e in entries if e["type"] == "zone_entered"]
    crossing = [f"{CROSSING}.{part}" for part in (
        "mx-queue", "mx-compound", "bridge", "cbp-primary", "us-inspection")]  # fmt: skip
    road = [story.PLANT, story.REST, story.YARD, *crossing, story.DESTINATION]
    assert [zone for zone in entered if zone in road] == road
    types = [entry["type"] for entry in entries]
    assert types[0] == "shipment_opened"
    assert types[-1] == "shipment_closed"
    once = ("opening_authorised", "custody_offered", "custody_accepted", "seal_recorded",
            "alert_raised", "alert_acknowledged", "alert_closed")  # fmt: skip
    assert [types.count(kind) for kind in once] == [1] * len(once)


@pytest.mark.mosquitto
def test_the_same_over_a_broker_of_somebody_else_with_user_and_password(tmp_path: Path) -> None:
    """Mosquitto, MQTT 5. The password is the one `tracker init` made, read from its file."""
    trip = Trip()
    product = Product(tmp_path)
    (tmp_path / "mosquitto").mkdir()
    password = (tmp_path / "broker.password").read_text().strip()
    with mosquitto(tmp_path / "mosquitto", password=password) as broker:
        product.use(replace(broker.settings, password=None))
        with product.running():
            product.call("shipment", "open", "-", *BY, input_=trip.document)
            send(product, trip.between(end=trip.opened_at))
            send(product, trip.between(trip.cut_at, trip.cut_at + timedelta(minutes=2)))
            (alert,) = product.documents("alerts", "list", "--severity", "critical")
            assert (alert["kind"], moment(alert["occurred_at"])) == ("seal_tampered", trip.cut_at)
    assert password not in product.log
    assert f"broker at 127.0.0.1:{broker.settings.port}" in product.log


def test_exit_codes_say_what_kind_of_failure_it_was(tmp_path: Path) -> None:
    """1 a finding or a refusal, 2 the call; 3, a service out of reach, is in tests/cli."""
    product = Product(tmp_path)
    faulty = tmp_path / "zones.geojson"
    faulty.write_text(json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature"}]}))
    assert product.ran("zones", "check", str(faulty)).returncode == 1
    product.call("shipment", "open", "-", input_=DOCUMENT)
    assert product.ran("shipment", "open", "-", input_=DOCUMENT).returncode == 1, "it is open"
    assert product.ran("shipment", "close", "NOBODY").returncode == 2
    assert product.ran("shipment", "open", "-", input_="{}").returncode == 2
    assert product.ran("alerts", "list", "--severity", "loud").returncode == 2


def test_a_running_tracker_sees_what_is_declared_after_its_start(tmp_path: Path) -> None:
    """The same device before its shipment is opened, while it is open, and after it was closed."""
    began = datetime.now(UTC)

    def reading(state: str) -> Delivery:
        now = datetime.now(UTC)
        body = {"time": now.isoformat(), "lat": 25.8, "lon": -100.2, "seal": {"state": state}}
        return Delivery(now, *said(LOCK, body), 1)

    with Product(tmp_path).running() as product:
        send(product, [reading("unarmed")])
        product.call("shipment", "open", "-", *BY, input_=DOCUMENT)
        send(product, [reading("sealed")])
        product.call("shipment", "close", TRIP, "--seal", "MX1", *BY)
        send(product, [reading("unarmed")])
        with product.journal() as journal:
            stored = sorted(journal.readings(), key=lambda one: one.reading.event_time)
        kinds = [alert["kind"] for alert in product.documents("alerts", "list")]
    assert [one.shipment for one in stored] == [None, TRIP, None]
    assert stored[0].reading.event_time > began
    assert kinds == ["unknown_device"], "the same incident, before and after"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
