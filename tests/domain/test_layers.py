"""Which layer decides a threshold, for a shipment on a lane at an hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import msgspec
import pytest

from tracker.domain.hours import Hours
from tracker.domain.layers import SHIPPED, Layers, always, source
from tracker.domain.policy import Policy
from tracker.domain.shipment import Profile, Shipment

BASE = Policy(stop_warning_min=11)
NIGHT = Hours("night", time(22), time(5), "America/Monterrey", {"stop_warning_min": 15})
LAYERS = Layers(
    profiles={Profile.TRUSTED: {"stop_warning_min": 12}},
    lanes={"north": {"stop_warning_min": 13}},
    crossings={"bridge": {"stop_warning_min": 14}},
    hours=(NIGHT,),
)
NOON, MIDNIGHT = datetime(2026, 3, 2, 18, tzinfo=UTC), datetime(2026, 3, 3, 6, tzinfo=UTC)


def shipment(**said: Any) -> Shipment:
    return msgspec.convert({"id": "S1", "devices": [{"id": "L1"}], **said}, Shipment)


TRUSTED: dict[str, Any] = {"profile": "trusted"}
NORTH: dict[str, Any] = {**TRUSTED, "legs": [{"corridor": "north"}, {"corridor": "south"}]}
BRIDGE: dict[str, Any] = {**NORTH, "crossing": "bridge"}
OWN: dict[str, Any] = {**BRIDGE, "policy": {"stop_warning_min": 16}}


@pytest.mark.parametrize(
    ("said", "leg", "at", "value", "origin"),
    [
        ({}, 0, NOON, 11, "[policy]"),
        (TRUSTED, 0, NOON, 12, "profile trusted"),
        (NORTH, 0, NOON, 13, "lane north"),
        (NORTH, 1, NOON, 12, "profile trusted"),
        (NORTH, 2, NOON, 12, "profile trusted"),
        (BRIDGE, 0, NOON, 14, "crossing bridge"),
        (BRIDGE, 0, MIDNIGHT, 15, "hours night"),
        ({}, 0, MIDNIGHT, 15, "hours night"),
        (OWN, 0, MIDNIGHT, 16, "the shipment's file"),
    ],
)
def test_the_last_layer_that_names_it_decides(
    said: dict[str, Any], leg: int, at: datetime, value: float, origin: str
) -> None:
    policies = LAYERS.of(BASE, shipment(**said))
    assert policies.at(at, leg).stop_warning_min == value
    assert policies.on(leg).origins(at)["stop_warning_min"] == origin
    assert policies.on(leg).origins(at)["jump_m"] == "default"


@pytest.mark.parametrize("field", ["lanes", "crossings", "profiles"])
def test_hours_are_only_of_those_they_name(field: str) -> None:
    mine = {"lanes": "north", "crossings": "bridge", "profiles": "trusted"}[field]
    for named, value in ((mine, 15), ("another", 14)):
        only: Any = {field: (named,)}
        layers = replace(LAYERS, hours=(replace(NIGHT, **only),))
        assert layers.of(BASE, shipment(**BRIDGE)).at(MIDNIGHT, 0).stop_warning_min == value


def test_of_two_hours_that_hold_the_later_named_decides() -> None:
    late = Hours("late", time(23), time(1), "America/Monterrey", {"stop_warning_min": 17})
    lane = replace(LAYERS, hours=(NIGHT, late)).of(BASE, shipment()).on(0)
    assert lane.at(MIDNIGHT).stop_warning_min == 17
    assert lane.changes_after(MIDNIGHT) == datetime(2026, 3, 3, 7, tzinfo=UTC)


def test_where_nothing_differs_there_is_but_one_policy() -> None:
    """So that a reading costs no look at the clock."""
    assert Layers().of(BASE, shipment()).only is BASE
    assert LAYERS.of(BASE, shipment()).only is None
    assert replace(LAYERS, hours=()).of(BASE, shipment(**NORTH)).only is None, "legs differ"
    assert always(BASE).at(NOON, 7) is BASE


def test_what_was_worked_out_is_kept() -> None:
    """A backlog of another hour among the present's readings: each policy is made once."""
    lane = LAYERS.of(BASE, shipment(**BRIDGE)).on(0)
    noon, night = lane.at(NOON), lane.at(MIDNIGHT)
    assert noon != night
    assert lane.at(NOON) is noon
    assert lane.at(MIDNIGHT) is night
    assert lane.at(NOON.replace(day=9)) is noon


def test_until_when_it_holds() -> None:
    lane = LAYERS.of(BASE, shipment()).on(0)
    assert lane.changes_after(NOON) == datetime(2026, 3, 3, 4, tzinfo=UTC)
    assert lane.changes_after(MIDNIGHT) == datetime(2026, 3, 3, 11, tzinfo=UTC)
    assert Layers().of(BASE, shipment()).on(0).changes_after(NOON) is None


def test_the_profiles_that_ship_name_thresholds_and_say_why() -> None:
    for profile, changes in SHIPPED.items():
        Policy().overridden({name: value for name, (value, _) in changes.items()})
        for name, (value, why) in changes.items():
            assert value != getattr(Policy(), name)
            assert why.startswith("ours: ")
            assert source(f"profile {profile}", name, value) == why
    assert source("lane north", "stop_warning_min", 13) == "the configuration"


def test_the_profiles_that_ship_are_in_order() -> None:
    """Who is trusted is never watched more closely than the rest, a high risk never less."""
    usual = Policy()
    for name, (value, _) in SHIPPED[Profile.TRUSTED].items():
        assert value > getattr(usual, name)
    for name, (value, _) in SHIPPED[Profile.HIGH_RISK].items():
        assert value < getattr(usual, name)
