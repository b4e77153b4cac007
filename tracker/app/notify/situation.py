"""Where things stand with an alert's shipment, for whoever is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import msgspec
import numpy as np
from msgspec import Struct

from geofences.atlas import Atlas
from geofences.errors import UnknownCorridor
from geofences.zone import Zone
from tracker import engine
from tracker.app.planning import Geography, Planned
from tracker.domain.alert import Alert
from tracker.domain.geo import metres_between
from tracker.domain.shipment import Shipment as Declared
from tracker.domain.state import Lane, ScopeState
from tracker.ports import Context, Place, Store, StoredShipment

PLANS = 256
"""So many plans are kept at hand."""
NEAR_M = 150_000
"""A place further away says nothing of where a truck is."""


class _Known(Struct, frozen=True):
    """A shipment as it is planned from this document. atlas: with its own places."""

    document: bytes
    planned: Planned
    atlas: Atlas


class Situations:
    """One object, one thread: it reads the journal."""

    def __init__(self, store: Store, geography: Geography) -> None:
        self.store, self.geography = store, geography
        self._known: dict[str, _Known] = {}

    def of(self, alert: Alert) -> Context:
        """The plan, the seal, and the places of the alert and of the truck, as far as known."""
        stored = None if alert.shipment is None else self.store.shipment(alert.shipment)
        known = None if stored is None else self._planned(stored)
        body = self.store.state(alert.scope)
        state = ScopeState(scope=alert.scope) if body is None else engine.decode(body)
        lane = _lane(state, alert.device)
        fix = lane.fix if lane is not None else None
        return Context(
            plan=known.planned.plan if known else None,
            seal=lane.seal.number if lane else None,
            sealed=lane.seal.state if lane else None,
            place=self._place(alert.lat, alert.lon, known, state.leg),
            now_at=self._place(fix.lat, fix.lon, known, state.leg) if fix else None,
            seen_at=lane.at if lane and fix else None,
        )

    def plates(self, alerts: Sequence[Alert]) -> dict[str, str]:
        """shipment -> the plates that it declares."""
        named = dict[str, str]()
        for shipment in dict.fromkeys(one.shipment for one in alerts if one.shipment is not None):
            stored = self.store.shipment(shipment)
            if stored is None:
                continue
            vehicle = msgspec.json.decode(stored.document, type=Declared).vehicle
            if vehicle is not None:
                named[shipment] = vehicle.plates
        return named

    def _planned(self, stored: StoredShipment) -> _Known:
        """Kept until its file changes."""
        known = self._known.get(stored.id)
        if known is None or known.document != stored.document:
            if len(self._known) >= PLANS:
                self._known.pop(next(iter(self._known)))
            planned = self.geography.plan(stored)
            own = planned.own
            atlas = self.geography.atlas.extended(own.zones, own.corridors)
            known = self._known[stored.id] = _Known(stored.document, planned, atlas)
        return known

    def _place(
        self, lat: float | None, lon: float | None, known: _Known | None, leg: int
    ) -> Place | None:
        if lat is None or lon is None:
            return None
        atlas = known.atlas if known else self.geography.atlas
        legs = known.planned.plan.legs if known else ()
        corridor = legs[min(leg, len(legs) - 1)].corridor if legs else None
        try:
            (found,) = atlas.locate(
                [lat], [lon], corridors=[corridor] if corridor else None, exact=True
            )
        except UnknownCorridor:
            corridor = None
            (found,) = atlas.locate([lat], [lon])
        near, near_m = self._nearest(lat, lon)
        km = found.progress_m / 1000 if found.progress_m is not None else None
        return Place(
            lat=lat,
            lon=lon,
            zone=atlas.zone(found.zones[0]).name if found.zones else None,
            near=near,
            near_m=near_m,
            corridor=atlas.corridor(corridor).name if corridor else None,
            km=km if found.on_corridor else None,
        )

    @cached_property
    def _middles(
        self,
    ) -> tuple[tuple[Zone, ...], np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
        zones = tuple(self.geography.atlas.zones.values())
        middles = [zone.polygon.representative_point() for zone in zones]
        return zones, np.array([(point.y, point.x) for point in middles]).reshape(-1, 2)

    def _nearest(self, lat: float, lon: float) -> tuple[str | None, int | None]:
        """The zone on file whose middle is nearest, and metres to that."""
        zones, middles = self._middles
        if not zones:
            return None, None
        east = np.cos(np.radians(lat))
        gaps = (middles[:, 0] - lat) ** 2 + ((middles[:, 1] - lon) * east) ** 2
        at = int(np.argmin(gaps))
        metres = metres_between(lat, lon, float(middles[at, 0]), float(middles[at, 1]))
        return (zones[at].name, round(metres)) if metres <= NEAR_M else (None, None)


def _lane(state: ScopeState, device: str | None) -> Lane | None:
    """Of the alert's device; of an alert without one, of the device that was heard last."""
    if device is not None and device in state.devices:
        return state.devices[device].live
    newest = max(state.devices.values(), key=lambda known: known.heard_at, default=None)
    return None if newest is None else newest.live
