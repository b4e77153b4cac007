"""Distances for motion, against the geodesic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from tracker.domain.geo import metres_between

WGS84 = Geod(ellps="WGS84")


@given(
    st.floats(14, 50),
    st.floats(-125, -65),
    st.floats(-0.5, 0.5),
    st.floats(-0.5, 0.5),
)
def test_within_what_it_promises_of_the_geodesic(
    lat: float, lon: float, north: float, east: float
) -> None:
    true = WGS84.inv(lon, lat, lon + east, lat + north)[2]
    assert metres_between(lat, lon, lat + north, lon + east) == pytest.approx(
        true, rel=0.006, abs=0.01
    )


def test_across_the_date_line_it_is_near() -> None:
    assert metres_between(0.0, 179.999, 0.0, -179.999) == pytest.approx(222.4, rel=0.01)
