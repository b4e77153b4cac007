"""A whole trip through the real intake and desk: sealed, opened by customs, resealed, delivered.

60 km north in an hour and a half; each part can be left out or told otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.support.office import START, Office, message, reading
from tracker.domain.command import (
    AcceptCustody,
    AnyCommand,
    Authorise,
    CloseShipment,
    OfferCustody,
    RecordSeal,
)
from tracker.domain.shipment import Authorisation

NAME, LOCK, FIRST, SECOND, CARD = "S1", "L1", "MX000101", "SAT2", "card-1"
PLANT, COMPOUND, DOCK = 0.0, 30.0, 60.0
"""Kilometres north of 26 N, 100 W, where the trip begins."""


def square(name: str, north_km: float, kind: str) -> dict[str, Any]:
    lat, half = 26.0 + north_km / 110.8, 0.01
    ring = [[-100 + x * half, lat + y * half] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return {
        "type": "Feature",
        "id": name,
        "properties": {"kind": kind, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }


DOCUMENT: dict[str, Any] = {
    "id": NAME,
    "devices": [{"id": LOCK}],
    "seals": [{"number": FIRST, "device": LOCK}],
    "custodians": [
        {"id": "acme", "role": "carrier"},
        {"id": "gulf", "role": "consignee"},
    ],
    "legs": [{"from": "plant", "to": "dock", "custodian": "acme"}],
    "zones": [
        square("plant", PLANT, "plant"),
        square("compound", COMPOUND, "customs_compound"),
        square("dock", DOCK, "consignee"),
    ],
    "planned_stops": [{"zone": "compound", "minutes": 60}],
    "loaded_at": START.isoformat(),
}


def _north(minute: float) -> float:
    """Ten minutes at the plant, then 1 km a minute, 20 minutes at the compound, and to the dock."""
    if minute < 40:
        return max(0.0, minute - 10)
    return min(DOCK, COMPOUND + max(0.0, minute - 60))


def said(minute: float) -> dict[str, Any]:
    """What the lock says at that minute."""
    if minute < 6:
        seal: dict[str, Any] = {"state": "unarmed"}
    elif minute < 45:
        seal = {"state": "sealed", "number": FIRST}
    elif minute < 54:
        seal = {"state": "open"}
    else:
        seal = {"state": "sealed", "number": SECOND}
    if minute in (6, 54):
        seal["event"] = "sealed"
    if minute == 45:
        seal |= {"event": "opened", "credential": {"kind": "rfid", "id": CARD}}
    moving = 10 <= minute < 40 or 60 <= minute < 90
    speed = 60.0 if moving else 0.0
    return reading(minute, north_km=_north(minute), seal=seal, speed=speed)


def _leave(now: datetime) -> Authorise:
    leave = Authorisation(
        zone="compound", agency="SAT", reason="export", officer="12", credential=CARD
    )
    return Authorise(at=now, by="broker", authorisation=leave)


DECLARED: dict[int, Callable[[datetime], AnyCommand]] = {
    5: lambda now: RecordSeal(at=now, by="dock 4", number=FIRST, verified=True, reason="loaded"),
    42: _leave,
    52: lambda now: RecordSeal(
        at=now,
        by="broker",
        number=SECOND,
        officer="12",
        agency="SAT",
        reason="export",
        verified=True,
    ),
    93: lambda now: OfferCustody(
        at=now, by="driver", releaser="acme", receiver="gulf", number=SECOND
    ),
    94: lambda now: AcceptCustody(at=now, by="dock 11", receiver="gulf", number=SECOND),
    96: lambda now: CloseShipment(at=now, by="dock 11", number=SECOND),
}
"""Minute -> what somebody declares then."""


def play(
    office: Office,
    *,
    until: int = 96,
    declared: dict[int, Callable[[datetime], AnyCommand] | None] | None = None,
    says: Callable[[int], dict[str, Any] | None] = said,
) -> None:
    """declared: other declarations (None: nobody declares it). says: what is heard; None is
    nothing, at that minute.
    """
    orders = {**DECLARED, **(declared or {})}
    office.open(DOCUMENT)
    for minute in range(until + 1):
        now = START + timedelta(minutes=minute)
        office.clock.set(now)
        body = says(minute)
        if body is None:
            office.ingest.once(0)
        else:
            office.hear(message(LOCK, body, at=now))
        order = orders.get(minute)
        if order is not None:
            office.commands.submit(NAME, order(now))
