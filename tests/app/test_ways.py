"""Which way a leg runs along its corridor, and where its waypoints lie on it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from geofences import library
from tracker.app.planning import Geography
from tracker.domain.errors import UsageError
from tracker.domain.plan import PlannedLeg
from tracker.domain.policy import Policy
from tracker.ports import StoredShipment

GEOGRAPHY = Geography(library.load(), Policy())
ROAD, PLANT, YARD = "monterrey-laredo.world-trade", "monterrey.plant", "laredo.yard"
REST, QUEUE = "sabinas-hidalgo.rest", "laredo-world-trade.mx-queue"


def leg(after: Any = (), **said: Any) -> PlannedLeg:
    legs = [{"corridor": ROAD, **said}, *after]
    document = {"id": "S1", "devices": [{"id": "L1"}], "legs": legs}
    stored = StoredShipment(
        id="S1",
        document=json.dumps(document).encode(),
        opened_at=datetime(2026, 3, 2, tzinfo=UTC),
        devices=("L1",),
        numbers=(),
    )
    return GEOGRAPHY.plan(stored).plan.legs[0]


@pytest.mark.parametrize(
    ("zones", "heading"),
    [
        ({"from": PLANT, "to": YARD}, 1),
        ({"from": YARD, "to": PLANT}, -1),
        ({"from": YARD}, -1),
        ({}, 0),
        ({"from": PLANT, "to": YARD, "corridor": None}, 0),
    ],
)
def test_a_leg_knows_which_way_it_runs(zones: dict[str, Any], heading: int) -> None:
    assert leg(**zones).heading == heading


def test_waypoints_lie_in_the_order_of_travel() -> None:
    north = leg(**{"from": PLANT, "to": YARD}, waypoints=[REST, QUEUE]).waypoints
    south = leg(**{"from": YARD, "to": PLANT}, waypoints=[QUEUE, REST]).waypoints
    for first, second in (north, south):
        assert first.ends_m is not None
        assert second.ends_m is not None
        assert first.ends_m < second.ends_m
    assert [waypoint.zone for waypoint in north] == [REST, QUEUE]


def test_without_a_direction_a_waypoint_lies_nowhere_along_it() -> None:
    (waypoint,) = leg(waypoints=[REST]).waypoints
    assert waypoint.ends_m is None


def test_a_waypoint_that_is_no_zone_is_named_with_its_place() -> None:
    with pytest.raises(UsageError) as caught:
        leg(waypoints=[REST, "nowhere"])
    assert caught.value.where == "$.legs[0].waypoints[1]"


def test_the_end_of_a_leg_is_a_waypoint_where_the_next_follows_the_same_road() -> None:
    more = {"corridor": ROAD, "from": REST, "to": YARD}
    assert [one.zone for one in leg(**{"from": PLANT, "to": REST}, after=[more]).waypoints] == [
        REST
    ]
    other = {**more, "corridor": None}
    assert leg(**{"from": PLANT, "to": REST}, after=[other]).waypoints == ()
