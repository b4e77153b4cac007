"""The ground of the live map: a file that ships with it, small, with its source named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from shapely import Point, Polygon

from tracker.web.app import STATIC

FILE = STATIC / "map" / "ground.json"


@pytest.fixture(scope="module")
def ground() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def points(steps: list[int], scale: int) -> list[tuple[float, float]]:
    """As ground.js reads them."""
    lon = lat = 0
    made = []
    for x, y in zip(steps[::2], steps[1::2], strict=True):
        lon, lat = lon + x, lat + y
        made.append((lon / scale, lat / scale))
    return made


def test_it_names_its_source_and_is_small(ground: dict[str, Any]) -> None:
    assert "Natural Earth" in ground["source"]
    assert "public domain" in ground["source"]
    assert FILE.stat().st_size < 120_000


@pytest.mark.parametrize(
    ("country", "lat", "lon"),
    [
        ("MX", 25.67, -100.31),
        ("MX", 27.40, -99.55),
        ("MX", 32.50, -117.00),
        ("US", 27.60, -99.48),
        ("US", 32.78, -96.80),
        ("US", 32.72, -117.05),
        (None, 26.0, -95.0),
        (None, 29.0, -113.0),
    ],
)
def test_land_is_of_the_country_that_it_is_in(
    ground: dict[str, Any], country: str | None, lat: float, lon: float
) -> None:
    here = Point(lon, lat)
    found = [
        name
        for name, lands in ground["lands"].items()
        if any(Polygon(points(one, ground["scale"])).buffer(0).contains(here) for one in lands)
    ]
    assert found == ([country] if country else [])


def test_towns_stand_where_they_are_those_first_that_are_large(ground: dict[str, Any]) -> None:
    towns = {
        name: (lon / ground["scale"], lat / ground["scale"])
        for name, lon, lat, _ in ground["towns"]
    }
    assert towns["Monterrey"] == pytest.approx((-100.33, 25.67), abs=0.05)
    ranks = [rank for *_, rank in ground["towns"]]
    assert ranks == sorted(ranks)
