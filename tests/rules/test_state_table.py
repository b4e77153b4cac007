"""Every cell of the seal's state table has a case beside the rules that shows it.

The table stands here as the design has it: transition, column, and what the cell lists. A case
names its cell in `row`: "transition, column", and ": item" where the cell lists several.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import tracker.rules

TABLE: dict[tuple[str, str], tuple[str, ...]] = {
    ("UNASSIGNED -> ARMED", "legitimate"): ("issued from inventory to a shipment",),
    ("UNASSIGNED -> ARMED", "suspicious"): ("no shipment",),
    ("UNASSIGNED -> ARMED", "violation"): ("the seal is already active", "or retired"),
    ("ARMED -> SEALED", "legitimate"): ("in the loading zone, standing, number = manifest",),
    ("ARMED -> SEALED", "suspicious"): ("outside the zone", "long after loading"),
    ("ARMED -> SEALED", "violation"): ("number differs",),
    ("SEALED -> OPEN_AUTHORISED", "legitimate"): (
        "Mexican customs",
        "CBP secondary",
        "US-yard unload",
        "a recorded military stop",
    ),
    ("SEALED -> OPEN_AUTHORISED", "suspicious"): (
        "no authorisation recorded within 15 min",
        "CBP primary",
        "the queue",
    ),
    ("SEALED -> OPEN_AUTHORISED", "violation"): ("off the route", "moving", "at an unplanned stop"),
    # Legitimate there: "never by default", which the violation shows.
    ("... at Texas DPS", "violation"): ("any opening",),
    ("SEALED -> OPEN_UNAUTHORISED", "violation"): (
        "rope pulled",
        "opened while sealed, without authorisation",
    ),
    ("SEALED -> TAMPERED", "suspicious"): ("back cover alone", "vibration at rest", "motor stuck"),
    ("SEALED -> TAMPERED", "legitimate"): ("vibration while driving",),
    ("SEALED -> TAMPERED", "violation"): (
        "cut",
        "shell opened",
        "cover and then movement",
        "vibration at rest with a second sign",
    ),
    ("OPEN_AUTHORISED -> SEALED", "legitimate"): ("same zone, new number, officer, reason",),
    ("OPEN_AUTHORISED -> SEALED", "suspicious"): ("more reseals than the limit",),
    ("OPEN_AUTHORISED -> SEALED", "violation"): (
        "leaves the zone unsealed",
        "an old number used again",
    ),
    ("OPEN_UNAUTHORISED or TAMPERED -> SEALED", "legitimate"): (
        "never by itself: incident, inspection, sign-off",
    ),
    ("OPEN_UNAUTHORISED or TAMPERED -> SEALED", "violation"): ("silent reseal",),
    ("any -> UNKNOWN", "legitimate"): ("a listed dead zone", "a parked sleep interval"),
    ("any -> UNKNOWN", "suspicious"): ("silence while moving",),
    ("any -> UNKNOWN", "violation"): (
        "silence with jamming",
        "it reappears off the route",
        "it reappears opened",
    ),
    ("UNKNOWN -> SEALED", "legitimate"): ("the backlog proves continuity",),
    ("UNKNOWN -> SEALED", "suspicious"): ("a gap in the serials",),
    ("UNKNOWN -> SEALED", "violation"): ("lock count changed",),
    ("SEALED -> RELEASED", "legitimate"): ("destination, verification, number matches",),
    ("SEALED -> RELEASED", "suspicious"): ("early", "another yard", "no verification"),
    ("SEALED -> RELEASED", "violation"): ("elsewhere", "the number differs"),
    ("unlock refused, wrong card", "suspicious"): ("one",),
    ("unlock refused, wrong card", "violation"): ("three in 10 min", "any off the route"),
}


def labels() -> dict[str, str]:
    """The label of each item, and its column."""
    return {
        f"{row}, {column}" + (f": {item}" if len(items) > 1 else ""): column
        for (row, column), items in TABLE.items()
        for item in items
    }


def cases() -> list[dict[str, Any]]:
    folder = Path(tracker.rules.__file__).parent
    paths = sorted(folder.glob("*.cases.toml"))
    found = [case for path in paths for case in tomllib.loads(path.read_text())["case"]]
    return [case for case in found if "row" in case]


@pytest.mark.parametrize("label", labels())
def test_every_cell_has_a_case(label: str) -> None:
    assert [case["name"] for case in cases() if case["row"] == label]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_a_case_is_as_grave_as_its_column(case: dict[str, Any]) -> None:
    assert case["row"] in labels(), "no such cell"
    lasting = [alert for alert in case["alerts"] if not alert.endswith(" ended")]
    gravest = {alert.split()[0] for alert in lasting}
    column = labels()[case["row"]]
    if column == "violation":
        assert "critical" in gravest
    elif column == "suspicious":
        assert "warning" in gravest
        assert "critical" not in gravest
    else:
        assert not gravest
