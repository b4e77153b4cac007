"""Whatever stands in a file is read or refused with a fault, never with another exception; and what
it has is counted."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofences.checks import lint
from geofences.errors import GeoFault
from geofences.io.files import ReadOptions
from geofences.kinds import ZoneKind
from tests.geofences.io.reading import SQUARE

OPTIONS = (
    ReadOptions(kind=ZoneKind.YARD, prefix="z"),
    ReadOptions(crs="EPSG:32614", radius_m=50.0, lat_first=True, encoding="cp850"),
)
AREA = "POLYGON((-99.6 27.5,-99.5 27.5,-99.5 27.6,-99.6 27.5))"
FILES = {
    "a.kml": "<kml><Document><Folder><name>F</name><Placemark id='x1'><name>Uno</name>"
    "<styleUrl>#s</styleUrl><MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>"
    f"{SQUARE}</coordinates></LinearRing></outerBoundaryIs></Polygon></MultiGeometry>"
    "<ExtendedData><Data name='radio'><value>5</value></Data></ExtendedData></Placemark></Folder>"
    "<StyleMap id='s'><Pair><key>normal</key><styleUrl>#s</styleUrl></Pair></StyleMap>"
    "</Document></kml>",
    "a.gpx": "<gpx><wpt lat='27' lon='-99'><name>P</name></wpt><trk><trkseg><trkpt lat='27.5' "
    "lon='-99.6'/><trkpt lat='27.6' lon='-99.6'/></trkseg></trk></gpx>",
    "a.csv": f'sep=;\nid;name;radio;lat;lon;crs;wkt\n1;Uno;5;27,5;-99,6;4326;"{AREA}"\n',
    "b.csv": "name,lat,lon,radius_m\nUno,27.5,-99.6,50\n",
    "a.geojson": '{"type": "Feature", "id": 1, "properties": {"name": "Uno", "radius": 5}, '
    '"geometry": {"type": "Point", "coordinates": [-99.6, 27.5]}}\n',
}


def read_anything(path: Path) -> None:
    for options in (None, *OPTIONS):
        with contextlib.suppress(GeoFault):
            result = lint.survey([path], options)
            for tally in result.tallies:
                assert tally.read <= tally.has or tally.has == 0, str(tally)


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_files_that_were_damaged(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    """Some part of a sound file is another: cut out, doubled, or anything at all."""
    content = FILES[name].encode()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    part = data.draw(st.sampled_from([b"", content[start:end] * 2]) | st.binary(max_size=8))
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(content[:start] + part + content[end:])
    read_anything(path)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["type", "features", "geometry", "coordinates", "properties", "id", "kind",
                         "name", "radius_m", "radius", "replaces", "crs", "least_stay_min"]),
        inner | st.sampled_from(["Feature", "FeatureCollection", "Point", "Polygon", "MultiPoint"]),
        max_size=5,
    ),
    max_leaves=15,
)  # fmt: skip


@given(document=ANYTHING, kind=st.sampled_from(["Point", "MultiPoint", "Polygon", "LineString"]))
def test_any_geojson(tmp_path_factory: pytest.TempPathFactory, document: Any, kind: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.geojson"
    geometry = {"type": kind, "coordinates": document}
    feature = {"type": "Feature", "geometry": geometry, "properties": {"radius_m": 5}}
    for whole in (document, [document], geometry, feature, feature | {"properties": document},
                  {"type": "FeatureCollection", "features": document}):  # fmt: skip
        path.write_text(json.dumps(whole))
        read_anything(path)
