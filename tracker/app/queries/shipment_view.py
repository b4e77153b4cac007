"""A shipment at a glance: what was declared, and what the tracker knows of it now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from tracker.app.queries.watch import Watch
from tracker.domain.alert import Alert, AlertKind, AlertStatus, Severity
from tracker.domain.seal import SealState
from tracker.domain.shipment import Shipment
from tracker.domain.state import ScopeState
from tracker.engine import decode

BREACHES = frozenset(
    {
        AlertKind.SEAL_OPENED,
        AlertKind.SEAL_TAMPERED,
        AlertKind.SEAL_NUMBER,
        AlertKind.SEAL_RESEALED,
        AlertKind.SEAL_CONTINUITY,
        AlertKind.SEAL_UNSEALED_DEPARTURE,
    }
)

if TYPE_CHECKING:
    from tracker.ports import Records, StoredShipment


class DeviceNow(Struct, frozen=True, kw_only=True):
    """One device's present. `seal_number` and `seal_state` are those of its lock.

    position_lost: it speaks, and where it is has not been known for too long; `lat` and `lon` are
    where it was last. positions_not_believed: how many it told so far; `lat` and `lon` are never
    one of them.
    """

    device: str
    heard_at: datetime | None = None
    event_time: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    position_lost: bool = False
    positions_not_believed: int = 0
    zones: tuple[str, ...] = ()
    moving: bool = False
    seal_state: SealState = SealState.UNASSIGNED
    seal_number: str | None = None


class ShipmentView(Struct, frozen=True, kw_only=True):
    """`tracker shipment show --json`: these are its stable names.

    as_of: what is told is of then, the newest sign of life of a running tracker. watched: it runs.
    breaches: device -> the open critical alert that speaks against its seal, whatever the lock
    says now.
    """

    id: str
    status: str
    opened_at: datetime
    closed_at: datetime | None
    custodian: str | None
    leg: int
    legs: int
    devices: tuple[DeviceNow, ...]
    breaches: dict[str, str]
    open_alerts: int
    alerts: int
    shipment: msgspec.Raw
    as_of: datetime | None
    watched: bool


def shipment_view(stored: StoredShipment, records: Records, watch: Watch) -> ShipmentView:
    alerts = records.alerts(shipment=stored.id)
    body = records.state(stored.id)
    state = ScopeState(scope=stored.id) if body is None else decode(body)
    return ShipmentView(
        id=stored.id,
        status="open" if stored.closed_at is None else "closed",
        opened_at=stored.opened_at,
        closed_at=stored.closed_at,
        custodian=state.custodian,
        leg=state.leg,
        legs=len(msgspec.json.decode(stored.document, type=Shipment).legs),
        devices=tuple(_now(device, state) for device in stored.devices),
        breaches=_breaches(state, alerts),
        open_alerts=sum(map(_is_open, alerts)),
        alerts=len(alerts),
        shipment=msgspec.Raw(stored.document),
        as_of=watch.as_of,
        watched=watch.watched,
    )


def _is_open(alert: Alert) -> bool:
    return alert.status is not AlertStatus.CLOSED


def _now(device: str, state: ScopeState) -> DeviceNow:
    known = state.devices.get(device)
    if known is None:
        return DeviceNow(device=device)
    lane = known.live
    return DeviceNow(
        device=device,
        heard_at=known.heard_at,
        event_time=lane.at,
        lat=lane.fix.lat if lane.fix else None,
        lon=lane.fix.lon if lane.fix else None,
        position_lost=lane.lost,
        positions_not_believed=lane.receiver.doubted,
        zones=tuple(lane.zones),
        moving=lane.moving,
        seal_state=lane.seal.state,
        seal_number=lane.seal.number,
    )


def _breaches(state: ScopeState, alerts: Sequence[Alert]) -> dict[str, str]:
    """The lock may say "sealed" again; an open incident says what that is worth. A seal that was
    cut or opened unlawfully stays breached until it is sealed anew on record, though its alert was
    closed.
    """
    against = [
        alert
        for alert in alerts
        if alert.device and alert.severity is Severity.CRITICAL and alert.kind in BREACHES
    ]
    breached = {device for device, known in state.devices.items() if known.live.seal.breached}
    return {
        alert.device: alert.id
        for alert in against
        if alert.device and (_is_open(alert) or alert.device in breached)
    }
