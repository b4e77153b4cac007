"""What the rules know of a shipment's geography: facts about places, no geometry.

`tracker.app.planning` builds a `Plan` from a `Shipment` and the zone library; inline GeoJSON has
become zone and corridor ids by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from geofences.kinds import ZoneKind
from tracker.domain.shipment import Authorisation, DeviceRole, Shipment
from tracker.domain.spelling import same
from tracker.domain.stretch import Border, Stretch
from tracker.domain.whose import begins

ACCUSING = frozenset({ZoneKind.STATE_INSPECTION, ZoneKind.RESTRICTED, ZoneKind.HIGH_RISK})
"""Kinds of zone in which less is lawful than outside: nobody drifts into one."""
Rest = tuple[str, float, float]
"""A zone in which the truck is to stand, and its middle: id, lat, lon in degrees."""


@dataclass(frozen=True, slots=True)
class Place:
    """A zone, as far as rules need it. least_stay_min: the zone's own, None for its kind's."""

    id: str
    name: str
    kind: ZoneKind
    country: str | None = None
    crossing: str | None = None
    usual_minutes: float | None = None
    least_stay_min: float | None = None


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A zone that the truck must enter. ends_m: metres along the corridor times the leg's
    `heading`, where it is behind; None without a corridor whose direction is known.
    """

    zone: str
    ends_m: float | None = None


@dataclass(frozen=True, slots=True)
class PlannedLeg:
    """half_width_m: of its corridor, None for the policy's. backwards: the truck goes from the end
    of the corridor's line to its start; None if it is not known. waypoints: zones that it must
    enter on the way, in this order. dead: the listed dead zones on its corridor, with the way
    towards them.
    """

    from_zone: str | None
    to_zone: str | None
    corridor: str | None
    half_width_m: float | None
    custodian: str | None
    earliest: datetime | None
    latest: datetime | None
    backwards: bool | None = False
    waypoints: tuple[Waypoint, ...] = ()
    dead: tuple[Stretch, ...] = ()

    @property
    def heading(self) -> int:
        """1: as the corridor's line runs; -1: against it; 0: not known."""
        return 0 if self.backwards is None else -1 if self.backwards else 1


@dataclass(frozen=True, slots=True)
class Plan:
    """`shared` is the library, the same object in every plan; `own` are the shipment's zones.

    stops: planned stops, zone -> minutes. authorisations: with their zones resolved to ids.
    border: the planned crossing as one place. origin, goal: the middle of the first leg's start and
    of the last one's end, (lat, lon) in degrees; ends: of each leg's; rests: of each planned stop's
    zone, and that.
    """

    shipment: Shipment
    opened_at: datetime
    legs: tuple[PlannedLeg, ...] = ()
    stops: Mapping[str, float] = field(default_factory=dict)
    authorisations: tuple[Authorisation, ...] = ()
    own: Mapping[str, Place] = field(default_factory=dict)
    shared: Mapping[str, Place] = field(default_factory=dict)
    border: Border | None = None
    origin: tuple[float, float] | None = None
    goal: tuple[float, float] | None = None
    ends: tuple[tuple[float, float] | None, ...] = ()
    rests: tuple[Rest, ...] = ()

    def place(self, zone: str) -> Place | None:
        """The zone as this shipment sees it; None for a zone of another shipment."""
        return self.own.get(zone) or self.shared.get(zone)

    @property
    def began(self) -> datetime:
        """When the trip began: at the opening, or before it, as declared."""
        return min(begins(self.shipment, self.opened_at), self.opened_at)

    @property
    def destination(self) -> str | None:
        """The last leg's end, where the seal may be released."""
        return self.legs[-1].to_zone if self.legs else None

    @property
    def loading(self) -> str | None:
        """The first leg's start, where the seal is applied."""
        return self.legs[0].from_zone if self.legs else None

    @property
    def locks(self) -> tuple[str, ...]:
        """The devices on the cargo doors."""
        return tuple(d.id for d in self.shipment.devices if d.role is DeviceRole.LOCK)

    def number_of(self, lock: str) -> str | None:
        """The seal number declared for a lock; a lone lock carries a lone number."""
        seals = self.shipment.seals
        if len(seals) == len(self.locks) == 1 and seals[0].device is None:
            return seals[0].number
        return next(
            (one.number for one in seals if one.device is not None and same(one.device, lock)), None
        )

    def expects(self, zone: str) -> bool:
        """The plan takes the truck there: a leg's end, a planned stop, the planned crossing."""
        if zone in self.stops or any(zone in (leg.from_zone, leg.to_zone) for leg in self.legs):
            return True
        crossing = self.shipment.crossing
        place = self.place(zone)
        return crossing is not None and place is not None and place.crossing == crossing

    def awaits(self, zone: str) -> bool:
        """The plan takes the truck there, and nothing is worse there than outside."""
        place = self.place(zone)
        return place is not None and place.kind not in ACCUSING and self.expects(zone)

    def places(self, zones: tuple[str, ...]) -> tuple[Place, ...]:
        if not zones:
            return ()
        return tuple(place for zone in zones if (place := self.place(zone)) is not None)
