"""The map of text: to scale, north up, and none of a single place."""

from __future__ import annotations

import pytest

from tracker.map.sketch import Spot, sketch


def test_corners_lie_in_their_corners() -> None:
    spots = [Spot(25.8, -100.3, "a"), Spot(25.8, -100.0, "b"), Spot(25.9, -100.3, "c")]
    drawn = sketch(spots)
    assert drawn is not None
    assert drawn.lines[0].startswith("c")
    assert drawn.lines[-1].startswith("a")
    assert drawn.lines[-1].endswith("b")
    assert drawn.width_m == pytest.approx(30_000, rel=0.05)
    assert drawn.height_m == pytest.approx(11_100, rel=0.15)


@pytest.mark.parametrize(
    ("lat", "lon"), [(0.5, 0.0), (0.0, 0.5), (0.003, 0.001), (0.0001, 3.0), (-40.0, 100.0)]
)
def test_it_fits_whatever_its_shape(lat: float, lon: float) -> None:
    drawn = sketch([Spot(25.0, -100.0, "a"), Spot(25.0 + lat, -100.0 + lon, "b")])
    assert drawn is not None
    assert 1 <= len(drawn.lines) <= 15
    assert {len(line) for line in drawn.lines} <= set(range(1, 61))
    assert len({len(line) for line in drawn.lines}) == 1
    assert {"a", "b"} <= set("".join(drawn.lines))


def test_of_two_at_one_place_the_later_is_seen() -> None:
    spots = [Spot(25, -100, "1"), Spot(25, -100, "#"), Spot(25.1, -100, "2")]
    drawn = sketch(spots)
    assert drawn is not None
    assert set("".join(drawn.lines)) == {" ", "#", "2"} or set("".join(drawn.lines)) == {"#", "2"}


def test_there_is_none_of_one_place() -> None:
    assert sketch([]) is None
    assert sketch([Spot(25, -100, "1")]) is None
    assert sketch([Spot(25, -100, "1"), Spot(25.001, -100, "2")]) is None
