"""Which thresholds hold for a shipment at a time, and which layer decides each."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tracker.app.planning import Geography
from tracker.domain.errors import NotFound
from tracker.domain.finding import FindingType
from tracker.domain.policy import notes
from tracker.domain.shipment import Profile
from tracker.ports import Records


class Threshold(Struct, frozen=True, kw_only=True):
    """One of them. origin: the layer that decides it, in words."""

    name: str
    value: float
    unit: str
    origin: str
    meaning: str


class InForce(Struct, frozen=True, kw_only=True):
    """All of a shipment's at `at`. leg: the one it was on, from 0. lane: that leg's corridor.
    hours: those that hold then. until: when others may hold; None: never.
    """

    shipment: str
    at: datetime
    profile: str
    leg: int
    legs: int
    lane: str | None
    crossing: str | None
    hours: tuple[str, ...]
    until: datetime | None
    thresholds: tuple[Threshold, ...]


def in_force(records: Records, geography: Geography, shipment: str, at: datetime) -> InForce:
    """Raises NotFound for no such shipment, UsageError for one that cannot be planned."""
    stored = records.shipment(shipment)
    if stored is None:
        raise NotFound(
            f"there is no shipment {shipment}", mend="`tracker shipment list` names them"
        )
    planned = geography.plan(stored)
    declared, leg = planned.plan.shipment, leg_at(records, shipment, at)
    lane = planned.policies.on(leg)
    policy, origins = lane.at(at), lane.origins(at)
    corridor = declared.legs[min(leg, len(declared.legs) - 1)].corridor if declared.legs else None
    return InForce(
        shipment=shipment,
        at=at,
        profile=declared.profile or Profile.STANDARD,
        leg=min(leg, max(len(declared.legs) - 1, 0)),
        legs=len(declared.legs),
        lane=corridor if isinstance(corridor, str) else None,
        crossing=declared.crossing,
        hours=tuple(one.name for one in lane.hours if one.hold(at)),
        until=lane.changes_after(at),
        thresholds=tuple(
            Threshold(
                name=name,
                value=getattr(policy, name),
                unit=noted["unit"],
                origin=origins[name],
                meaning=noted["text"],
            )
            for name, noted in notes().items()
        ),
    )


def leg_at(records: Records, shipment: str, at: datetime) -> int:
    """How many legs were complete at that time, as the log has it."""
    entries = records.entries(scope=shipment, types=[FindingType.LEG_COMPLETED])
    return sum(1 for entry in entries if entry.occurred_at <= at)
