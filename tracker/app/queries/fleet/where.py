"""Where a truck is, as facts: the zone that it is in, or how far along its corridor."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from geofences.kinds import ZoneKind
from tracker.app.planning import Planned
from tracker.domain.plan import Place, PlannedLeg
from tracker.domain.state import Lane

BORDER = frozenset(
    {
        ZoneKind.APPROACH_QUEUE,
        ZoneKind.CUSTOMS_COMPOUND,
        ZoneKind.BRIDGE,
        ZoneKind.CBP_PRIMARY,
        ZoneKind.CBP_SECONDARY,
        ZoneKind.STATE_INSPECTION,
    }
)
"""Where trucks queue: no other zone is the crossing."""


class Where(Struct, frozen=True, kw_only=True):
    """zone: the one that says most, since `since`; country: "MX" or "US", its own. km, of_km: along
    the leg's corridor in the direction of travel. before: the next place that it must come to, by
    name. Everything is None that is not known.
    """

    zone: str | None = None
    zone_name: str | None = None
    kind: str | None = None
    country: str | None = None
    crossing: str | None = None
    since: datetime | None = None
    corridor: str | None = None
    km: float | None = None
    of_km: float | None = None
    before: str | None = None

    @property
    def at_border(self) -> bool:
        return self.kind in BORDER


def where(lane: Lane, planned: Planned, lengths_m: dict[str, float]) -> Where:
    """lengths_m: of corridors, by id."""
    plan = planned.plan
    leg = plan.legs[min(lane.leg, len(plan.legs) - 1)] if plan.legs else None
    place = _telling(lane, planned)
    return Where(
        zone=place.id if place else None,
        zone_name=place.name if place else None,
        kind=place.kind if place else None,
        country=place.country if place else None,
        crossing=place.crossing if place else None,
        since=lane.zones.get(place.id) if place else None,
        corridor=leg.corridor if leg else None,
        before=next_name(lane, planned, leg),
        **_along(lane, leg, lengths_m),
    )


def _telling(lane: Lane, planned: Planned) -> Place | None:
    """Of the zones that it is in, the one of the border; else the one that it entered last."""
    places = [(since, planned.plan.place(zone)) for zone, since in lane.zones.items()]
    known = [(since, place) for since, place in places if place is not None]
    known = [one for one in known if one[1].kind is not ZoneKind.DEAD_ZONE] or known
    return max(
        known, key=lambda one: (one[1].kind in BORDER, one[0], one[1].id), default=(None, None)
    )[1]


def _along(
    lane: Lane, leg: PlannedLeg | None, lengths_m: dict[str, float]
) -> dict[str, float | None]:
    length = lengths_m.get(leg.corridor or "") if leg else None
    if leg is None or length is None or lane.progress_m is None:
        return {"km": None, "of_km": None}
    gone = length - lane.progress_m if leg.backwards else lane.progress_m
    return {"km": round(max(gone, 0.0) / 1000, 1), "of_km": round(length / 1000, 1)}


def next_name(lane: Lane, planned: Planned, leg: PlannedLeg | None) -> str | None:
    """The next waypoint of the leg that is ahead; else where the leg ends."""
    if leg is None:
        return None
    gone = None if lane.progress_m is None else lane.progress_m * leg.heading
    for waypoint in leg.waypoints:
        ahead = gone is None or waypoint.ends_m is None or waypoint.ends_m > gone
        if ahead and waypoint.zone not in lane.zones:
            return _name(planned, waypoint.zone)
    return _name(planned, leg.to_zone) if leg.to_zone else None


def _name(planned: Planned, zone: str) -> str:
    place = planned.plan.place(zone)
    return place.name if place else zone
