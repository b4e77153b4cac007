"""From zones, corridors and a shipment's records to a scene. Nothing is read or written here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from geofences.corridor import Corridor
from geofences.zone import Zone
from tracker.app.planning import Planned
from tracker.app.queries.beliefs import Told
from tracker.app.queries.entries import CustodyEntry, read
from tracker.app.queries.map_scene import happenings, journey
from tracker.app.queries.map_scene.places import area, positions, route
from tracker.domain.alert import Alert
from tracker.domain.errors import NotFound
from tracker.map.scene import Base, Bounds, Position, Scene, bounds_of
from tracker.ports import EntryRow, StoredReading

MARGIN = 0.06
"""Of the picture's size, left free round what it shows."""
LEAST_DEG = 0.004
"""Some 400 m: a single yard is not blown up beyond what its accuracy bears."""


@dataclass(frozen=True)
class MapFrame:
    """What every picture has: the ground, the day it was drawn (in the zone of all its times)."""

    base: Base
    drawn: datetime
    zone: ZoneInfo
    half_width_m: float


@dataclass(frozen=True)
class Selection:
    """Zones and corridors that are drawn, and of these the zones and corridors to look at."""

    zones: Sequence[Zone]
    corridors: Sequence[Corridor]
    look_at: tuple[Sequence[Zone], Sequence[Corridor]] | None = None
    title: str = "Zones and corridors"

    def looking_at(self, *, crossing: str | None = None, place: str | None = None) -> Selection:
        """With a view of one crossing, zone or corridor. Raises NotFound."""
        if place is not None:
            zones = [zone for zone in self.zones if zone.id == place]
            corridors = [one for one in self.corridors if one.id == place]
            if not zones and not corridors:
                raise NotFound(
                    f"there is no zone or corridor {place}", mend="`tracker zones list` names them"
                )
            named = (zones or corridors)[0].name
            return replace(self, look_at=(zones, corridors), title=f"{named} ({place})")
        if crossing is not None:
            zones = [zone for zone in self.zones if zone.crossing == crossing]
            if not zones:
                known = sorted({zone.crossing for zone in self.zones if zone.crossing})
                raise NotFound(
                    f"there is no crossing {crossing}",
                    mend=f"known are {', '.join(known) or 'none'}",
                )
            return replace(self, look_at=(zones, ()), title=f"Crossing {crossing}")
        return self


def of_zones(selection: Selection, frame: MapFrame) -> Scene:
    """Raises NotFound if there is nothing to draw."""
    areas = tuple(area(zone) for zone in selection.zones)
    routes = tuple(route(one, frame.half_width_m) for one in selection.corridors)
    focus = _focus(selection, frame) or bounds_of(positions(areas, routes))
    if focus is None:
        raise NotFound("there is nothing to draw", mend="`tracker zones list` names the zones")
    return Scene(
        title=selection.title,
        drawn=journey.shown(frame.drawn, frame.zone),
        focus=roomy(focus),
        base=frame.base,
        areas=areas,
        routes=routes,
    )


@dataclass(frozen=True)
class ShipmentRecords:
    """What is stored of one shipment. doubted: its positions that were not believed."""

    readings: Sequence[StoredReading]
    entries: Iterable[EntryRow]
    alerts: Sequence[Alert]
    doubted: Collection[Told] = ()


def of_shipment(
    planned: Planned,
    stored: ShipmentRecords,
    selection: Selection,
    frame: MapFrame,
    *,
    chosen: bool = False,
) -> Scene:
    """A shipment with the zones that it needs or met, its corridors and all that happened.

    `selection` holds all zones and corridors, the shipment's own too. `chosen`: it was told where
    to look, and what is there is drawn as well. Raises NotFound if there is nothing to draw.
    """
    shipment = planned.plan.shipment
    entries = read(stored.entries)
    fixes = journey.fixes(stored.readings, stored.doubted)
    sure = {device: journey.believed(seen) for device, seen in fixes.items()}
    mine = places_of(planned, entries, stored.alerts, selection, keep=chosen)
    areas = tuple(area(zone) for zone in mine.zones)
    routes = tuple(route(one, planned.policy.corridor_half_width_m) for one in mine.corridors)
    roles = {device.id: device.role.value for device in shipment.devices}
    tracks = journey.tracks(fixes, roles, planned.policy, frame.zone)
    where = happenings.Map({one.id: one.at for one in areas}, sure)
    cuts = happenings.cuts_in(stored.readings)
    alerts = happenings.alert_marks(stored.alerts, where, frame.zone)
    seals = happenings.seal_marks(entries, cuts, where, frame.zone)
    rows = happenings.timeline(entries, cuts, where, frame.zone)
    seen: list[Position] = [at for track in tracks for at in track.line]
    seen += [mark.at for mark in (*alerts, *seals)]
    planned_places = positions([one for one in areas if planned.plan.expects(one.id)], routes)
    focus = (_focus(mine, frame) if chosen else None) or bounds_of(seen + planned_places)
    focus = focus or bounds_of(positions(areas))
    if focus is None:
        raise NotFound(
            f"of {shipment.id} there is nothing to draw: no zone, no corridor, no position",
            mend="`tracker zones show` without --shipment draws the zones",
        )
    return Scene(
        title=f"Shipment {shipment.id}",
        drawn=journey.shown(frame.drawn, frame.zone),
        focus=roomy(focus),
        base=frame.base,
        areas=areas,
        routes=routes,
        tracks=tracks,
        marks=(*seals, *alerts),
        timeline=rows,
        notes=tuple(
            f"Track of {track.device}: {len(track.line):,} of {track.fixes:,} positions are drawn; "
            "the shape, stops and gaps are kept"
            for track in tracks
            if len(track.line) < track.fixes
        )
        + tuple(
            f"{len(track.doubted):,} positions of {track.device} were not believed: they are drawn "
            "as crosses, and its track leaves them out"
            for track in tracks
            if track.doubted
        ),
    )


def places_of(
    planned: Planned,
    entries: Iterable[CustodyEntry],
    alerts: Iterable[Alert],
    selection: Selection,
    *,
    keep: bool,
) -> Selection:
    """What the plan names, what the shipment brought, what it met; of a crossing all zones."""
    plan = planned.plan
    names = {zone for leg in plan.legs for zone in (leg.from_zone, leg.to_zone)}
    names |= {*plan.own, *plan.stops}
    names |= {one.zone for one in entries} | {alert.zone for alert in alerts}
    names |= {leave.zone for leave in plan.authorisations if isinstance(leave.zone, str)}
    looked = selection.look_at if keep and selection.look_at else ((), ())
    names |= {zone.id for zone in looked[0]}
    crossings = {zone.crossing for zone in selection.zones if zone.id in names}
    crossings.add(plan.shipment.crossing)
    routes = {leg.corridor for leg in plan.legs} | {one.id for one in looked[1]}
    routes |= {corridor.id for corridor in planned.own.corridors}
    return replace(
        selection,
        zones=[
            zone
            for zone in selection.zones
            if zone.id in names or (zone.crossing is not None and zone.crossing in crossings)
        ],
        corridors=[one for one in selection.corridors if one.id in routes],
    )


def _focus(selection: Selection, frame: MapFrame) -> Bounds | None:
    if selection.look_at is None:
        return None
    zones, corridors = selection.look_at
    return bounds_of(
        positions(map(area, zones), [route(one, frame.half_width_m) for one in corridors])
    )


def roomy(box: Bounds) -> Bounds:
    """With a margin, and never narrower than LEAST_DEG."""
    west, south, east, north = box
    x = max((east - west) * MARGIN, (LEAST_DEG - (east - west)) / 2)
    y = max((north - south) * MARGIN, (LEAST_DEG - (north - south)) / 2)
    return (west - x, south - y, east + x, north + y)
