"""`tracker asyncapi`: AsyncAPI's own schema takes it, and its schemas take what is really sent."""

from __future__ import annotations

import gzip
import json
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import ValidationError

from devices import catalogue, native
from devices.reading import Reading
from tests.conftest import ROOT
from tests.support.notices import Incidents, policy
from tests.support.outgoing import cut, message
from tracker.adapters.channels import event
from tracker.adapters.channels.mqtt_topics import alert_topic, state_of, state_topic
from tracker.adapters.gateway.orders import Order, Result
from tracker.adapters.mqtt.asyncapi import document
from tracker.adapters.mqtt.settings import MqttSettings, Tls
from tracker.adapters.mqtt.status import topic_of
from tracker.domain.alert import AlertKind
from tracker.domain.notice import Update

SCHEMA = json.loads(
    gzip.decompress((ROOT / "tests/support/asyncapi/schema-3.0.0.json.gz").read_bytes())
)
DOCUMENT = document(MqttSettings(), "1.2.3")


def validator(channel: str) -> Draft202012Validator:
    """Of what is said on a channel."""
    payload = DOCUMENT["channels"][channel]["messages"][channel]["payload"]
    return Draft202012Validator({**payload, "components": DOCUMENT["components"]})


def matches(address: str, topic: str) -> bool:
    filter_ = "/".join("+" if level[0] == "{" else level for level in address.split("/"))
    return catalogue.matches(filter_, topic)


@pytest.mark.parametrize(
    "settings",
    [
        MqttSettings(),
        MqttSettings(host="broker.example", port=8883, username="u", password="k3y", tls=Tls()),
    ],
)
def test_it_is_valid_by_asyncapis_own_schema(settings: MqttSettings) -> None:
    made = document(settings, "1.2.3")
    Draft7Validator(SCHEMA).validate(made)
    assert "k3y" not in json.dumps(made)
    broken = {**made, "operations": {"x": {"action": "shout"}}}
    with pytest.raises(ValidationError):
        Draft7Validator(SCHEMA).validate(broken)


def test_all_that_it_refers_to_is_there() -> None:
    def refs(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(ref := part.get("$ref"), str):
                yield ref
            for inner in part.values():
                yield from refs(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from refs(inner)

    for ref in refs(DOCUMENT):
        place: Any = DOCUMENT
        for name in ref.removeprefix("#/").split("/"):
            place = place[name]


def test_every_topic_is_in_it() -> None:
    addresses = [channel["address"] for channel in DOCUMENT["channels"].values()]
    assert len(addresses) == len(set(addresses))
    for filter_ in catalogue.filters():
        topic = filter_.replace("+", "X").replace("#", "X")
        assert any(matches(address, topic) for address in addresses), filter_
    outgoing = message()
    for topic in (
        alert_topic(outgoing),
        "commands/jt701/X",
        "commands/jt701/X/result",
        topic_of("tracker-1"),
    ):
        assert any(matches(address, topic) for address in addresses), topic
    assert matches(DOCUMENT["channels"]["alertState"]["address"], state_topic("MX-1"))
    sends = {
        one["channel"]["$ref"] for one in DOCUMENT["operations"].values() if one["action"] == "send"
    }
    sent = ("alert", "alertState", "order", "trackerStatus")
    assert sends == {f"#/channels/{name}" for name in sent}


def test_each_parameter_is_described() -> None:
    for channel in DOCUMENT["channels"].values():
        wanted = [level[1:-1] for level in channel["address"].split("/") if level[0] == "{"]
        assert wanted == list(channel.get("parameters", {}))
        assert all(one["description"] for one in channel.get("parameters", {}).values())


@pytest.mark.parametrize("update", list(Update))
def test_events_are_what_it_says(update: Update) -> None:
    for alert in (cut(), cut(shipment=None)):
        said = json.loads(event.encoded(message(alert, update=update), "mx.example/log"))
        validator("alert").validate(said)
    for name in ("id", "time", "data"):
        with pytest.raises(ValidationError):
            validator("alert").validate({key: said[key] for key in said if key != name})


def test_what_the_outbox_makes_is_what_it_says() -> None:
    desk = Incidents(policy(steps=(("ana",),), machines=("pipe",)))
    desk.raised()
    desk.raised(2, kind=AlertKind.JAMMING)
    desk.wait(60)
    assert len(desk.pipe.taken) >= 4
    for outgoing in desk.pipe.taken:
        validator("alert").validate(json.loads(event.encoded(outgoing, "mx.example/log")))
        msgspec.convert(json.loads(event.encoded(outgoing, "l")), event.AlertEvent, strict=False)


def test_states_are_what_it_says() -> None:
    validator("alertState").validate(json.loads(state_of("MX-1", [cut(), cut(2)])))


def test_orders_and_results_are_what_it_says() -> None:
    order = Order(id="1", serial=7, name="lock", arguments={"a": "b"})
    validator("order").validate(msgspec.to_builtins(order))
    result = Result(
        id="1", device="X", dialect="jt701", status="sent", detail="", at=cut().occurred_at
    )
    validator("orderResult").validate(msgspec.to_builtins(result))


def vectors(name: str) -> Iterator[str | bytes]:
    """The payloads that are valid, of a dialect."""
    file = catalogue.dialects()[name].vectors
    for one in tomllib.loads(file.read_text(encoding="utf-8"))["vector"]:
        if one["case"] == "valid" and "payload" in one:
            yield one["payload"]


@pytest.mark.parametrize("name", [one for one in catalogue.dialects() if one != "native"])
def test_payloads_of_makers_dialects_are_what_it_says(name: str) -> None:
    if catalogue.dialects()[name].media == "application/json":
        payloads = list(vectors(name))
        assert payloads
        for payload in payloads:
            validator(name).validate(json.loads(payload))
    else:
        (message,) = DOCUMENT["channels"][name]["messages"].values()
        assert message["contentType"] == "application/octet-stream"


def test_the_native_dialect_is_what_it_says_as_it_is_written() -> None:
    """It is read with more patience: other cases of letters, numbers as text."""
    written = [
        native.to_json(reading)
        for payload in vectors("native")
        for reading in catalogue.decode(
            "seals/v1/X/telemetry", str(payload).encode(), cut().raised_at
        )
        if isinstance(reading, Reading)
    ]
    assert len(written) > 10
    for payload in written:
        validator("native").validate(json.loads(payload))
    with pytest.raises(ValidationError):
        validator("native").validate({"time": 1, "lat": 91, "lon": 0})
