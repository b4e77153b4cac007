"""Alerts and what is known of them, as a message is given them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.wording import compose
from tracker.domain.alert import Alert, AlertKind, AlertStatus, Chapter, Severity
from tracker.domain.codes import Code
from tracker.domain.notice import Update
from tracker.domain.plan import Plan
from tracker.domain.shipment import Device, Shipment, Vehicle
from tracker.ports import Context, Place, Text

NOON = datetime(2025, 3, 3, 18, 0, tzinfo=UTC)  # 12:00 in Monterrey
MONTERREY = ZoneInfo("America/Monterrey")
YARD = Place(
    lat=26.5,
    lon=-100.2,
    near="Patio Sabinas",
    near_m=12_400,
    corridor="Monterrey - Laredo",
    km=103.44,
)


def alert(kind: AlertKind = AlertKind.SEAL_TAMPERED, number: int = 1, **more: Any) -> Alert:
    fields: dict[str, Any] = {
        "id": f"S{number}-1",
        "shipment": f"S{number}",
        "device": "L1",
        "severity": Severity.CRITICAL,
        "status": AlertStatus.RAISED,
        "late": False,
        "occurred_at": NOON,
        "raised_at": NOON,
        "last_seen": NOON,
        "count": 1,
        "lat": 26.5,
        "lon": -100.2,
        "chapters": (Chapter(Code.ROPE_CUT),),
    }
    return Alert(kind=kind, **(fields | more))


def plan(shipment: str = "S1", plates: str = "12-AB-3C", trailer: str | None = "55-XY-1Z") -> Plan:
    declared = Shipment(
        id=shipment,
        devices=(Device(id="L1"),),
        vehicle=Vehicle(plates=plates),
        trailer=None if trailer is None else Vehicle(plates=trailer),
    )
    return Plan(shipment=declared, opened_at=NOON - timedelta(hours=5))


def context(**more: Any) -> Context:
    fields: dict[str, Any] = {
        "plan": plan(),
        "seal": "MXL0001",
        "sealed": "TAMPERED",
        "place": YARD,
        "code": "0123456789AB",
        "map_link": "https://maps.example/?q={lat},{lon}",
    }
    return Context(**(fields | more))


def told(
    what: Alert | None,
    known: Context | None = None,
    update: Update = Update.RAISED,
    *,
    language: str = "en",
    now: datetime = NOON + timedelta(minutes=1),
) -> Text:
    known = context() if known is None else known
    return compose(what, known, update, language=language, zone=MONTERREY, now=now)
