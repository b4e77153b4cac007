"""Works for a journal: the n-th is always the same, and every part of it tells its number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from devices import identity
from devices.reading import Fix, NoFix, NoFixReason, Reading, Rejected, SealCondition, SealReport
from tracker.domain.alert import Alert, AlertKind, AlertStatus, Chapter, Severity, Snooze
from tracker.domain.codes import Code
from tracker.domain.finding import Finding, FindingType
from tracker.log.leaf import Chain, Leaf, entry
from tracker.ports import (
    Followed,
    FollowerRow,
    NewEntry,
    StoredReading,
    StoredShipment,
    StoredState,
    Work,
)

START = datetime(2025, 3, 1, 6, 0, tzinfo=UTC)
SHIPMENT = "MTY-2025-0042"
DEVICE = "JT701-00042"


def at(n: float) -> datetime:
    """The n-th minute."""
    return START + timedelta(minutes=n)


def reading(n: int, device: str = DEVICE, *, buffered: bool = False) -> Reading:
    """Every third has no fix; every other one states the battery."""
    fix = Fix(lat=25.7 + n / 1000, lon=-100.3, time=at(n), accuracy_m=8.5, speed_kmh=81.0)
    return Reading(
        device=device,
        dialect="native",
        event_time=at(n) + timedelta(microseconds=n),
        received_at=at(n) + timedelta(seconds=3),
        position=NoFix(reason=NoFixReason.ABSENT, satellites=2) if n % 3 == 2 else fix,
        seal=SealReport(condition=SealCondition.SEALED, number="MX0042") if n % 2 else None,
        battery_pct=None if n % 2 else 90.0,
        buffered=buffered,
        seq=n,
        extra={"ignition": True, "note": "ñandú"},
    )


def stored(
    n: int, device: str = DEVICE, *, shipment: str | None = SHIPMENT, late: bool = False
) -> StoredReading:
    said = reading(n, device, buffered=late)
    body = identity.body(said)
    digest = identity.digest(said, body)
    return StoredReading(reading=said, body=body, digest=digest, shipment=shipment, late=late)


def finding(n: int, scope: str = SHIPMENT) -> Finding:
    return Finding(
        type=FindingType.ZONE_ENTERED,
        scope=scope,
        occurred_at=at(n),
        recorded_at=at(n) + timedelta(seconds=4),
        device=DEVICE,
        lat=25.7,
        lon=-100.3,
        zone=f"zone-{n}",
        code=Code.ZONE_ENTERED,
        evidence="00" * 16,
        facts={"kind": "yard", "name": f"Zone {n}"},
    )


def leaves(count: int, scope: str = SHIPMENT) -> list[tuple[Leaf, Finding]]:
    """The first `count` entries of a scope, each linked to the one before."""
    chain: list[tuple[Leaf, Finding]] = []
    for n in range(count):
        what = finding(n, scope)
        made = entry(
            what,
            origin="test/log",
            chain=Chain(seq=n, prev=chain[-1][0].hash if chain else None),
            rules_version="r1",
            zones_version="z1",
            salt=lambda: bytes(32),
        )
        chain.append((made, what))
    return chain


def entries(start: int, stop: int, scope: str = SHIPMENT) -> list[NewEntry]:
    return [
        NewEntry(
            id=leaf.id,
            leaf=leaf.leaf,
            scope=scope,
            seq=leaf.seq,
            key=leaf.key,
            hash=leaf.hash,
            finding=what,
        )
        for leaf, what in leaves(stop, scope)[start:]
    ]


def alert(n: int, *, count: int = 1, status: AlertStatus = AlertStatus.RAISED) -> Alert:
    return Alert(
        id=f"alert-{n}",
        shipment=SHIPMENT,
        device=DEVICE,
        kind=AlertKind.SEAL_OPENED,
        severity=Severity.CRITICAL,
        status=status,
        late=n % 2 == 1,
        occurred_at=at(n),
        raised_at=at(n) + timedelta(seconds=5),
        last_seen=at(n + count),
        count=count,
        lat=25.7,
        lon=-100.3,
        zone="laredo-yard",
        chapters=(Chapter(Code.OPENED_WHILE_MOVING), Chapter(Code.RESEALED_SILENTLY)),
        key="seal",
        assigned_to="bob" if n % 2 else None,
        assigned_at=at(n) if n % 2 else None,
        snooze=Snooze(at=at(n), until=at(n + 60), distance_m=500, lat=25.7, lon=-100.3)
        if n % 2
        else None,
    )


def reject(n: int, payload: bytes = b"{", device: str | None = DEVICE) -> Rejected:
    return Rejected(
        topic=f"seals/v1/{device}/telemetry",
        payload=payload,
        reason=f"not JSON ({n})",
        received_at=at(n),
        dialect="native",
        device=device,
        place="[3].lat",
    )


def shipment(n: int = 0, *, closed: bool = False) -> StoredShipment:
    return StoredShipment(
        id=SHIPMENT if n == 0 else f"{SHIPMENT}-{n}",
        document=b'{"id":"%d"}' % n,
        opened_at=at(n),
        closed_at=at(n + 600) if closed else None,
        devices=(DEVICE, f"{DEVICE}-b"),
        numbers=("MX0042",),
    )


def state(body: bytes, scope: str = SHIPMENT, *, wake_at: datetime | None = None) -> StoredState:
    return StoredState(scope=scope, body=body, wake_at=wake_at)


READINGS_EACH = 3


def work(n: int) -> Work:
    """The n-th work (from 0) of a run of works: something of every kind."""
    return Work(
        readings=[stored(READINGS_EACH * n + i) for i in range(READINGS_EACH)],
        rejects=[reject(n)],
        entries=entries(n, n + 1),
        alerts=[alert(n)],
        states=[state(b"state %d" % n)],
        shipments=[shipment()],
        followed=[followed(n)],
    )


def followed(n: int) -> Followed:
    """A follower that has been told the first n + 1 entries."""
    return Followed(
        follower="counter", position=n, rows=(FollowerRow(key="told", value=b"%d" % (n + 1)),)
    )
