"""A customer's own places beside the library, in the place of some of it, and some switched off."""

from __future__ import annotations

from typing import Any

import pytest
from shapely import box

from geofences import library
from geofences.errors import GeoFault
from geofences.io.geojson import GeofenceSet
from geofences.kinds import ZoneKind
from geofences.zone import Zone

BRIDGE, QUEUE = "laredo-world-trade.bridge", "laredo-world-trade.mx-queue"
SHIPPED = {place.id for place in library.load().places}


def own(zone_id: str, **properties: Any) -> list[tuple[str, GeofenceSet]]:
    zone = Zone(zone_id, zone_id, ZoneKind.BRIDGE, box(-99.6, 27.5, -99.5, 27.6),
                properties=properties)  # fmt: skip
    return [("mine.geojson", GeofenceSet((zone,)))]


def test_nothing_said_is_the_library_and_ones_own() -> None:
    assert {place.id for place in library.in_force([]).places} == SHIPPED
    assert {place.id for place in library.in_force(own("mine")).places} == SHIPPED | {"mine"}


@pytest.mark.parametrize("replaces", [BRIDGE, f" {BRIDGE} ", [BRIDGE]])
def test_a_place_of_ones_own_in_the_place_of_one_of_the_library(replaces: Any) -> None:
    found = library.in_force(own(BRIDGE, replaces=replaces))
    (bridge,) = (zone for zone in found.zones if zone.id == BRIDGE)
    assert bridge.polygon.equals(box(-99.6, 27.5, -99.5, 27.6))
    assert {place.id for place in found.places} == SHIPPED


def test_one_in_the_place_of_several() -> None:
    for both in (f"{BRIDGE},{QUEUE}", [BRIDGE, QUEUE]):
        found = {place.id for place in library.in_force(own("mine", replaces=both)).places}
        assert found == SHIPPED - {BRIDGE, QUEUE} | {"mine"}


def test_switched_off() -> None:
    assert {p.id for p in library.in_force([], [BRIDGE]).places} == SHIPPED - {BRIDGE}
    left = {place.id for place in library.in_force([], ["laredo-*", "*.mx-queue"]).places}
    assert left == {
        one for one in SHIPPED if not one.startswith("laredo-") and not one.endswith(".mx-queue")
    }
    assert {p.id for p in library.in_force([], ["*"]).places} == set()
    assert {p.id for p in library.in_force(own(BRIDGE), ["*.bridge"]).places} >= {BRIDGE}


@pytest.mark.parametrize(
    ("places", "without", "words"),
    [
        (own(BRIDGE), [], r'mine.geojson, .*bridge, id: .*say "replaces": "laredo-world-trade'),
        (own("mine", replaces="laredo.x"), [], "mine.geojson, mine, replaces: the library has no"),
        ([], ["laredo.x"], r"\[zones\] without: the library has no 'laredo.x'"),
    ],
)
def test_names_that_are_none(
    places: list[tuple[str, GeofenceSet]], without: list[str], words: str
) -> None:
    with pytest.raises(GeoFault, match=words):
        library.in_force(places, without)
