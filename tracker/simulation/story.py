"""What the demonstration tells: trucks, what befalls them, what people declare, what must be seen.

An honest truck, whose whole custody record is shown; a seal cut, a diversion, a jammer, a cut in a
coverage gap, and a wrong crossing. Everything follows from the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import numpy as np
import shapely

from geofences.zone import Zone
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.command import AcknowledgeAlert, AnyCommand, CloseAlert
from tracker.simulation.journeys import Journey, Road

START = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
"""06:00 in Monterrey."""
WORLD_TRADE, COLOMBIA = "monterrey-laredo.world-trade", "monterrey-laredo.colombia"
CROSSING, OTHER_CROSSING = "laredo-world-trade", "laredo-colombia"
PLANT, REST, YARD = "monterrey.plant", "sabinas-hidalgo.rest", "nuevo-laredo.yard"
DESTINATION = "laredo.yard"
CARD = "RF-2240"
"""The customs officer's card: the only one that may open these seals."""
HIGHWAY_KMH, TOWN_KMH, YARD_KMH, QUEUE_KMH = 85.0, 40.0, 15.0, 9.0
TOWN_M = 5_000.0
SAMPLE_M = 25.0

Due = tuple[AlertKind, Severity, bool]
"""An alert that must come: its kind, its gravest severity, and whether from a backlog (late)."""
Places = Mapping[str, tuple[float, float]]
"""Zone -> where a road enters and leaves it, metres along the road."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """Somebody declares something; the command is made with the moment of its submission."""

    at: datetime
    shipment: str
    command: Callable[[datetime], AnyCommand]


@dataclass(frozen=True, slots=True)
class AlertAnswer:
    """The control room's answer to a shipment's open alerts of one kind, given the alert's id."""

    at: datetime
    shipment: str
    kind: AlertKind
    command: Callable[[datetime, str], AcknowledgeAlert | CloseAlert]


@dataclass(frozen=True, slots=True)
class DemoTruck:
    """`document` is the shipment's file; `due` are its alerts, exactly these."""

    shipment: str
    title: str
    document: bytes
    journey: Journey
    due: frozenset[Due] = frozenset()
    declarations: tuple[Declaration | AlertAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoStory:
    """The first truck is the honest one. Nothing happens after `until`."""

    trucks: tuple[DemoTruck, ...]
    until: datetime

    @property
    def honest(self) -> str:
        return self.trucks[0].shipment


def spans(road: Road, zones: Iterable[Zone]) -> Places:
    """Where a road enters and leaves each zone that it passes, to 25 m."""
    progress = np.arange(0.0, road.length_m, SAMPLE_M)
    places = np.array([road.at(float(metres))[:2] for metres in progress])
    inside = {
        zone.id: shapely.contains_xy(zone.polygon, places[:, 1], places[:, 0]) for zone in zones
    }
    return {
        zone: (float(progress[mask][0]), float(progress[mask][-1]))
        for zone, mask in inside.items()
        if mask.any()
    }


def middle(places: Places, zone: str) -> float:
    return sum(places[zone]) / 2


def document(shipment: str, device: str, seal: str) -> bytes:
    """The shipment's file: two legs over the World Trade Bridge, a planned rest, custodians."""
    legs = [
        {"from": PLANT, "to": YARD, "corridor": WORLD_TRADE, "custodian": "transportes-norte"},
        {"from": YARD, "to": DESTINATION, "corridor": WORLD_TRADE, "custodian": "cruces-rio"},
    ]
    return msgspec.json.encode(
        {
            "id": shipment,
            "devices": [{"id": device, "role": "lock"}],
            "vehicle": {"plates": f"19-AK-{shipment[-3:]}", "scac": "TRNO"},
            "documents": [{"kind": "pedimento", "number": f"25 24 3412 5000{shipment[-3:]}"}],
            "custodians": [
                {"id": "transportes-norte", "name": "Transportes del Norte", "role": "carrier"},
                {"id": "cruces-rio", "name": "Cruces Río Bravo", "role": "transfer"},
                {"id": "gulf-freight", "name": "Gulf Freight", "role": "consignee"},
            ],
            "seals": [{"number": seal, "device": device}],
            "legs": legs,
            "crossing": CROSSING,
            "planned_stops": [{"zone": REST, "minutes": 45, "reason": "meal and rest"}],
            "credentials": [CARD],
        }
    )
