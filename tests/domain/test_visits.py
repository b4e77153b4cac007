"""How long somebody must stay, and what of a visit survives storage."""

from __future__ import annotations

import msgspec
import pytest
from shapely import box

from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tracker.app.planning import place_of
from tracker.domain.plan import Place
from tracker.domain.policy import Policy
from tracker.domain.state import Lane
from tracker.domain.visits import least_stay_min


@pytest.mark.parametrize(
    ("kind", "minutes"),
    [
        (ZoneKind.PLANT, 1), (ZoneKind.YARD, 1), (ZoneKind.CONSIGNEE, 1), (ZoneKind.REST_STOP, 2),
        (ZoneKind.BRIDGE, 3), (ZoneKind.CUSTOMS_COMPOUND, 3), (ZoneKind.CHECKPOINT_MILITARY, 3),
        (ZoneKind.RESTRICTED, 4), (ZoneKind.HIGH_RISK, 4),
        (ZoneKind.WAYPOINT, 5), (ZoneKind.DEAD_ZONE, 5), (ZoneKind.OTHER, 5),
    ],
)  # fmt: skip
def test_each_kind_has_its_least_stay(kind: ZoneKind, minutes: float) -> None:
    policy = Policy(
        stay_yard_min=1,
        stay_rest_min=2,
        stay_border_min=3,
        stay_guarded_min=4,
        stay_other_min=5,
    )
    assert least_stay_min(Place("a", "A", kind), policy) == minutes


@pytest.mark.parametrize("own", [0.0, 20.0])
def test_a_zone_has_the_last_word(own: float) -> None:
    zone = Zone("a", "A", ZoneKind.YARD, box(0, 0, 1, 1), least_stay_min=own)
    assert least_stay_min(place_of(zone), Policy()) == own


def test_a_lane_from_before_halts_were_watched_is_still_one() -> None:
    old = b"""{
        "fix": {"lat": 25.0, "lon": -100.0, "time": "2026-03-02T12:00:00Z"},
        "zones": {"yard": "2026-03-02T11:00:00Z"},
        "arriving": {"gate": {"fix": {"lat": 25.0, "lon": -100.0, "time": "2026-03-02T12:00:00Z"}}},
        "halt": {"lat": 25.0, "lon": -100.0, "since": "2026-03-02T11:00:00Z"}
    }"""
    lane = msgspec.json.decode(old, type=Lane)
    assert not lane.standing
    assert lane.halt is not None
    assert lane.halt.fixes == 1
    assert lane.arriving["gate"].before is None
