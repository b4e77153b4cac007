"""What shipments bring of their own: asked as if it were on file, and free to come and go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from geofences.atlas import Atlas
from geofences.corridor import Corridor
from geofences.errors import GeoFault, UnknownCorridor
from geofences.fleet import FleetAtlas, warmed
from geofences.geometry import centreline
from geofences.geometry.lines import Lines
from geofences.index.revisits import revisits
from geofences.zone import Zone
from tests.geofences.shapes import POSITION, zones

WIDTH_M = 500.0
FIXES = st.lists(
    st.tuples(POSITION, st.none() | POSITION, st.sampled_from([None, 0.0, 60.0, 40_000.0])),
    max_size=25,
)


def road(name: str, north: float, width_m: float | None = WIDTH_M) -> Corridor:
    return Corridor(name, "", LineString([(-100, north), (-99.9, north), (-99.8, north)]), width_m)


@settings(max_examples=80)
@given(zones(), st.integers(0, 12), FIXES)
def test_own_zones_are_asked_as_those_on_file(
    areas: list[Zone], first: int, fixes: list[tuple[Any, Any, Any]]
) -> None:
    lats, lons = [at[0] for at, _, _ in fixes], [at[1] for at, _, _ in fixes]
    more: dict[str, Any] = {
        "accuracies": [claimed for _, _, claimed in fixes],
        "previous": [before for _, before, _ in fixes],
    }
    own = warmed(areas[first:])
    whole = Atlas(areas).locate(lats, lons, **more)
    assert Atlas(areas[:first]).locate(lats, lons, own=[own] * len(fixes), **more) == whole
    bare = Atlas(areas[:first]).locate(lats, lons, **more)
    mixed: list[Sequence[Zone]] = [own if nth % 2 else () for nth in range(len(fixes))]
    placed = Atlas(areas[:first]).locate(lats, lons, own=mixed, **more)
    assert placed == [(whole if nth % 2 else bare)[nth] for nth in range(len(fixes))]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6)), max_size=80))
def test_corridors_that_came_and_went_are_measured_as_those_that_were_always_there(
    steps: list[tuple[int, int]],
) -> None:
    """The same id comes or goes at each step; several ids share a line."""
    lines = [road(f"line-{nth}", 25 + nth / 10) for nth in range(7)]
    fleet, there = FleetAtlas(Atlas([], lines[:2])), dict[str, Corridor]()
    for number, line in steps:
        name = f"own-{number}"
        if name in there:
            del there[name]
            fleet.remove([name])
        else:
            there[name] = lines[line].under(name, 100.0 * (line + 1))
            fleet.add([there[name]])
    asked = [*there, "line-0", "line-1"]
    plain = Atlas([], [*lines[:2], *there.values()])
    lats, lons = [25.003] * len(asked), [-99.93] * len(asked)
    for exact in (False, True):
        expected = plain.locate(lats, lons, corridors=asked, exact=exact)
        assert fleet.locate(lats, lons, corridors=asked, exact=exact) == expected
    assert all(fleet.corridor(name) is corridor for name, corridor in there.items())


def test_adding_a_corridor_does_not_pack_the_others_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = 0

    def counted(many: Sequence[Any]) -> Lines:
        nonlocal packed
        packed += len(many)
        return real(many)

    real = centreline.lines
    fleet = FleetAtlas(Atlas([], [road(f"file-{nth}", 20 + nth / 100) for nth in range(50)]))
    monkeypatch.setattr("geofences.index.line_store.lines", counted)
    count = 256
    for nth in range(count):
        fleet.add([road(f"own-{nth}", 25 + nth / 1000, None)])
    assert packed <= count * (np.log2(count) + 1), "a line is packed again when the number doubles"
    packed = 0
    fleet.add([fleet.corridor("own-7").under(f"copy-{nth}", 90.0) for nth in range(1000)])
    assert packed == 0, "a line that is there already is shared"


def test_lines_that_are_gone_take_no_room() -> None:
    fleet = FleetAtlas(Atlas())
    store = fleet._corridor_index._lines
    for turn in range(300):
        fleet.add([road(f"own-{turn}", 25 + turn / 1000)])
        if turn >= 10:
            fleet.remove([f"own-{turn - 10}"])
    assert sum(len(part.numbers) for part in store._parts) <= 2 * 10 + 1
    assert len(store._held) <= 12
    assert len(fleet._corridor_index._width_m) <= 32


def test_an_id_twice_is_refused_and_the_library_stays_as_it_was() -> None:
    library = Atlas([], [road("a", 25)])
    fleet = FleetAtlas(library)
    fleet.add([road("b", 26)])
    with pytest.raises(GeoFault, match="occurs twice"):
        fleet.add([road("b", 27)])
    assert list(library.corridors) == ["a"]
    with pytest.raises(UnknownCorridor):
        library.locate([25.0], [-99.9], corridors=["b"])


def test_a_corridor_under_another_id_shares_what_was_worked_out() -> None:
    drawn = road("a", 25)
    own = drawn.under("S1/leg-1-corridor-200m", 200.0)
    assert own.centreline is drawn.centreline
    assert own.inner_buffer(WIDTH_M) is drawn.inner_buffer(WIDTH_M)
    assert own.inner_buffer(200.0).area < drawn.inner_buffer(WIDTH_M).area
    assert (drawn.id, drawn.half_width_m) == ("a", WIDTH_M)
    assert not revisits(own, WIDTH_M)
    assert drawn.meets_itself == {200.0: False}
    with pytest.raises(ValueError, match="half_width_m"):
        drawn.under("b", 0.0)
