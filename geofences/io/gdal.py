"""GeoPackage, shapefile, KML, GPX and FlatGeobuf, read by GDAL (pyogrio) and by it alone.

GDAL chooses its driver by what is in a file, and some drivers open further files or addresses named
there. So the first bytes are looked at before it may see a file, and XML is read through once by
expat, which refuses document types: the door to entities that grow or fetch.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from geofences.errors import GeoFault
from geofences.io.columns import PLACEMARK_ID, plain_value
from geofences.io.crs import WGS_84, is_undefined
from geofences.io.layer import Layer
from geofences.io.shapes import Problem
from geofences.io.well_known import from_wkb

BEGINS = {
    ".gpkg": (b"SQLite format 3\x00", "a GeoPackage"),
    ".shp": (b"\x00\x00\x27\x0a", "a shapefile"),
    ".fgb": (b"fgb\x03fgb", "a FlatGeobuf file"),
}
ROOTS = {".kml": "kml", ".gpx": "gpx"}
GPX_LAYERS = ("routes", "tracks")
"""Its other layers have single points."""
KML_DRIVER_COLUMNS = {
    "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility",
    "drawOrder", "icon",
}  # fmt: skip
"""What GDAL adds to every KML layer: how to draw it, and when."""


def read(path: Path) -> list[Layer]:
    """Its layers, in its order. Raises GeoFault if it is not what its name says, or damaged;
    OSError if it cannot be opened."""
    import pyogrio  # with GDAL: 0.3 s, so only who reads such a file pays

    suffix = path.suffix.lower()
    _refuse_disguise(path, suffix)
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            named = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
            layers = [_layer(path, name) for name, kind in named if _is_wanted(suffix, name, kind)]
            passed = [name for name, kind in named if kind is None]
            points = _waypoints(path) if suffix == ".gpx" else 0
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
            pyogrio.errors.FeatureError, UnicodeDecodeError) as error:  # fmt: skip
        mend = "export it anew from where it came"
        raise GeoFault(str(path), f"cannot be read: {error}", mend) from None
    if not layers:
        raise GeoFault(str(path), "it has no layer with areas or lines", "draw them")
    layers[0].problems.extend(_of_gdal(said, suffix, path))
    layers[0].notes.extend(f"layer {name} has no geometry: passed over" for name in passed)
    if points:
        layers[0].notes.append(f"{points} waypoints passed over: a point is no zone")
    return layers


def _is_wanted(suffix: str, name: str, kind: str | None) -> bool:
    return kind is not None and (suffix != ".gpx" or name in GPX_LAYERS)


def _refuse_disguise(path: Path, suffix: str) -> None:
    if suffix in ROOTS:
        _refuse_xml(path, ROOTS[suffix])
        return
    begins, what = BEGINS[suffix]
    with path.open("rb") as file:
        if file.read(len(begins)) != begins:
            raise GeoFault(str(path), f"it is not {what}", "is its name right, is it all there?")


class _Doctype(Exception):
    """Raised from within expat."""


def _refuse_xml(path: Path, wanted: str) -> None:
    """Raises GeoFault for a damaged document, another root element, or a document type."""
    roots: list[str] = []
    parser = expat.ParserCreate()

    def element(name: str, _: dict[str, str]) -> None:
        roots.append(name)
        parser.StartElementHandler = None

    def doctype(*_: Any) -> None:
        raise _Doctype

    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = doctype
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        place = f"{path}, line {error.lineno}"
        what = f"no well-formed XML: {expat.ErrorString(error.code)}"
        raise GeoFault(place, what, "export it anew from where it came") from None
    except _Doctype:
        what = "it declares a document type, through which files can be read and memory filled"
        raise GeoFault(str(path), what, "remove <!DOCTYPE ...>; no zone file needs it") from None
    if roots[0].rpartition(":")[2] != wanted:
        raise GeoFault(str(path), f"its root is <{roots[0]}>, not <{wanted}>", "is its name right?")


def _layer(path: Path, name: str) -> Layer:
    import pyogrio.raw

    meta, _, shapes, columns = pyogrio.raw.read(path, layer=name)
    crs = WGS_84 if path.suffix.lower() in ROOTS else meta["crs"]  # KML and GPX know no other
    layer = Layer(name, list(_rows(name, meta, columns, len(shapes))), [],
                  None if is_undefined(crs) else str(crs))  # fmt: skip
    for number, data in enumerate(shapes):
        try:
            layer.geometries.append(None if data is None else from_wkb(data))
        except ValueError as error:
            layer.geometries.append(None)
            layer.unread[number] = Problem("geometry", str(error), "draw it anew")
    return layer


def _rows(
    name: str, meta: dict[str, Any], columns: list[Any], count: int
) -> Iterator[dict[str, Any]]:
    kml = "altitudeMode" in meta["fields"]
    drawn = KML_DRIVER_COLUMNS if kml else set()
    kinds = map(_kind, meta["ogr_types"], meta["ogr_subtypes"])
    kept = [
        (PLACEMARK_ID if kml and field == "id" else str(field), _listed(values), kind)
        for field, values, kind in zip(meta["fields"], columns, kinds, strict=True)
        if field not in drawn
    ]
    for number in range(count):
        row = {field: plain_value(values[number], kind) for field, values, kind in kept}
        if row.get(PLACEMARK_ID) == f"{name}.{number + 1}":
            row[PLACEMARK_ID] = None  # GDAL made it for a Placemark that had none
        yield row


def _kind(ogr_type: str, subtype: str) -> type[Any] | None:
    if subtype == "OFSTBoolean":
        return bool
    return int if ogr_type.startswith("OFTInteger") and not ogr_type.endswith("List") else None


def _listed(values: Any) -> list[Any]:
    """Dates as text at once: numpy would make numbers of nanoseconds of them."""
    texts = values.astype(str) if values.dtype.kind == "M" else values
    return [None if text == "NaT" else text for text in texts.tolist()]


def _waypoints(path: Path) -> int:
    import pyogrio

    return int(pyogrio.read_info(path, layer="waypoints", force_feature_count=True)["features"])


def _of_gdal(said: list[warnings.WarningMessage], suffix: str, path: Path) -> Iterator[Problem]:
    """What GDAL complains of without giving up, and what a shapefile lacks."""
    for text in dict.fromkeys(str(one.message) for one in said):
        if "Measured (M)" not in text:  # we drop measures in any case
            yield Problem("", f"GDAL says: {text}", "look at what was read", "warning")
    if suffix == ".shp" and not path.with_suffix(".dbf").exists():
        yield Problem("", "there is no .dbf beside it, so no names and ids",
                      "give all its files, or one .zip of them", "warning")  # fmt: skip
