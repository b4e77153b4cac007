"""Reading a journal in memory: `tracker.ports.Records`, but for the log."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from tracker.adapters.journal.health import RECENT, health, mute
from tracker.adapters.journal.memory.log_records import MemoryLog, between
from tracker.domain.alert import Alert
from tracker.domain.state import DEVICE_SCOPE
from tracker.ports import (
    DeviceRow,
    Heartbeat,
    RejectRow,
    StoredGeography,
    StoredReading,
    StoredShipment,
    StoredState,
    Watch,
)

T = TypeVar("T")


class MemoryRecords(MemoryLog):
    """Iterators show the journal as it was at their first item. `limit` keeps the newest."""

    def shipments(
        self,
        *,
        closed: bool = True,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[StoredShipment]:
        with self._held() as held:
            shipments = list(held.shipments.values())
        found = [
            one
            for one in shipments
            if (closed or one.closed_at is None) and between(one.opened_at, since, until)
        ]
        return _newest(sorted(found, key=lambda one: (one.opened_at, one.id)), limit)

    def shipment(self, shipment: str) -> StoredShipment | None:
        with self._held() as held:
            return held.shipments.get(shipment)

    def state(self, scope: str) -> bytes | None:
        with self._held() as held:
            state = held.states.get(scope)
        return None if state is None else state.body

    def states(self) -> Iterator[StoredState]:
        with self._held() as held:
            found = sorted(held.states.values(), key=lambda one: one.scope)
        yield from found

    def alerts(
        self,
        *,
        shipment: str | None = None,
        status: Sequence[str] = (),
        severity: str | None = None,
        kinds: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[Alert]:
        with self._held() as held:
            alerts = list(held.alerts.values())
        found = [
            one
            for one in alerts
            if shipment in (None, one.shipment)
            and (not status or one.status in status)
            and severity in (None, one.severity)
            and (not kinds or one.kind in kinds)
            and between(one.raised_at, since, until)
        ]
        return _newest(sorted(found, key=lambda one: (one.raised_at, one.id)), limit)

    def alert(self, alert: str) -> Alert | None:
        with self._held() as held:
            return held.alerts.get(alert)

    def readings(
        self, *, device: str | None = None, shipment: str | None = None, limit: int | None = None
    ) -> Iterator[StoredReading]:
        with self._held() as held:
            readings = list(held.readings.values())
            devices = held.shipments[shipment].devices if shipment in held.shipments else ()
        found = [
            one
            for one in readings
            if device in (None, one.reading.device)
            and (shipment is None or (one.shipment == shipment and one.reading.device in devices))
        ]
        yield from _newest(sorted(found, key=_order), limit)

    def received(self, scopes: Collection[str] | None = None) -> Iterator[StoredReading]:
        with self._held() as held:
            readings = [
                one for one in held.readings.values() if scopes is None or _scope(one) in scopes
            ]
        yield from sorted(readings, key=_receipt)

    def watches(self) -> list[Watch]:
        with self._held() as held:
            return [Watch(started_at=start, at=at) for start, at in sorted(held.watches.items())]

    def devices(self) -> list[DeviceRow]:
        with self._held() as held:
            readings, rejected = list(held.readings.values()), list(held.rejects)
        heard: dict[str, list[StoredReading]] = {}
        for one in sorted(readings, key=_newness, reverse=True):
            heard.setdefault(one.reading.device, []).append(one)
        rejects: dict[str, list[RejectRow]] = {}
        for row in rejected:
            if row.device is not None:
                rejects.setdefault(row.device, []).append(row)
        found = [
            health(
                mine[:RECENT],
                readings=len(mine),
                late=sum(one.late for one in mine),
                rejects=len(rejects.get(device, ())),
                received_at=max(one.reading.received_at for one in mine),
            )
            for device, mine in heard.items()
        ]
        found += [
            mute(
                device,
                dialect=max((row.dialect for row in rows if row.dialect), default=None),
                rejects=len(rows),
                received_at=max(row.received_at for row in rows),
            )
            for device, rows in rejects.items()
            if device not in heard
        ]
        return sorted(found, key=lambda one: one.device)

    def rejects(
        self,
        *,
        device: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[RejectRow]:
        with self._held() as held:
            rejects = list(held.rejects)
        found = [
            row
            for row in rejects
            if device in (None, row.device) and between(row.received_at, since, until)
        ]
        return _newest(found, limit)

    def reject(self, number: int) -> RejectRow | None:
        with self._held() as held:
            return held.rejects[number - 1] if 0 < number <= len(held.rejects) else None

    def geographies(self) -> list[StoredGeography]:
        with self._held() as held:
            found = list(held.geographies.values())
        return sorted(found, key=lambda one: (one.since, one.version))

    def heartbeat(self) -> Heartbeat | None:
        with self._held() as held:
            return held.heartbeat

    def followers(self) -> dict[str, int]:
        with self._held() as held:
            return dict(sorted(held.followers.items()))

    def counts(self) -> dict[str, int]:
        with self._held() as held:
            return {
                "readings": len(held.readings),
                "late": sum(one.late for one in held.readings.values()),
                "entries": len(held.entries),
                "rejects": len(held.rejects),
                "alerts": len(held.alerts),
                "shipments": len(held.shipments),
            }


def _newest(found: list[T], limit: int | None) -> list[T]:
    return found if limit is None else found[len(found) - min(limit, len(found)) :]


def _scope(one: StoredReading) -> str:
    return one.shipment or DEVICE_SCOPE + one.reading.device


def _receipt(one: StoredReading) -> tuple[datetime, str, int]:
    return (one.reading.received_at, _scope(one), -1 if one.number is None else one.number)


def _order(one: StoredReading) -> tuple[datetime, str, bytes]:
    return (one.reading.event_time, one.reading.device, one.digest)


def _newness(one: StoredReading) -> tuple[datetime, bytes]:
    return (one.reading.event_time, one.digest)
