"""Zones and corridors change while trucks are under way.

What is in force is a custody entry, and every version ever in force is kept in the journal, so that
an auditor can ask where a position was by the zones of that day. No truck enters or leaves a zone
because somebody drew it anew.
"""

from __future__ import annotations

from datetime import datetime

from tracker.app.planning import Geography
from tracker.app.shipments import ShipmentRegistry
from tracker.app.unit_of_work import UnitOfWork
from tracker.domain.command import RedrawZones, ZonesInForce
from tracker.domain.errors import UsageError
from tracker.domain.finding import SYSTEM_ACTOR
from tracker.domain.state import ZONES_SCOPE, ScopeState
from tracker.ports import StoredGeography


def put_in_force(unit: UnitOfWork, now: datetime) -> None:
    """Record the fleet's geography as in force, unless it is, and redraw every truck's zones."""
    geography = unit.registry.geography
    last = unit.state(ZONES_SCOPE).zones_version
    if last == geography.version:
        return
    unit.geographies.append(
        StoredGeography(version=geography.version, content=geography.content, since=now)
    )
    unit.judge(
        ZONES_SCOPE,
        ZonesInForce(
            at=now,
            by=SYSTEM_ACTOR,
            version=geography.version,
            previous=last,
            zones=len(geography.places),
            corridors=len(geography.atlas.corridors),
        ),
    )
    if last is not None:
        for state in unit.under_way():
            redraw(unit, state, geography, now)


def must_be_in_force(registry: ShipmentRegistry) -> None:
    """Raises UsageError if other zones are in force: the files have changed just now."""
    geography = registry.geography
    last = registry.state(ZONES_SCOPE).zones_version
    if last != geography.version:
        raise UsageError(
            f"the zones on file are {geography.version[:12]}, in force are {last and last[:12]}",
            mend="they were changed just now: whoever receives puts them in force, and starts anew",
        )


def redraw(unit: UnitOfWork, state: ScopeState, geography: Geography, now: datetime) -> None:
    """Set the zones of a scope's devices anew, from their last fixes."""
    seen = {
        device: known.live.fix
        for device, known in state.devices.items()
        if known.live.fix is not None
    }
    fixes = list(seen.values())
    planned = unit.registry.planned(state.scope)
    own = [planned.own.zones] * len(fixes) if planned and planned.own.zones else None
    placements = unit.registry.atlas.locate([f.lat for f in fixes], [f.lon for f in fixes], own=own)
    zones = {device: placement.zones for device, placement in zip(seen, placements, strict=True)}
    unit.judge(
        state.scope, RedrawZones(at=now, by=SYSTEM_ACTOR, version=geography.version, zones=zones)
    )
