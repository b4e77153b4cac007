"""Zones and corridors out to the formats that other programs read, and what each cannot carry.

What comes in again (`files.load`) is the same, but for what the notes of `write` say.
"""

from __future__ import annotations

import csv
import json
import os
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapely.geometry import shape

from geofences.errors import GeoFault
from geofences.io.columns import KEYS
from geofences.io.geojson import GeofenceSet, to_geojson

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

FORMATS = {
    "geojson": (".geojson", ".json"),
    "gpkg": (".gpkg",),
    "shp": (".zip", ".shp"),
    "kml": (".kml",),
    "fgb": (".fgb",),
    "csv": (".csv",),
}
"""Names of formats, and how their files' names end."""
DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".kml": "LIBKML", ".fgb": "FlatGeobuf"}
SHAPEFILE_NAME = 10
SHAPEFILE_TEXT = 254
"""Limits of dBASE III: bytes of a column's name, and of a text."""
KML_NAMES = {"name": "Name"}
KML_ID = {"LIBKML_ID_FIELD": "placemark_id"}
"""The column that GDAL makes the Placemark's own id of: none of ours, so that `id` stays a column,
which other programs keep and do not make anew."""
INT_32 = 2**31

Feature = dict[str, Any]


def format_of(path: Path) -> str | None:
    """The format that a file's name asks for."""
    suffix = path.suffix.lower()
    return next((name for name, suffixes in FORMATS.items() if suffix in suffixes), None)


def write(geofences: GeofenceSet, path: Path, to: str) -> list[str]:
    """Writes everything into `path`, whole or not at all, and says what could not be carried over.

    Raises GeoFault for a combination that the format cannot hold, OSError if it cannot be written.
    """
    writers: dict[str, Callable[[GeofenceSet, Path], list[str]]] = {
        "geojson": _geojson, "csv": _csv, "shp": _shapefile,
    }  # fmt: skip
    writer = writers.get(to, _by_gdal)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".zones-") as folder:
        made = Path(folder) / path.with_suffix(path.suffix.lower()).name
        notes = writer(geofences, made)
        for file in sorted(Path(folder).iterdir()):
            file.replace(path if file == made else path.parent / file.name)
    return notes


def _geojson(geofences: GeofenceSet, path: Path) -> list[str]:
    path.write_text(geojson_text(geofences), encoding="utf-8")
    return []


def geojson_text(geofences: GeofenceSet) -> str:
    """A FeatureCollection with a feature on each line, so that versions can be compared."""
    features = to_geojson(geofences.zones, geofences.corridors)["features"]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def _csv(geofences: GeofenceSet, path: Path) -> list[str]:
    features = to_geojson(geofences.zones, geofences.corridors)["features"]
    columns = _columns(features)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([*columns, "crs", "wkt"])
        for feature in features:
            values = [_as_text(feature["properties"].get(column)) for column in columns]
            out.writerow([*values, "EPSG:4326", shape(feature["geometry"]).wkt])
    note = "CSV knows only text: numbers in columns of your own come in again as text"
    return [note] if set(columns) - set(KEYS) else []


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _by_gdal(geofences: GeofenceSet, path: Path) -> list[str]:
    """GeoPackage and KML with a layer each for zones and corridors, FlatGeobuf with one."""
    features = _by_layer(geofences)
    if path.suffix == ".fgb":
        features = {path.stem: [one for layer in features.values() for one in layer]}
    notes: list[str] = []
    for number, (name, members) in enumerate(features.items()):
        frame = _frame(members, notes, kml=path.suffix == ".kml")
        _dump(frame, path, layer=name, geometry_type="Unknown", append=number > 0)
    return notes


def _by_layer(geofences: GeofenceSet) -> dict[str, list[Feature]]:
    found = {
        "zones": to_geojson(geofences.zones)["features"],
        "corridors": to_geojson((), geofences.corridors)["features"],
    }
    return {name: members for name, members in found.items() if members} or {"zones": []}


def _shapefile(geofences: GeofenceSet, path: Path) -> list[str]:
    """One shapefile holds areas or lines; a .zip holds both, as zones.shp and corridors.shp."""
    layers = _by_layer(geofences)
    if path.suffix == ".shp" and len(layers) > 1:
        mend = "-o FILE.zip holds both, --kind or --crossing chooses"
        raise GeoFault(str(path), "a shapefile holds zones or corridors, not both", mend)
    notes: list[str] = []
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="shp-") as folder:
        inner = Path(folder)
        for name, members in layers.items():
            stem = path.stem if path.suffix == ".shp" else name
            frame = _shortened(_frame(members, notes), notes)
            _dump(frame, inner / f"{stem}.shp", encoding="UTF-8")
        _collect(inner, path)
    return notes


def _collect(folder: Path, path: Path) -> None:
    """The parts of the shapefiles, zipped or beside each other."""
    if path.suffix == ".shp":
        for file in folder.iterdir():
            file.replace(path.parent / file.name)
        return
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)


def _dump(frame: GeoDataFrame, path: Path, **how: Any) -> None:
    import pyogrio

    pyogrio.set_gdal_config_options(KML_ID)
    try:
        with warnings.catch_warnings(record=True):  # lengths and names are told by `_shortened`
            warnings.simplefilter("always")
            pyogrio.write_dataframe(
                frame, os.fspath(path), driver=DRIVERS[path.suffix], promote_to_multi=False, **how
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise GeoFault(str(path), f"cannot be written: {error}", "try another format") from None
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(KML_ID))


def _columns(features: Sequence[Feature]) -> list[str]:
    """Every property that occurs; the names that GDAL would take for the same are refused."""
    columns = list(dict.fromkeys(key for feature in features for key in feature["properties"]))
    seen: dict[str, str] = {}
    for column in columns:
        if (other := seen.setdefault(column.casefold(), column)) != column:
            what = f"properties {other!r} and {column!r} differ only in capitals"
            raise GeoFault("export", what, "export as geojson, or rename one")
    return columns


def _frame(features: Sequence[Feature], notes: list[str], *, kml: bool = False) -> GeoDataFrame:
    import geopandas
    import pandas as pd

    table: dict[str, Any] = {}
    for column in _columns(features):
        values = [feature["properties"].get(column) for feature in features]
        kind = _column_type(values, small=kml)
        if kind is None:
            texts = [None if value is None else _as_text(value) for value in values]
            table[column] = pd.array(texts, dtype="object")
            if any(not isinstance(value, str | None) for value in values):
                why = "its values are lists or of several kinds"
                notes.append(f"column {column} comes in again as text: {why}")
        else:
            table[column] = pd.array(values, dtype=kind)
    frame = geopandas.GeoDataFrame(
        table, geometry=[shape(feature["geometry"]) for feature in features], crs=4326
    )
    return frame.rename(columns=KML_NAMES) if kml else frame


def _column_type(values: Sequence[Any], *, small: bool) -> Any:
    """The type of a table's column for them; None: text. KML has no integers beyond 32 bits."""
    types = {type(value) for value in values if value is not None}
    if types == {bool}:
        return "boolean"
    if types == {int}:
        fits = max(abs(value) for value in values if value is not None) < INT_32
        return "Int32" if small and fits else "Int64"
    return "float64" if types and types <= {int, float} else None


def _shortened(frame: GeoDataFrame, notes: list[str]) -> GeoDataFrame:
    """Names of at most 10 characters, each its own; texts that will be cut are told."""
    names: dict[str, str] = {}
    for column in frame.columns.drop("geometry"):
        short, number = str(column)[:SHAPEFILE_NAME], 1
        while short.casefold() in {name.casefold() for name in names.values()}:
            short, number = f"{str(column)[: SHAPEFILE_NAME - 2]}_{number}", number + 1
        names[str(column)] = short
        if short != column:
            notes.append(f"column {column} is called {short}: a shapefile's names are short")
        texts = (text for text in frame[column] if isinstance(text, str))
        if long := sum(len(text.encode()) > SHAPEFILE_TEXT for text in texts):
            notes.append(f"{column} is cut at {SHAPEFILE_TEXT} bytes in {long}")
    return frame.rename(columns=names)
