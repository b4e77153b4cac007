"""All topics, in and out, as an AsyncAPI 3.0 document: for whoever writes the other end.

Schemas are those of the types that are read and written, so they cannot tell of anything else.
Payloads of makers' dialects are described by their makers; here stands which topic takes which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from devices import catalogue
from devices.discovery import Dialect
from tracker.adapters.channels.event import CONTENT_TYPE, AlertEvent, AlertState
from tracker.adapters.channels.mqtt_topics import ROOT, STATE
from tracker.adapters.gateway import orders
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.adapters.mqtt.status import Status, topic_of

VERSION = "3.0.0"
JSON = "application/json"
LEVELS = "one level: letters, digits, - _ ~, and all else as %XX; - stands for none"
SCHEMAS = "#/components/schemas/{name}"
Document = dict[str, Any]


class Topic(Struct, frozen=True, kw_only=True):
    """name: of the channel. address: with {parameters}. receive: the tracker reads it; else it
    writes. payload: a schema. parameters: name -> what it is.
    """

    name: str
    address: str
    about: str
    receive: bool
    media: str
    payload: Document
    parameters: dict[str, str]
    retain: bool = False


def document(settings: MqttSettings, version: str) -> Document:
    """settings: of the broker where it all is. version: of the program."""
    topics = [*_telemetry(), *_orders(), *_alerts(), _status()]
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "Seal tracker",
            "version": version,
            "description": "What devices tell the tracker, and what it tells of alerts, over MQTT. "
            "The events of alerts are what signed webhooks carry, too.",
        },
        "defaultContentType": JSON,
        "servers": {"broker": _server(settings)},
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {_verb(topic): _operation(topic) for topic in topics},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"user": {"type": "userPassword"}},
        },
    }


def _server(settings: MqttSettings) -> Document:
    server: Document = {
        "host": f"{settings.host}:{settings.port}",
        "protocol": "mqtt" if settings.tls is None else "secure-mqtt",
        "protocolVersion": settings.protocol,
    }
    if settings.username is not None:
        server["security"] = [{"$ref": "#/components/securitySchemes/user"}]
    return server


def _telemetry() -> Iterator[Topic]:
    for dialect in catalogue.dialects().values():
        for number, filter_ in enumerate(dialect.filters, start=1):
            address, parameters = _address(filter_)
            yield Topic(
                name=dialect.name if number == 1 else f"{dialect.name}_{number}",
                address=address,
                about=dialect.about,
                receive=True,
                media=dialect.media,
                payload=_payload(dialect),
                parameters=parameters,
            )


def _address(filter_: str) -> tuple[str, dict[str, str]]:
    """A topic filter with its wildcards named: the last is the device."""
    levels = filter_.split("/")
    wild = [place for place, level in enumerate(levels) if level in ("+", "#")]
    parameters = {}
    for number, place in enumerate(wild, start=1):
        last = number == len(wild)
        name = "device" if last else f"level{number}"
        parameters[name] = "the device's own name" if last else "anything"
        levels[place] = f"{{{name}}}"
    return "/".join(levels), parameters


def _payload(dialect: Dialect) -> Document:
    if dialect.message is not None:
        ref = _ref(dialect.message)
        return {"oneOf": [ref, {"type": "array", "items": ref}]}
    if dialect.media == JSON:
        return {"type": ["object", "array"], "description": "as its maker writes it"}
    return {"type": "string", "format": "binary", "description": "frames as the device sends them"}


def _orders() -> Iterator[Topic]:
    known = {"dialect": "of the device", "device": "as the gateway knows it"}
    yield Topic(
        name="order",
        address=orders.topic("{dialect}", "{device}"),
        about="A command for a device, which the gateway carries out.",
        receive=False,
        media=JSON,
        payload=_ref(orders.Order),
        parameters=known,
    )
    yield Topic(
        name="orderResult",
        address=orders.result_topic("{dialect}", "{device}"),
        about="What became of a command.",
        receive=True,
        media=JSON,
        payload=_ref(orders.Result),
        parameters=known,
    )


def _alerts() -> Iterator[Topic]:
    shipment = f"its id as {LEVELS}"
    yield Topic(
        name="alert",
        address=f"{ROOT}/{{shipment}}/{{alert}}",
        about="Each update of an alert, as it comes. At least once: a copy has the same id.",
        receive=False,
        media=CONTENT_TYPE,
        payload=_ref(AlertEvent),
        parameters={"shipment": shipment, "alert": f"its id as {LEVELS}"},
    )
    yield Topic(
        name="alertState",
        address=f"{ROOT}/{{shipment}}/{STATE}",
        about="All that is open of a shipment. Empty, and so gone, when nothing is.",
        receive=False,
        media=JSON,
        payload=_ref(AlertState),
        parameters={"shipment": shipment},
        retain=True,
    )


def _status() -> Topic:
    return Topic(
        name="trackerStatus",
        address=topic_of("{client}"),
        about="Whether the tracker runs: with each sign of life, and as its last will.",
        receive=False,
        media=JSON,
        payload=_ref(Status),
        parameters={"client": "the tracker's client id at the broker"},
        retain=True,
    )


def _channel(topic: Topic) -> Document:
    channel: Document = {
        "address": topic.address,
        "description": topic.about,
        "servers": [{"$ref": "#/servers/broker"}],
        "messages": {
            topic.name: {
                "name": topic.name,
                "contentType": topic.media,
                "payload": topic.payload,
            }
        },
    }
    if topic.parameters:
        channel["parameters"] = {
            name: {"description": about} for name, about in topic.parameters.items()
        }
    return channel


def _verb(topic: Topic) -> str:
    verb = "receive" if topic.receive else "send"
    return f"{verb}{topic.name[0].upper()}{topic.name[1:]}"


def _operation(topic: Topic) -> Document:
    return {
        "action": "receive" if topic.receive else "send",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": topic.about,
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{topic.name}"}],
        "bindings": {"mqtt": {"qos": 1, "retain": topic.retain, "bindingVersion": "0.2.0"}},
    }


def _ref(struct: type[Struct]) -> Document:
    return {"$ref": SCHEMAS.format(name=struct.__name__)}


def _schemas() -> Document:
    own = [one.message for one in catalogue.dialects().values() if one.message is not None]
    written = [*own, orders.Order, orders.Result, AlertEvent, AlertState, Status]
    _, schemas = msgspec.json.schema_components(written, ref_template=SCHEMAS)
    found: Document = _for_others(schemas)
    return found


def _for_others(schema: Any) -> Any:
    """Python's `\\A` and `\\Z` in patterns as everybody's `^` and `$`."""
    if isinstance(schema, list):
        return [_for_others(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _for_others(one) for name, one in schema.items()}
    if isinstance(pattern := found.get("pattern"), str):
        found["pattern"] = re.sub(r"\\Z$", "$", re.sub(r"^\\A", "^", pattern))
    return found
