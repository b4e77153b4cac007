"""GeoPackage, shapefile and FlatGeobuf, read by GDAL (pyogrio) and by it alone.

GDAL chooses its driver by what is in a file, and some drivers open further files or addresses named
there. So the first bytes are looked at before it may see a file.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geofences.errors import GeoFault
from geofences.io import shapefiles
from geofences.io.crs import is_undefined
from geofences.io.gdal_text import Texts
from geofences.io.layer import Layer
from geofences.io.shapes import Problem
from geofences.io.values import plain_value
from geofences.io.well_known import from_wkb

BEGINS = {
    ".gpkg": (b"SQLite format 3\x00", "a GeoPackage"),
    ".shp": (b"\x00\x00\x27\x0a", "a shapefile"),
    ".fgb": (b"fgb\x03fgb", "a FlatGeobuf file"),
}


def read(path: Path, encoding: str | None, folder: Path) -> list[Layer]:
    """Its layers, in its order; `folder` is for copies. Raises GeoFault if it is not what its name
    says, or damaged; OSError if it cannot be opened."""
    import pyogrio  # with GDAL: 0.3 s, so only who reads such a file pays

    suffix = path.suffix.lower()
    _refuse_disguise(path, suffix)
    problems: list[Problem] = []
    opened = path
    if suffix == ".shp":
        opened, problems = shapefiles.gathered(path, folder)
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            named = [(str(name), kind) for name, kind in pyogrio.list_layers(opened)]
            layers = [_layer(opened, name, encoding) for name, kind in named if kind is not None]
            passed = [name for name, kind in named if kind is None]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
            pyogrio.errors.FeatureError) as error:  # fmt: skip
        mend = "export it anew from where it came"
        raise GeoFault(str(path), f"cannot be read: {error}", mend) from None
    if not layers:
        raise GeoFault(str(path), "it has no layer with areas or lines", "draw them")
    layers[0].problems.extend([*problems, *_of_gdal(said)])
    layers[0].notes.extend(f"layer {name} has no geometry: passed over" for name in passed)
    if suffix == ".shp":
        _hold_to_the_shapefile(layers[0], opened)
    return layers


def _refuse_disguise(path: Path, suffix: str) -> None:
    begins, what = BEGINS[suffix]
    with path.open("rb") as file:
        if file.read(len(begins)) != begins:
            raise GeoFault(str(path), f"it is not {what}", "is its name right, is it all there?")


def _layer(path: Path, name: str, encoding: str | None) -> Layer:
    import pyogrio.raw

    # Latin-1 keeps each byte as it is; what they mean is seen from all of them.
    meta, _, shapes, columns = pyogrio.raw.read(path, layer=name, encoding="ISO-8859-1")
    declared = shapefiles.declared_encoding(path) if path.suffix == ".shp" else "utf-8"
    texts = Texts(str(path), encoding, declared)
    crs = meta["crs"]
    layer = Layer(name, [], [], None if is_undefined(crs) else str(crs))
    layer.rows.extend(_rows(meta, columns, len(shapes), texts))
    layer.notes.extend(texts.notes)
    for number, data in enumerate(shapes):
        try:
            layer.geometries.append(None if data is None else from_wkb(data))
        except ValueError as error:
            layer.geometries.append(None)
            layer.unread[number] = Problem("geometry", str(error), "draw it anew")
    return layer


def _rows(
    meta: dict[str, Any], columns: list[Any], count: int, texts: Texts
) -> Iterator[dict[str, Any]]:
    kinds = list(map(_kind, meta["ogr_types"], meta["ogr_subtypes"]))
    fields = _each_its_own(texts.all_of([str(field) for field in meta["fields"]]))
    values = [texts.all_of(_listed(column)) for column in columns]
    for number in range(count):
        yield {
            field: plain_value(column[number], kind)
            for field, column, kind in zip(fields, values, kinds, strict=True)
        }


def _each_its_own(fields: list[str]) -> list[str]:
    """A second column of one name gets a number, so that neither hides the other."""
    made: list[str] = []
    for field in fields:
        again = made.count(field) + sum(one.startswith(f"{field}#") for one in made)
        made.append(f"{field}#{again + 1}" if again else field)
    return made


def _kind(ogr_type: str, subtype: str) -> type[Any] | None:
    if subtype == "OFSTBoolean":
        return bool
    return int if ogr_type.startswith("OFTInteger") and not ogr_type.endswith("List") else None


def _listed(values: Any) -> list[Any]:
    """Dates as text at once: numpy would make numbers of nanoseconds of them."""
    texts = values.astype(str) if values.dtype.kind == "M" else values
    return [None if text == "NaT" else text for text in texts.tolist()]


def _of_gdal(said: list[warnings.WarningMessage]) -> Iterator[Problem]:
    """What GDAL complains of without giving up."""
    for text in dict.fromkeys(str(one.message) for one in said):
        if "Measured (M)" not in text:  # we drop measures in any case
            yield Problem("", f"GDAL says: {text}", "look at what was read", "warning")


def _hold_to_the_shapefile(layer: Layer, path: Path) -> None:
    """What was read against what the .shp and the .dbf count themselves."""
    rows, deleted = shapefiles.rows(path)
    if deleted:
        layer.passed_over["rows that are deleted in the .dbf"] = deleted
        return  # their shapes stand there yet, so the two cannot be held against each other
    rings = shapefiles.rings(path)
    layer.stated = max(len(rings), rows)
    for number, (count, geometry) in enumerate(zip(rings, layer.geometries, strict=False)):
        if count == shapefiles.UNKNOWN or number in layer.unread:
            continue
        if (found := _parts(geometry)) != count:
            what = f"the file says {count} rings or lines, and {found} could be read"
            layer.unread[number] = Problem("geometry", what, "export it anew")


def _parts(geometry: dict[str, Any] | None) -> int:
    lists = [] if geometry is None else geometry.get("coordinates", [0])
    if geometry is not None and geometry["type"] == "MultiPolygon":
        return sum(len(rings) for rings in lists)
    return len(lists) if geometry and geometry["type"] in ("Polygon", "MultiLineString") else (
        int(geometry is not None)
    )  # fmt: skip
