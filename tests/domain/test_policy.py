"""The thresholds: each explained, each with a range, all to be overridden."""

from __future__ import annotations

import math
from typing import Annotated, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import Meta

from tracker.domain.policy import Policy, minutes
from tracker.domain.threshold import MOST

HINTS = get_type_hints(Policy, include_extras=True)
NAMES = sorted(Policy.__struct_fields__)


def meta(name: str) -> Meta:
    assert get_origin(HINTS[name]) is Annotated
    (found,) = (part for part in get_args(HINTS[name]) if isinstance(part, Meta))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_threshold_says_what_it_is(name: str) -> None:
    extra = meta(name).extra or {}
    assert set(extra) == {"text", "unit", "source"}
    assert extra["text"]
    assert extra["source"]
    assert extra["unit"] or name in ("hdop_useless", "hdop_poor", "contrary_share"), (
        "only a ratio has no unit"
    )
    assert extra["text"] in (meta(name).description or "")


@pytest.mark.parametrize("name", NAMES)
def test_every_unit_stands_in_the_name(name: str) -> None:
    unit = (meta(name).extra or {})["unit"]
    endings = {"min": "_min", "m": "_m", "km/h": "_kmh", "dBm": "_dbm"}
    if unit in endings:
        assert name.endswith(endings[unit])


@pytest.mark.parametrize("name", NAMES)
def test_every_default_is_in_its_own_range_and_can_be_overridden(name: str) -> None:
    default = getattr(Policy(), name)
    assert Policy().overridden({name: default}) == Policy()
    other = default - 1 if name == "jamming_cell_dbm" else default + 1
    changed = Policy().overridden({name: other})
    assert getattr(changed, name) == other
    assert Policy().overridden({}) == Policy(), "the policy itself stays"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [math.inf, math.nan, MOST * 10.0])
def test_no_threshold_leaves_the_calendar(name: str, value: float) -> None:
    with pytest.raises(msgspec.ValidationError, match=name):
        Policy().overridden({name: value})


def test_a_count_from_a_shipments_file_is_a_float_and_fits() -> None:
    assert Policy().overridden({"confirm_fixes": 3.0}).confirm_fixes == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("silence_moving_min", -1.0),
        ("confirm_fixes", 0),
        ("confirm_fixes", 1.5),
        ("refused_critical", 0),
        ("jamming_cell_dbm", 1.0),
        ("speed_limit", 80.0),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(msgspec.ValidationError, match=name):
        Policy().overridden({name: value})


def test_minutes() -> None:
    assert minutes(1.5).total_seconds() == 90
