"""What is wrong with places together, each pair named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shapely import LineString, box

from geofences import library
from geofences.checks import lint
from geofences.checks.neighbours import SourcedPlace, problems, shipped
from geofences.corridor import Corridor
from geofences.io.export import geojson_text
from geofences.io.geojson import GeofenceSet
from geofences.kinds import ZoneKind
from geofences.zone import Zone

X, Y = -100.2, 25.7


def zone(own: str, kind: ZoneKind, east: float = 0.0, width: float = 0.01, **more: Any) -> Zone:
    shape = box(X + east, Y, X + east + width, Y + 0.01)
    return Zone(own, own, kind, shape, "MX", **more)


def road(**more: Any) -> Corridor:
    line = LineString([(X, Y), (X + 0.5, Y + 0.5), (X + 0.5, Y + 1.0)])
    return Corridor("road", "road", line, 1000.0, properties=more)


def found(*places: Zone | Corridor, known: tuple[Zone | Corridor, ...] | None = ()) -> list[str]:
    checked = [SourcedPlace("f", place.id, place) for place in places]
    beside = None if known is None else [SourcedPlace("", place.id, place) for place in known]
    return [
        f"{one.label}, {problem.place}: {problem.severity}: {problem.what}"
        for one, problem in problems(checked, beside)
    ]


def test_an_id_twice_in_one_file_in_two_and_in_the_library(tmp_path: Path) -> None:
    a, b = tmp_path / "a.geojson", tmp_path / "b.geojson"
    yards = GeofenceSet((zone("y", ZoneKind.YARD),))
    a.write_text(geojson_text(yards))
    b.write_text(geojson_text(yards))
    texts = [str(fault) for fault in lint.survey([a, b]).faults]
    assert texts == [
        f"{b}, feature 0 (y), id: 'y' is the id of feature 0 (y) of {a} too (give each its own)"
    ]
    own = library.load().zones[0].id
    (text,) = found(zone(own, ZoneKind.OTHER), known=(library.load().zones[0],))
    assert text == f"{own}, id: error: {own!r} is the id of {own!r} in the shipped library too"


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (ZoneKind.RESTRICTED, ZoneKind.PLANT),
        (ZoneKind.RESTRICTED, ZoneKind.BRIDGE),
        (ZoneKind.CBP_PRIMARY, ZoneKind.CBP_SECONDARY),
        (ZoneKind.STATE_INSPECTION, ZoneKind.CBP_SECONDARY),
        (ZoneKind.APPROACH_QUEUE, ZoneKind.CUSTOMS_COMPOUND),
        (ZoneKind.YARD, ZoneKind.CHECKPOINT_MILITARY),
    ],
)
def test_overlaps_that_leave_two_answers(here: ZoneKind, there: ZoneKind) -> None:
    for first, second in ((here, there), (there, here)):
        (text,) = found(zone("a", first), zone("b", second, east=0.005))
        assert text.startswith("a, geometry (-100.19")
        assert "warning: 50% overlap with b: " in text
        assert str(here) in text
        assert str(there) in text


@pytest.mark.parametrize(
    ("here", "there", "east"),
    [
        (ZoneKind.RESTRICTED, ZoneKind.PLANT, 0.009),  # a tenth: neighbours drawn by hand
        (ZoneKind.RESTRICTED, ZoneKind.PLANT, 0.02),
        (ZoneKind.RESTRICTED, ZoneKind.RESTRICTED, 0.0),
        (ZoneKind.YARD, ZoneKind.PLANT, 0.0),
        (ZoneKind.BRIDGE, ZoneKind.APPROACH_QUEUE, 0.0),
        (ZoneKind.HIGH_RISK, ZoneKind.RESTRICTED, 0.0),
        (ZoneKind.DEAD_ZONE, ZoneKind.YARD, 0.0),
        (ZoneKind.OTHER, ZoneKind.CBP_PRIMARY, 0.0),
    ],
)
def test_overlaps_that_leave_one(here: ZoneKind, there: ZoneKind, east: float) -> None:
    assert found(zone("a", here), zone("b", there, east=east)) == []


def test_two_crossings_in_one_place() -> None:
    one = zone("a", ZoneKind.BRIDGE, crossing="laredo-colombia")
    two = zone("b", ZoneKind.BRIDGE, crossing="laredo-world-trade")
    (text,) = found(one, known=(two,))
    assert (
        "100% overlap with 'b' in the shipped library: one is of crossing laredo-colombia" in text
    )


def test_the_smaller_area_counts() -> None:
    (text,) = found(zone("a", ZoneKind.RESTRICTED, width=0.5), zone("b", ZoneKind.YARD, east=0.2))
    assert "100% overlap" in text


def test_a_corridor_that_reaches_its_ends() -> None:
    start, end = zone("s", ZoneKind.PLANT), zone("e", ZoneKind.YARD, east=0.505)
    at_end = Zone("e", "e", ZoneKind.YARD, box(X + 0.505, Y + 0.99, X + 0.52, Y + 1.01))
    assert found(road(**{"from": "s", "to": "e"}), start, at_end) == []
    texts = found(road(**{"from": "s", "to": "e"}), start, end)
    assert len(texts) == 1
    assert "road, to (-99.7, 26.7): error: it ends 109.7 km from its zone 'e'" in texts[0]


def test_a_corridor_drawn_backwards() -> None:
    checked = [SourcedPlace("f", one.id, one) for one in (road(to="s"), zone("s", ZoneKind.PLANT))]
    ((_, problem),) = problems(checked, [])
    assert problem.mend == "its other end is nearer: turn it round"


def test_an_end_that_nobody_knows() -> None:
    (text,) = found(road(**{"from": "nowhere"}))
    assert text == ("road, from: warning: there is no zone 'nowhere' in these files or the library")
    assert found(road(**{"from": "nowhere"}), known=None) == []


def test_what_ships_is_unambiguous_together() -> None:
    placed = shipped()
    assert [problem.what for _, problem in problems(placed, ())] == []


def test_what_ships_is_not_held_against_itself(tmp_path: Path) -> None:
    folder = Path(library.__file__).parent
    files = [folder / name for name in library.names() if name != library.BORDER]
    assert lint.survey(files, known=shipped(without=files)).faults == []
    copy = tmp_path / files[0].name
    copy.write_bytes(files[0].read_bytes())
    features = len(json.loads(copy.read_bytes())["features"])
    assert len(lint.survey([copy], known=shipped(without=[copy])).faults) >= features


def test_a_pile_of_zones_is_not_compared_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geofences.checks.neighbours.MOST_PAIRS", 100)
    texts = found(*(zone(f"z{i}", ZoneKind.YARD) for i in range(20)))
    assert [text.partition(": ")[2] for text in texts] == [
        "warning: more than 100 pairs of zones overlap: the rest was not compared"
    ]
