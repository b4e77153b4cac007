"""Records made by hand: what a check is told, and nothing else.

dossier(said("seal_state", 5, device="L1", to="SEALED", number="MX1"), closed=60)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from tests.support.office import GEOGRAPHY, START
from tracker.app.queries.entries import CustodyEntry
from tracker.audit.dossier import Dossier, HeardAt, Use
from tracker.audit.finding import AuditFinding
from tracker.domain.alert import Severity
from tracker.domain.codes import Code
from tracker.domain.declaration import parse
from tracker.domain.policy import Policy
from tracker.domain.shipment import public
from tracker.ports import StoredShipment

LOCK, NUMBER, NEW = "L1", "MX1", "SAT2"
DOCUMENT: dict[str, Any] = {
    "id": "S1",
    "devices": [{"id": LOCK}],
    "seals": [{"number": NUMBER, "device": LOCK}],
    "custodians": [
        {"id": "acme", "role": "carrier"},
        {"id": "rio", "role": "transfer"},
        {"id": "gulf", "role": "consignee"},
    ],
}


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def said(
    type_: str,
    minute: float,
    *,
    recorded: float | None = None,
    hidden: Iterable[str] = (),
    device: str | None = None,
    zone: str | None = None,
    actor: str | None = None,
    code: str = "",
    written: str | None = None,
    late: bool = False,
    **facts: Any,
) -> CustodyEntry:
    """An entry; `recorded` is a minute too. "from" is written `from_`. written: of an old leaf."""
    return CustodyEntry(
        index=0,
        scope="S1",
        id="",
        seq=0,
        type=type_,
        at=at(minute),
        recorded_at=at(minute if recorded is None else recorded),
        code=code,
        written=written,
        device=device,
        zone=zone,
        actor=actor,
        late=late,
        hidden=frozenset(hidden),
        facts={name.rstrip("_"): value for name, value in facts.items()},
    )


def state(minute: float, to: str, number: str | None = NUMBER, **more: Any) -> CustodyEntry:
    """The lock's state changed."""
    return said("seal_state", minute, device=LOCK, to=to, number=number, **more)


def opened(document: dict[str, Any] = DOCUMENT) -> CustodyEntry:
    digest = hashlib.sha256(public(parse(json.dumps(document).encode()))).hexdigest()
    return said("shipment_opened", 0, document_sha256=digest)


def dossier(
    *entries: CustodyEntry,
    heard: Iterable[HeardAt] = (),
    closed: float | None = None,
    number: str | None = NUMBER,
    reason: str = "",
    given_up: bool = False,
    now: float = 60,
    elsewhere: dict[str, tuple[Use, ...]] | None = None,
    policy: Policy | None = None,
    first: CustodyEntry | None = None,
    **document: Any,
) -> Dossier:
    """Entries are numbered as they are given, after the one that opens the shipment (`first`).
    closed: the minute at which the consignee read `number`. reason: what was written then.
    document: changes to DOCUMENT.
    """
    whole = {**DOCUMENT, **document}
    every = [first or opened(whole), *entries]
    if closed is not None:
        count = len(every) + 1
        code = Code.GIVEN_UP if given_up else Code.DELIVERED
        facts: dict[str, Any] = {"number": number, "entries": count, "reason": reason}
        every.append(said("shipment_closed", closed, code=code, **facts))
    shipment = parse(json.dumps(whole).encode())
    stored = StoredShipment(
        id="S1",
        document=msgspec.json.encode(shipment),
        opened_at=START,
        closed_at=None if closed is None else at(closed),
        devices=tuple(device.id for device in shipment.devices),
        numbers=tuple(seal.number for seal in shipment.seals),
    )
    planned = GEOGRAPHY.plan(stored)
    return Dossier(
        stored=stored,
        plan=planned.plan,
        policy=policy or planned.policy,
        now=at(now),
        entries=[replace(one, seq=n, id=f"S1#{n}") for n, one in enumerate(every)],
        heard=list(heard),
        elsewhere=elsewhere or {},
    )


def word(minute: float, *, received: float | None = None, **more: Any) -> HeardAt:
    """A reading of the lock."""
    told = at(minute if received is None else received)
    return HeardAt(device=LOCK, at=at(minute), received_at=told, **more)


def told(findings: Iterable[AuditFinding]) -> list[tuple[str, str]]:
    """Severity and words of what is unaccounted for; statements are left out."""
    return [(one.severity.value, one.what) for one in findings if one.severity is not Severity.INFO]


def stated(findings: Iterable[AuditFinding]) -> list[str]:
    """The statements alone."""
    return [one.what for one in findings if one.severity is Severity.INFO]
