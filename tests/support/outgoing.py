"""Messages to be sent, as the outbox makes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from tracker import wording
from tracker.domain.alert import Alert, AlertKind, AlertStatus, Chapter, Severity
from tracker.domain.codes import Code
from tracker.domain.notice import Update, delivery_id
from tracker.domain.shipment import Vehicle
from tracker.ports import News, Outgoing, Place, ShipmentNews

AT = datetime(2026, 3, 2, 8, 15, 30, 250_000, tzinfo=UTC)


def cut(number: int = 1, shipment: str | None = "MX-2291", **more: Any) -> Alert:
    given: dict[str, Any] = {
        "id": f"{shipment or 'device:T1'}-{number}",
        "shipment": shipment,
        "device": "T1",
        "kind": AlertKind.SEAL_OPENED,
        "severity": Severity.CRITICAL,
        "status": AlertStatus.RAISED,
        "late": False,
        "occurred_at": AT,
        "raised_at": AT,
        "last_seen": AT,
        "count": 1,
        "lat": 26.1,
        "lon": -99.9,
        "chapters": (Chapter(Code.ROPE_CUT),),
    }
    return Alert(**{**given, **more})


def message(
    alert: Alert | None = None,
    *,
    contact: str | None = None,
    number: int = 1,
    update: Update = Update.RAISED,
    **more: Any,
) -> Outgoing:
    alert = alert or cut()
    news = News(
        update=update,
        number=number,
        at=AT,
        shipment=None
        if alert.shipment is None
        else ShipmentNews(
            id=alert.shipment,
            crossing="laredo-world-trade",
            vehicle=Vehicle(plates="12-AB-3C"),
            seal="MX1234567",
            sealed="broken",
            place=Place(lat=26.1, lon=-99.9, corridor="Monterrey - Laredo", km=171.5),
            seen_at=AT,
        ),
    )
    data = msgspec.to_builtins(news) | {"alert": msgspec.to_builtins(wording.document(alert))}
    given: dict[str, Any] = {
        "id": delivery_id(alert.id, number, 1),
        "channel": "out",
        "notice": alert.id,
        "number": number,
        "update": update,
        "severity": alert.severity,
        "title": "CRÍTICO: sello cortado MX-2291",
        "body": "Se cortó el cable del sello.\nKm 171, Monterrey - Laredo\ngeo:26.10000,-99.90000",
        "short": "CRITICO sello cortado MX-2291 km 171",
        "language": "es",
        "contact": contact,
        "alert": alert.id,
        "shipment": alert.shipment,
        "kind": alert.kind,
        "links": {"geo": "geo:26.10000,-99.90000"},
        "data": data,
    }
    return Outgoing(**{**given, **more})
