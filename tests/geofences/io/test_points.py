"""A point with a radius is a zone, in every format; one without is passed over, and told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Geod
from shapely import MultiPoint, Point, Polygon

from geofences.errors import GeoFault
from geofences.geometry.circle import circles
from geofences.io.files import ReadOptions
from geofences.io.geojson import from_features, read, to_geojson
from geofences.kinds import ZoneKind
from tests.geofences.io.reading import AS_YARDS, said, written, zones

HERE = (-99.6, 27.5)
DRIVERS = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "fgb": "FlatGeobuf"}


@pytest.mark.parametrize("lat", [0.0, 27.5, -60.0, 80.0])
def test_a_circle_is_as_wide_as_it_says(lat: float) -> None:
    circle = circles(np.array([[-99.6, lat]]), 750.0)
    lons, lats = shapely.get_coordinates(circle).T
    same = np.full(len(lons), -99.6), np.full(len(lons), lat)
    _, _, away = Geod(ellps="WGS84").inv(*same, lons, lats)
    assert away == pytest.approx(750.0, abs=1e-6)
    assert circle.is_valid
    assert isinstance(circle, Polygon)
    assert shapely.is_ccw(circle.exterior)


def test_circles_that_overlap_are_one() -> None:
    several = circles(np.array([HERE, (-99.599, 27.5), (-99.5, 27.5)]), 100.0)
    assert len(shapely.get_parts(several)) == 2


def frame(**columns: Any) -> geopandas.GeoDataFrame:
    table = {"name": ["Patio", "Caseta"]} | columns
    return geopandas.GeoDataFrame(
        table, geometry=[Point(HERE), Point(-99.5, 27.5)], crs="EPSG:4326"
    )


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:6372"])
@pytest.mark.parametrize("suffix", DRIVERS)
def test_a_table_with_a_column_of_radii(tmp_path: Path, suffix: str, crs: str) -> None:
    path = tmp_path / f"a.{suffix}"
    made = frame(RADIO=[250.0, None]).to_crs(crs)
    pyogrio.write_dataframe(made, path, driver=DRIVERS[suffix])
    found = zones(path)
    assert found.keys() == {"patio"}
    assert shapely.get_coordinates(shapely.centroid(found["patio"].polygon))[0] == pytest.approx(
        HERE, abs=1e-7
    )
    text = said(path)
    assert "column RADIO is taken for radius_m" in text
    assert "2 features, 1 read; passed over: points without a radius (1)" in text
    all_of_them = ReadOptions(kind=ZoneKind.YARD, radius_m=80.0)
    both = zones(path, all_of_them)
    assert {own: zone.properties["radius_m"] for own, zone in both.items()} == {
        "patio": 250.0, "caseta": 80.0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "metres"),
    [("radius_km", 250.0), ("Radio (km)", 250.0), ("RADIUS_FT", 0.0762), ("radio_m", 0.25)],
)
def test_units_are_those_that_a_column_names(tmp_path: Path, column: str, metres: float) -> None:
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(frame(**{column: [0.25, 0.25]}), path, driver="GPKG")
    assert zones(path)["patio"].properties["radius_m"] == pytest.approx(metres)


def test_units_are_those_that_stand_behind_the_number(tmp_path: Path) -> None:
    rows = {"a": "250 m", "b": '"0,5 km"', "c": "100", "d": "10 ft", "e": "1.5 KM"}
    text = "\n".join(f"{name},27.5,-99.6,{radius}" for name, radius in rows.items())
    path = written(tmp_path / "a.csv", f"name,lat,lon,radio\n{text}\n")
    found = {own: zone.properties["radius_m"] for own, zone in zones(path).items()}
    assert found == pytest.approx({"a": 250, "b": 500, "c": 100, "d": 3.048, "e": 1500})
    odd = written(tmp_path / "b.csv", "name,lat,lon,radio\na,27.5,-99.6,5 leguas\n")
    assert "column radio is not taken for radius_m, for it says '5 leguas'" in said(odd)


def test_a_radius_beside_areas_is_a_property(tmp_path: Path) -> None:
    made = frame(radio=["XHNL 88.5", "XHK"]).set_geometry(
        [shapely.box(-99.6, 27.5, -99.5, 27.6)] * 2
    )
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(made, path, driver="GPKG")
    assert zones(path)["patio"].properties == {"radio": "XHNL 88.5"}


def point(**properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(HERE)}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_geojson_as_the_tracker_takes_it(tmp_path: Path) -> None:
    """And as maps of Azure have circles: subType, radius."""
    own = point(id="p", kind="yard", radius_m=250)
    path = written(
        tmp_path / "a.geojson", json.dumps({"type": "FeatureCollection", "features": [own]})
    )
    (zone,) = read(path).zones
    assert zone.kind is ZoneKind.YARD
    again = from_features(to_geojson([zone]), where="again").zones[0]
    assert again.polygon.equals(zone.polygon)
    assert again.properties == {"radius_m": 250}
    foreign = point(name="Patio", subType="Circle", radius=250)
    assert zones(written(tmp_path / "b.geojson", json.dumps(foreign))).keys() == {"patio"}


def test_a_shipment_may_bring_a_point(tmp_path: Path) -> None:
    brought = from_features(point(radius_m=100), where="S1", prefix="S1.a.")
    assert [(zone.id, zone.kind) for zone in brought.zones] == [("S1.a", ZoneKind.OTHER)]
    with pytest.raises(GeoFault, match=r"Point is neither an area nor a line \(give it a radius_m"):
        from_features(point(), where="S1", prefix="S1.a.")


def test_several_points_of_one_place(tmp_path: Path) -> None:
    made = geopandas.GeoDataFrame(
        {"name": ["Patio"], "radius": [100]},
        geometry=[MultiPoint([HERE, (-99.5, 27.5)])], crs="EPSG:4326",
    )  # fmt: skip
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(made, path, driver="GPKG")
    assert len(shapely.get_parts(zones(path)["patio"].polygon)) == 2


@pytest.mark.parametrize("content", ["POINT EMPTY", "POINT (-99.6 88)", "MULTIPOINT EMPTY"])
def test_points_that_are_none(tmp_path: Path, content: str) -> None:
    path = written(tmp_path / "a.csv", f"name,crs,radius_m,wkt\nPatio,4326,50,{content}\n")
    assert "feature 0 (patio)" in said(path, AS_YARDS)


def test_a_pin_does_not_stop_the_rest(tmp_path: Path) -> None:
    area = shapely.box(-99.6, 27.5, -99.5, 27.6)
    made = geopandas.GeoDataFrame(
        {"name": ["Patio", "Pin"]}, geometry=[area, Point(HERE)], crs="EPSG:4326"
    )
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(made, path, driver="GPKG", geometry_type="Unknown")
    assert zones(path).keys() == {"patio"}
