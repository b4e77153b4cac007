"""From a shipment as declared, and the zones on file, to what the engine and the atlas need.

Inline GeoJSON becomes zones and corridors of the shipment's own, with ids under "<shipment>/", so
that no shipment sees another's.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec

from devices.common.zones import ClockSetting
from geofences.atlas import Atlas
from geofences.corridor import Corridor
from geofences.errors import GeoFault
from geofences.fleet import warmed
from geofences.formats import GeofenceSet, from_features, to_geojson
from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tracker.app.shared_routes import Route, Shared, route_key
from tracker.app.stretches import Along, laid_out
from tracker.app.ways import ends_m, runs_against
from tracker.domain.errors import UsageError
from tracker.domain.layers import AS_SHIPPED, Layers, ShipmentPolicies, always
from tracker.domain.plan import Place, Plan, PlannedLeg, Waypoint
from tracker.domain.policy import Policy
from tracker.domain.shipment import Leg, Shipment
from tracker.domain.spelling import among, key_of
from tracker.ports import StoredShipment

NOTHING = GeofenceSet()
NO_STOPS: Mapping[str, float] = MappingProxyType({})
NO_PLACES: Mapping[str, Place] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Planned:
    """One shipment, ready: its plan, its policies, and the geometry that it brought itself."""

    plan: Plan
    policies: ShipmentPolicies
    own: GeofenceSet

    @property
    def policy(self) -> Policy:
        """What its whole trip is held to (`ShipmentPolicies.usual`)."""
        return self.policies.usual


class Geography:
    """Everything on file: the atlas, and the places as rules know them.

    content: the zones and corridors as one GeoJSON FeatureCollection, the same bytes for the same
    content whatever their order on file. version: the first 16 hex digits of its SHA-256, which
    stands in every custody entry. policy: the base of all; layers: what differs from it, by
    profile, lane, crossing and hour.
    """

    def __init__(self, geofences: GeofenceSet, policy: Policy, layers: Layers = AS_SHIPPED) -> None:
        self.policy, self.layers = policy, layers
        self.atlas = Atlas(
            geofences.zones, geofences.corridors, default_half_width_m=policy.corridor_half_width_m
        )
        self.places = {zone.id: place_of(zone) for zone in geofences.zones}
        self.followed = always(policy)
        self.shared = Shared(policy, layers)
        self.crossings = {place.crossing for place in self.places.values() if place.crossing}
        self.content = _content(geofences)
        self.version = hashlib.sha256(self.content).hexdigest()[:16]

    @classmethod
    def of_content(cls, content: bytes, policy: Policy, layers: Layers = AS_SHIPPED) -> Geography:
        """A geography that was in force before, from its stored `content`."""
        return cls(from_features(json.loads(content), where="stored zones"), policy, layers)

    def plan(self, stored: StoredShipment) -> Planned:
        """Raises UsageError with the JSON path of what cannot be planned."""
        shipment = msgspec.json.decode(stored.document, type=Shipment)
        return _Planner(self, shipment, stored).planned()

    def unplanned(self, stored: StoredShipment) -> Planned:
        """Only who and which seals: what can be followed without a place."""
        shipment = msgspec.json.decode(stored.document, type=Shipment)
        plan = Plan(shipment=shipment, opened_at=stored.opened_at, shared=self.places)
        return Planned(plan, self.followed, NOTHING)


def declared_clocks(shipments: Iterable[Shipment]) -> dict[str, ClockSetting]:
    """How the clocks of their devices are set, where they say so; by `key_of` the device's id."""
    return {
        key_of(device.id): ClockSetting(
            offset_min=device.clock_offset_min or 0.0, zone=device.time_zone
        )
        for shipment in shipments
        for device in shipment.devices
        if device.clock_offset_min is not None or device.time_zone is not None
    }


def place_of(zone: Zone) -> Place:
    usual = zone.properties.get("usual_minutes")
    return Place(
        id=zone.id,
        name=zone.name,
        kind=zone.kind,
        country=zone.country,
        crossing=zone.crossing,
        usual_minutes=float(usual) if usual is not None else None,
        least_stay_min=zone.least_stay_min,
    )


class _Planner:
    def __init__(self, geography: Geography, shipment: Shipment, stored: StoredShipment) -> None:
        self.geography, self.shipment, self.stored = geography, shipment, stored
        self.zones: dict[str, Zone] = {}
        self.corridors: dict[str, Corridor] = {}
        self.policies = self._policies()

    def planned(self) -> Planned:
        shipment = self.shipment
        self._check()
        for number, feature in enumerate(shipment.zones):
            self._carried(feature, f"$.zones[{number}]", f"zone-{number + 1}", ZoneKind.OTHER)
        along = self._along()
        key = None if self.zones else route_key(shipment, self.policies, along)
        route = self.geography.shared.route(key)
        legs = self._legs() if route is None else route.of(shipment.legs)
        stops = {
            self._named(stop.zone, f"$.planned_stops[{n}].zone", f"stop-{n + 1}"): stop.minutes
            for n, stop in enumerate(shipment.planned_stops)
        }
        leaves = tuple(
            msgspec.structs.replace(
                leave,
                zone=self._named(leave.zone, f"$.authorisations[{n}].zone", f"opening-{n + 1}"),
            )
            for n, leave in enumerate(shipment.authorisations)
        )
        if route is None or self.zones:
            route = self._laid_out(legs, along)
            if not (self.zones or self.corridors):
                self.geography.shared.keep(key, route)
            legs = route.legs
        plan = Plan(
            shipment=shipment,
            opened_at=self.stored.opened_at,
            legs=legs,
            stops=stops or NO_STOPS,
            authorisations=leaves,
            own={zone.id: place_of(zone) for zone in self.zones.values()} or NO_PLACES,
            shared=self.geography.places,
            border=route.border,
            origin=route.origin,
            goal=route.ends[-1] if route.ends else None,
            ends=route.ends,
            rests=tuple((zone, *at) for zone in stops if (at := self._middle(zone)) is not None),
        )
        if not (self.zones or self.corridors):
            return Planned(plan, self.policies, NOTHING)
        own = GeofenceSet(warmed(self.zones.values()), tuple(self.corridors.values()))
        return Planned(plan, self.policies, own)

    def _legs(self) -> tuple[PlannedLeg, ...]:
        return tuple(self._leg(leg, number) for number, leg in enumerate(self.shipment.legs))

    def _laid_out(self, legs: tuple[PlannedLeg, ...], along: Along) -> Route:
        legs, crossing = laid_out(legs, self._corridor_of, self._every_zone(), along)
        return Route(
            legs,
            crossing,
            origin=self._middle(legs[0].from_zone if legs else None),
            ends=tuple(self._middle(leg.to_zone) for leg in legs),
        )

    def _along(self) -> Along:
        policy = self.policies.usual
        return Along(
            crossing=self.shipment.crossing,
            queue_m=policy.border_queue_km * 1_000,
            margin_m=policy.jump_m,
            half_width_m=policy.corridor_half_width_m,
        )

    def _corridor_of(self, corridor: str) -> Corridor:
        return self.corridors.get(corridor) or self.geography.atlas.corridor(corridor)

    def _every_zone(self) -> Iterator[Zone]:
        yield from self.geography.atlas.zones.values()
        yield from self.zones.values()

    def _policies(self) -> ShipmentPolicies:
        try:
            return self.geography.shared.policies(self.shipment)
        except msgspec.ValidationError as error:
            raise UsageError(
                str(error), where="$.policy", mend="tracker policy lists thresholds and ranges"
            ) from None

    def _check(self) -> None:
        shipment = self.shipment
        devices = [device.id for device in shipment.devices]
        if len(set(map(key_of, devices))) < len(devices):
            raise UsageError("a device is named twice", where="$.devices", mend="name each once")
        self._check_clocks()
        for number, seal in enumerate(shipment.seals):
            if seal.device is not None and not among(seal.device, devices):
                raise UsageError(
                    f"no device {seal.device!r} on this shipment",
                    where=f"$.seals[{number}].device",
                    mend=f"one of {', '.join(devices)}, or leave it out for a bolt seal",
                )
        known = self.geography.crossings
        if shipment.crossing is not None and shipment.crossing not in known:
            raise UsageError(
                f"no crossing {shipment.crossing!r}",
                where="$.crossing",
                mend=f"known are {', '.join(sorted(known)) or 'none'}",
            )
        custodians = {custodian.id for custodian in shipment.custodians}
        for number, leg in enumerate(shipment.legs):
            where = f"$.legs[{number}]"
            if leg.custodian is not None and leg.custodian not in custodians:
                raise UsageError(
                    f"no custodian {leg.custodian!r} on this shipment",
                    where=f"{where}.custodian",
                    mend="add it to $.custodians",
                )
            if leg.earliest and leg.latest and leg.latest < leg.earliest:
                raise UsageError(
                    "latest lies before earliest", where=f"{where}.latest", mend="swap them"
                )

    def _check_clocks(self) -> None:
        for number, device in enumerate(self.shipment.devices):
            where = f"$.devices[{number}].time_zone"
            if device.time_zone is None:
                continue
            if device.clock_offset_min is not None:
                raise UsageError(
                    "a clock follows a zone or has an offset, not both",
                    where=where,
                    mend="leave clock_offset_min out",
                )
            try:
                ClockSetting(zone=device.time_zone)
            except ValueError as error:
                raise UsageError(str(error), where=where, mend="or clock_offset_min") from None

    def _leg(self, leg: Leg, number: int) -> PlannedLeg:
        where, name = f"$.legs[{number}]", f"leg-{number + 1}"
        last = number == len(self.shipment.legs) - 1
        start = ZoneKind.PLANT if number == 0 else ZoneKind.YARD
        corridor = self._corridor(leg, number) if leg.corridor is not None else None
        end = ZoneKind.CONSIGNEE if last else ZoneKind.YARD
        from_zone = self._zone(leg.from_zone, f"{where}.from", f"{name}-from", start)
        to_zone = self._zone(leg.to_zone, f"{where}.to", f"{name}-to", end)
        begin, goal = self._area(from_zone), self._area(to_zone)
        planned = PlannedLeg(
            from_zone=from_zone,
            to_zone=to_zone,
            corridor=corridor.id if corridor else None,
            half_width_m=corridor.half_width_m if corridor else None,
            custodian=leg.custodian,
            earliest=leg.earliest,
            latest=leg.latest,
            backwards=runs_against(corridor, begin, goal) if corridor else None,
        )
        waypoints = [
            self._named(zone, f"{where}.waypoints[{n}]", f"{name}-waypoint-{n + 1}")
            for n, zone in enumerate(leg.waypoints)
        ]
        if to_zone is not None and self._goes_on(leg, number):
            waypoints.append(to_zone)
        ways = (
            Waypoint(zone, ends_m(corridor, area, planned.heading))
            for zone in waypoints
            if (area := self._area(zone)) is not None
        )
        return dataclasses.replace(planned, waypoints=tuple(ways))

    def _goes_on(self, leg: Leg, number: int) -> bool:
        """The next leg follows the same corridor: this one's end may be passed by on it."""
        after = self.shipment.legs[number + 1 : number + 2]
        return leg.corridor is not None and any(other.corridor == leg.corridor for other in after)

    def _middle(self, zone: str | None) -> tuple[float, float] | None:
        """(lat, lon) of the zone's middle."""
        if zone is None:
            return None
        known = self.zones.get(zone) or self.geography.atlas.zone(zone)
        middle = known.polygon.centroid
        return (middle.y, middle.x) if not middle.is_empty else None

    def _area(self, zone: str | None) -> Zone | None:
        return None if zone is None else self.zones.get(zone) or self.geography.atlas.zone(zone)

    def _zone(
        self, said: str | dict[str, Any] | None, where: str, name: str, kind: ZoneKind
    ) -> str | None:
        return None if said is None else self._named(said, where, name, kind)

    def _named(
        self, said: str | dict[str, Any], where: str, name: str, kind: ZoneKind = ZoneKind.OTHER
    ) -> str:
        """The id of the zone that is named or carried here."""
        if not isinstance(said, str):
            zones = self._carried(said, where, name, kind).zones
            if len(zones) != 1:
                raise UsageError(
                    "not one area", where=where, mend="carry one Polygon or MultiPolygon here"
                )
            return zones[0].id
        own = f"{self.shipment.id}/{said}"
        if own in self.zones:
            return own
        if said not in self.geography.places:
            raise UsageError(
                f"no zone {said!r}",
                where=where,
                mend="tracker zones list shows them; or carry it inline as GeoJSON",
            )
        return said

    def _corridor(self, leg: Leg, number: int) -> Corridor:
        """The leg's corridor; with a width of its own it is the shipment's own corridor."""
        where, name = f"$.legs[{number}].corridor", f"leg-{number + 1}"
        if isinstance(leg.corridor, str):
            corridor = self.corridors.get(f"{self.shipment.id}/{leg.corridor}")
            corridor = corridor or self.geography.atlas.corridors.get(leg.corridor)
            if corridor is None:
                raise UsageError(
                    f"no corridor {leg.corridor!r}",
                    where=where,
                    mend="tracker zones list shows them; or carry it inline as GeoJSON",
                )
        else:
            brought = self._carried(leg.corridor, where, f"{name}-corridor", ZoneKind.OTHER)
            if len(brought.corridors) != 1:
                raise UsageError(
                    "not one line", where=where, mend="carry one LineString or MultiLineString"
                )
            corridor = brought.corridors[0]
        stated = leg.corridor_half_width_m or corridor.half_width_m
        width = stated or self.policies.on(number).usual.corridor_half_width_m
        if width == (corridor.half_width_m or self.geography.policy.corridor_half_width_m):
            return corridor
        own = corridor.under(f"{self.shipment.id}/{name}-corridor-{width:g}m", width)
        self.corridors[own.id] = own
        return own

    def _carried(self, features: Any, where: str, name: str, kind: ZoneKind) -> GeofenceSet:
        """Inline GeoJSON, taken among the shipment's own."""
        prefix = f"{self.shipment.id}/"
        named = isinstance(features, dict) and (
            features.get("id") or (features.get("properties") or {}).get("id")
        )
        try:
            brought = from_features(
                features, where=where, default_kind=kind, prefix=prefix if named
                else f"{prefix}{name}."
            )  # fmt: skip
        except GeoFault as fault:
            raise UsageError(fault.what, where=fault.where, mend=fault.mend) from None
        self.zones.update((zone.id, zone) for zone in brought.zones)
        shared = self.geography.shared
        corridors = tuple(shared.drawn(corridor) for corridor in brought.corridors)
        self.corridors.update((corridor.id, corridor) for corridor in corridors)
        return GeofenceSet(brought.zones, corridors)


def _content(geofences: GeofenceSet) -> bytes:
    features = to_geojson(geofences.zones, geofences.corridors)["features"]
    lines = sorted(json.dumps(feature, sort_keys=True) for feature in features)
    return ('{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}").encode()
