"""What shipments on the same way have in common is worked out once, and shared by their plans.

A fleet drives few routes. Where along one the dead zones and the border lie takes most of what
planning takes, and most of what a plan is; a shipment adds its times, its custodians and its seals.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakValueDictionary

from geofences.corridor import Corridor
from tracker.app.stretches import Along
from tracker.domain.layers import Layers, ShipmentPolicies
from tracker.domain.plan import PlannedLeg
from tracker.domain.policy import Policy
from tracker.domain.shipment import Leg, Shipment
from tracker.domain.stretch import Border

_Kept = TypeVar("_Kept")
MOST = 4096
"""So many routes are kept; if there are more, they are worked out anew."""


@dataclass(frozen=True, slots=True)
class Route:
    """legs: without what is a shipment's own. The rest as in a `Plan`."""

    legs: tuple[PlannedLeg, ...]
    border: Border | None
    origin: tuple[float, float] | None
    ends: tuple[tuple[float, float] | None, ...]

    def of(self, legs: tuple[Leg, ...]) -> tuple[PlannedLeg, ...]:
        """As a shipment with these drives them."""
        if not any(leg.custodian or leg.earliest or leg.latest for leg in legs):
            return self.legs
        return tuple(
            dataclasses.replace(
                planned, custodian=leg.custodian, earliest=leg.earliest, latest=leg.latest
            )
            for planned, leg in zip(self.legs, legs, strict=True)
        )


class Shared:
    """Of one geography with one policy."""

    def __init__(self, policy: Policy, layers: Layers) -> None:
        self._policy, self._layers = policy, layers
        self._routes = dict[Hashable, Route]()
        self._drawn = WeakValueDictionary[bytes, Corridor]()
        self._policies = dict[Hashable, ShipmentPolicies]()

    def policies(self, shipment: Shipment) -> ShipmentPolicies:
        """Raises msgspec.ValidationError for a threshold of the shipment's own that is none."""
        lanes = tuple(
            leg.corridor if isinstance(leg.corridor, str) else "" for leg in shipment.legs
        )
        own = tuple(sorted(shipment.policy.items()))
        key = (shipment.profile, shipment.crossing, lanes, own)
        found = self._policies.get(key)
        if found is None:
            found = self._layers.of(self._policy, shipment)
            _keep(self._policies, key, found)
        return found

    def drawn(self, corridor: Corridor) -> Corridor:
        """The same; if a shipment under way has brought this very line, what it takes to hold
        trucks against it is shared.
        """
        key = corridor.line.wkb
        there = self._drawn.get(key)
        if there is not None:
            corridor = corridor.along(there)
        self._drawn[key] = corridor
        return corridor

    def route(self, key: Hashable) -> Route | None:
        return None if key is None else self._routes.get(key)

    def keep(self, key: Hashable, route: Route) -> None:
        """Of a shipment whose plan has no zone and no corridor of its own."""
        if key is not None:
            bare = (
                dataclasses.replace(leg, custodian=None, earliest=None, latest=None)
                for leg in route.legs
            )
            _keep(self._routes, key, dataclasses.replace(route, legs=tuple(bare)))


def route_key(shipment: Shipment, policies: ShipmentPolicies, along: Along) -> Hashable:
    """All that a route depends on; None if some of it is drawn in the shipment's own file."""
    legs = list[Hashable]()
    for number, leg in enumerate(shipment.legs):
        places = (leg.from_zone, leg.to_zone, leg.corridor, *leg.waypoints)
        if not all(place is None or isinstance(place, str) for place in places):
            return None
        width = policies.on(number).usual.corridor_half_width_m
        legs.append((*places, leg.corridor_half_width_m, width))
    return (along, *legs)


def _keep(kept: dict[Hashable, _Kept], key: Hashable, value: _Kept) -> None:
    if len(kept) >= MOST:
        kept.clear()
    kept[key] = value
