"""From a shipment file to a plan: what it may say, and what each mistake is told."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from geofences import library
from geofences.formats import GeofenceSet
from geofences.kinds import ZoneKind
from tests.app.commands.conftest import T0
from tracker.app.planning import Geography, Planned
from tracker.domain.declaration import parse
from tracker.domain.errors import UsageError
from tracker.domain.policy import Policy
from tracker.ports import StoredShipment

SQUARE = {"type": "Polygon", "coordinates": [[[-100, 25], [-99, 25], [-99, 26], [-100, 25]]]}
LINE = {"type": "LineString", "coordinates": [[-100, 25], [-100, 26]]}


def plan(geography: Geography, said: dict[str, Any]) -> Planned:
    shipment = parse(json.dumps({"id": "S1", "devices": [{"id": "L1"}], **said}).encode())
    stored = StoredShipment(id="S1", document=msgspec.json.encode(shipment), opened_at=T0)
    return geography.plan(stored)


def test_zones_and_corridor_by_id(geography: Geography) -> None:
    leg = {
        "from": "monterrey.plant",
        "to": "laredo.yard",
        "corridor": "monterrey-laredo.world-trade",
    }
    planned = plan(geography, {"legs": [leg], "crossing": "laredo-world-trade"})
    assert planned.plan.legs[0].corridor == "monterrey-laredo.world-trade"
    assert planned.plan.loading == "monterrey.plant"
    assert planned.plan.destination == "laredo.yard"
    assert planned.plan.expects("laredo-world-trade.bridge")
    assert not planned.plan.expects("laredo-colombia.bridge")
    assert not planned.own.zones


def test_a_width_of_its_own_makes_the_corridor_its_own(geography: Geography) -> None:
    leg = {"corridor": "monterrey-laredo.world-trade", "corridor_half_width_m": 200}
    planned = plan(geography, {"legs": [leg]})
    assert [corridor.half_width_m for corridor in planned.own.corridors] == [200]
    assert planned.plan.legs[0].corridor == planned.own.corridors[0].id
    assert planned.plan.legs[0].half_width_m == 200


def test_inline_geojson_belongs_to_the_shipment(geography: Geography) -> None:
    forbidden = {
        "type": "Feature",
        "id": "no-go",
        "properties": {"kind": "restricted", "name": "No go"},
        "geometry": SQUARE,
    }
    stop = {"zone": "no-go", "minutes": 5}
    planned = plan(
        geography,
        {
            "zones": [forbidden],
            "legs": [{"from": SQUARE, "to": SQUARE, "corridor": LINE}],
            "planned_stops": [stop],
        },
    )
    kinds = {place.id: place.kind for place in planned.plan.own.values()}
    assert kinds == {
        "S1/no-go": ZoneKind.RESTRICTED,
        "S1/leg-1-from": ZoneKind.PLANT,
        "S1/leg-1-to": ZoneKind.CONSIGNEE,
    }
    assert planned.plan.stops == {"S1/no-go": 5}
    assert planned.plan.legs[0].corridor == "S1/leg-1-corridor"


def test_the_shipments_policy(geography: Geography) -> None:
    assert plan(geography, {"policy": {"stop_warning_min": 45}}).policy.stop_warning_min == 45


@pytest.mark.parametrize(
    ("said", "where", "what"),
    [
        ({"legs": [{"from": "nowhere"}]}, "$.legs[0].from", "no zone 'nowhere'"),
        ({"legs": [{"corridor": "nowhere"}]}, "$.legs[0].corridor", "no corridor 'nowhere'"),
        ({"legs": [{"corridor": SQUARE}]}, "$.legs[0].corridor", "not one line"),
        ({"legs": [{"to": LINE}]}, "$.legs[0].to", "not one area"),
        ({"crossing": "tijuana"}, "$.crossing", "no crossing 'tijuana'"),
        ({"policy": {"stop_warning": 45}}, "$.policy", "unknown field"),
        ({"policy": {"stop_warning_min": -1}}, "$.policy", ">= 0"),
        ({"seals": [{"number": "A1", "device": "X"}]}, "$.seals[0].device", "no device 'X'"),
        ({"devices": [{"id": "L1"}, {"id": "L1"}]}, "$.devices", "named twice"),
        ({"legs": [{"custodian": "who"}]}, "$.legs[0].custodian", "no custodian 'who'"),
        ({"zones": [{"type": "Feature"}]}, "$.zones[0]", "geometry"),
        ({"seals": [{"number": "000"}]}, "$.seals[0].number", "regex"),
        ({"seal": []}, "$", "unknown field `seal`"),
        ({"legs": [{"latest": "2026-03-02T12:00:00"}]}, "$.legs[0].latest", "timezone"),
        (
            {"legs": [{"earliest": "2026-03-02T12:00:00Z", "latest": "2026-03-01T12:00:00Z"}]},
            "$.legs[0].latest",
            "before earliest",
        ),
    ],
)
def test_a_mistake_names_its_place(
    geography: Geography, said: dict[str, Any], where: str, what: str
) -> None:
    with pytest.raises(UsageError) as caught:
        plan(geography, said)
    assert caught.value.where.startswith(where)
    assert what in caught.value.what
    assert caught.value.mend
    assert caught.value.exit_code == 2


def test_the_version_is_the_content(geography: Geography) -> None:
    geofences = library.load()
    turned = GeofenceSet(tuple(reversed(geofences.zones)), tuple(reversed(geofences.corridors)))
    assert Geography(turned, Policy()).version == geography.version
    fewer = GeofenceSet(geofences.zones[1:], geofences.corridors)
    assert Geography(fewer, Policy()).version != geography.version
