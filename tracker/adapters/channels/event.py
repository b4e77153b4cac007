"""What machines are told: CloudEvents 1.0, structured, in JSON. `tracker asyncapi` has its schema.

The same message has the same `id` and the same bytes, however often it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from tracker.domain.alert import Severity
from tracker.ports import AlertDocument, News, Outgoing

CONTENT_TYPE = "application/cloudevents+json"
TYPE = "mx.seal-tracker.alert.{}.v1"
"""An event's type; {} is the update. A change that breaks readers makes it v2."""


class AlertNews(News, frozen=True, kw_only=True):
    """notice: the incident, the same in all its updates, which `number` counts. late: it happened
    long before it is told. text, title: for people, in `language`.
    """

    notice: str
    severity: Severity
    late: bool = False
    title: str = ""
    text: str = ""
    language: str = "en"
    links: dict[str, str] = field(default_factory=dict)


class AlertEvent(Struct, frozen=True, kw_only=True):
    """id: of the delivery, by which a copy is known. source: the custody log's name. subject: the
    shipment. time: since when it is to be told.
    """

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    subject: str | UnsetType = UNSET
    data: AlertNews


class AlertState(Struct, frozen=True, kw_only=True):
    """All that is open of one shipment, the oldest first."""

    shipment: str | None
    severity: Severity
    alerts: tuple[AlertDocument, ...]


def encoded(outgoing: Outgoing, origin: str) -> bytes:
    """The event of a message. origin: the custody log's name."""
    data: dict[str, Any] = {
        **outgoing.data,
        "notice": outgoing.notice,
        "severity": outgoing.severity,
        "late": outgoing.late,
        "title": outgoing.title,
        "text": outgoing.body,
        "language": outgoing.language,
        "links": dict(outgoing.links),
    }
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": outgoing.id,
        "source": quote(origin, safe="/:@-._~"),
        "type": TYPE.format(outgoing.update),
        "time": _time(outgoing.data),
        "datacontenttype": "application/json",
        "data": data,
    }
    if outgoing.shipment is not None:
        event["subject"] = outgoing.shipment
    return msgspec.json.encode(event)


def _time(data: Mapping[str, Any]) -> str:
    return str(data["at"]) if "at" in data else datetime.now(UTC).isoformat()
