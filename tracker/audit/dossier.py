"""All that is recorded of one shipment, gathered once; the checks are functions of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from devices.reading import Fix
from tracker.app.planning import Geography
from tracker.app.queries.entries import CustodyEntry, read
from tracker.domain.errors import NotFound, UsageError
from tracker.domain.finding import FindingType
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy
from tracker.domain.spelling import among
from tracker.ports import Records, StoredReading, StoredShipment


class HeardAt(NamedTuple):
    """One stored reading, as far as an audit needs it. live: neither buffered nor told late."""

    device: str
    at: datetime
    received_at: datetime
    live: bool = True
    number: str | None = None
    credential: str | None = None
    lat: float | None = None
    lon: float | None = None


class Use(NamedTuple):
    """A shipment on which a number was declared or recorded."""

    shipment: str
    closed: bool


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One shipment's record.

    entries: in the log's order. heard: its devices' readings in order of event time, late ones
    where they belong. elsewhere: its numbers that other shipments have too, and which. now: when
    the audit is made, up to which an open shipment is looked at.
    """

    stored: StoredShipment
    plan: Plan
    policy: Policy
    now: datetime
    entries: Sequence[CustodyEntry] = ()
    heard: Sequence[HeardAt] = ()
    elsewhere: Mapping[str, tuple[Use, ...]] = field(default_factory=dict)

    def of(self, *types: FindingType) -> list[CustodyEntry]:
        """Entries of these types, in the log's order."""
        wanted = set(types)
        return [entry for entry in self.entries if entry.type in wanted]

    @cached_property
    def happened(self) -> list[CustodyEntry]:
        """All entries in order of what happened."""
        return sorted(self.entries, key=lambda one: (one.at, one.seq))

    @cached_property
    def closing(self) -> CustodyEntry | None:
        return next(iter(self.of(FindingType.SHIPMENT_CLOSED)), None)

    @property
    def end(self) -> datetime:
        """The close; of an open shipment, now."""
        return self.closing.at if self.closing else self.now

    @cached_property
    def sealed_at(self) -> datetime | None:
        """When a lock first was sealed; without locks, when a seal was first recorded."""
        states = [e.at for e in self.of(FindingType.SEAL_STATE) if e.facts.get("to") == "SEALED"]
        recorded = [] if self.plan.locks else [e.at for e in self.of(FindingType.SEAL_RECORDED)]
        return min((*states, *recorded), default=None)

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """The devices that speak for the cargo: the locks, or, without any, all of them."""
        return self.plan.locks or self.stored.devices

    def zones_at(self, device: str | None, at: datetime) -> set[str]:
        """The zones that the device was in by its entries: entered by then, and not yet left."""
        zones: set[str] = set()
        for entry in self.happened:
            if entry.at > at:
                break
            if entry.device != device or entry.zone is None:
                continue
            if entry.type == FindingType.ZONE_ENTERED:
                zones.add(entry.zone)
            elif entry.type == FindingType.ZONE_LEFT and entry.at < at:
                zones.discard(entry.zone)
        return zones


def gather(records: Records, shipment: str, geography: Geography, now: datetime) -> Dossier:
    """The shipment's record. Raises NotFound for an unknown one, Unreadable for a broken leaf."""
    stored = records.shipment(shipment)
    if stored is None:
        raise NotFound(
            f"there is no shipment {shipment}", mend="`tracker shipment list` names them"
        )
    try:
        planned = geography.plan(stored)
    except UsageError:  # its zones are gone from the files: the plan is known without places
        planned = geography.unplanned(stored)
    others = [one for one in records.shipments() if one.id != shipment]
    return Dossier(
        stored=stored,
        plan=planned.plan,
        policy=planned.policy,
        now=now,
        entries=read(records.entries(scope=shipment)),
        heard=tuple(map(heard, records.readings(shipment=shipment))),
        elsewhere={
            number: uses
            for number in stored.numbers
            if (
                uses := tuple(
                    Use(shipment=one.id, closed=one.closed_at is not None)
                    for one in others
                    if among(number, one.numbers)
                )
            )
        },
    )


def heard(stored: StoredReading) -> HeardAt:
    reading = stored.reading
    seal, fix = reading.seal, reading.position
    there = fix if isinstance(fix, Fix) else None
    return HeardAt(
        device=reading.device,
        at=reading.event_time,
        received_at=reading.received_at,
        live=not (stored.late or reading.buffered),
        number=seal.number if seal else None,
        credential=seal.credential.id if seal and seal.credential else None,
        lat=there.lat if there else None,
        lon=there.lon if there else None,
    )
