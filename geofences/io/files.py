"""Zones and corridors in whatever format a customer has them: to GeoJSON Features in WGS 84, with
keys of ours. What is wrong with them comes along; nothing is repaired.

    GeoJSON  GeoPackage  shapefile (.shp or .zip)  KML  KMZ  FlatGeobuf  GPX  CSV with WKT
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geofences.errors import GeoFault
from geofences.io import archives, columns, csv_tables, gdal
from geofences.io.crs import (
    WGS_84,
    every_position,
    in_degrees,
    look_like_degrees,
    short,
    suggestion,
    to_wgs_84,
)
from geofences.io.features import crs_problem, declared_crs, name_feature
from geofences.io.geojson import load_collection
from geofences.io.layer import Layer
from geofences.io.shapes import AREAS, Problem
from geofences.io.well_known import LEVELS, Reproject, reprojected, unchanged
from geofences.kinds import ZoneKind

GEOJSON = (".geojson", ".json")
IN_ARCHIVES = (".shp", ".gpkg", ".geojson", ".kml", ".fgb", ".gpx", ".csv")
BESIDE_SHAPEFILES = (".shx", ".dbf", ".prj", ".cpg")
SUFFIXES = (*GEOJSON, ".gpkg", ".shp", ".zip", ".kml", ".kmz", ".fgb", ".gpx", ".csv", ".txt")

NOTHING = Problem("features", "there are none", "draw something", "warning")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a file is to be understood.

    crs: the reference system ("EPSG:6372"), whatever the file says; None: as it says.
    names: {column: key}, for the keys in `columns.KEYS`.
    kind: of the areas that do not say.
    prefix: in front of every id; with a number, the id of what has neither id nor name.
    """

    crs: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    kind: ZoneKind | None = None
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """`features[i]` is called `labels[i]` in faults. `problems` are (label, problem) found on the
    way, label "" for the whole file; a feature among them may be incomplete."""

    path: Path
    features: list[Any] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load(path: Path, options: ReadOptions) -> LoadedFile:
    """Everything in the file. A file that cannot be read at all is one problem of it.

    Raises OSError if it cannot be opened, and GeoFault if `options` does not fit it: a column that
    it has not got, an unknown reference system.
    """
    loaded = LoadedFile(path)
    if options.crs is not None:
        try:
            to_wgs_84(options.crs)
        except ValueError as error:
            raise GeoFault("--crs", str(error), "for instance EPSG:32614") from None
    with tempfile.TemporaryDirectory(prefix="zones-") as folder:
        try:
            layers = _layers(path, Path(folder))
        except GeoFault as fault:
            where = fault.where.replace(folder + "/", "").removeprefix(str(path)).strip(", ")
            loaded.problems.append(("", Problem(where, fault.what, fault.mend)))
            return loaded
    for layer in layers:
        _take(layer, options, loaded, several=len(layers) > 1)
    if not loaded.features and not loaded.problems:
        loaded.problems.append(("", NOTHING))
    return loaded


def load_as_configured(path: Path) -> LoadedFile:
    """A GeoJSON file as it stands, which is how the tracker takes the files in its configuration:
    no key is guessed, nothing reprojected. Raises OSError if it cannot be opened."""
    loaded = LoadedFile(path)
    try:
        collection = load_collection(path)
    except GeoFault as fault:
        loaded.problems.append(("", Problem("", fault.what, fault.mend)))
        return loaded
    if (problem := crs_problem(collection)) is not None:
        loaded.problems.append(("", problem))
    features = collection.get("features")
    if not isinstance(features, list):
        mend = "a FeatureCollection has `features`"
        loaded.problems.append(("", Problem("features", "no list of features", mend)))
    elif not features:
        loaded.problems.append(("", NOTHING))
    else:
        loaded.features.extend(features)
        loaded.labels.extend(name_feature(n, feature) for n, feature in enumerate(features))
    return loaded


def _layers(path: Path, folder: Path) -> list[Layer]:
    suffix = path.suffix.lower()
    if suffix in (".zip", ".kmz"):
        return list(_archived(path, folder))
    readers: dict[str, Callable[[Path], list[Layer]]] = dict.fromkeys(GEOJSON, _geojson)
    readers |= dict.fromkeys((".csv", ".txt"), csv_tables.read)
    readers |= dict.fromkeys((*gdal.BEGINS, *gdal.ROOTS), gdal.read)
    if suffix not in readers:
        mend = f"give one of {', '.join(SUFFIXES)}"
        raise GeoFault(str(path), f"no format of zones is called {suffix or 'nothing'}", mend)
    return readers[suffix](path)


def _archived(path: Path, folder: Path) -> list[Layer]:
    wanted = (".kml",) if path.suffix.lower() == ".kmz" else (*IN_ARCHIVES, *BESIDE_SHAPEFILES)
    written = archives.unpack(path, folder, wanted)
    layers = []
    for inner in written:
        if inner.suffix.lower() in IN_ARCHIVES:
            for layer in _layers(inner, folder):
                # What a person knows it by: the layer's own name, or the file's in the archive.
                layers.append(layer if layer.name else _named(layer, inner.stem))
    if not layers:
        raise GeoFault(str(path), "it holds no file of zones", f"one of {', '.join(IN_ARCHIVES)}")
    return layers


def _named(layer: Layer, name: str) -> Layer:
    return Layer(name, layer.rows, layer.geometries, layer.crs, layer.unread, layer.problems,
                 layer.notes)  # fmt: skip


def _geojson(path: Path) -> list[Layer]:
    """A FeatureCollection as `json` reads it, so that lint sees it as it is written."""
    collection = load_collection(path)
    features = collection.get("features")
    if not isinstance(features, list):
        raise GeoFault(f"{path}, features", "no list", "a FeatureCollection has `features`")
    declared = declared_crs(collection)
    layer = Layer("", [], [], WGS_84 if declared is None else declared or None)
    for number, feature in enumerate(features):
        whole = isinstance(feature, dict) and feature.get("type") == "Feature"
        properties = (feature.get("properties") or {}) if whole else {}
        if not whole:
            layer.unread[number] = Problem("feature", "not a Feature", "wrap the geometry in one")
        elif not isinstance(properties, dict):
            layer.unread[number] = Problem("properties", "not an object", "{} if there are none")
            properties = {}
        row = dict(properties)
        if whole and feature.get("id") is not None:
            row[columns.FEATURE_ID] = feature["id"]
        layer.rows.append(row)
        layer.geometries.append(feature.get("geometry") if whole else None)
    return [layer]


def _take(layer: Layer, options: ReadOptions, loaded: LoadedFile, *, several: bool) -> None:
    """Adds a layer's features to `loaded`."""
    before = f"layer {layer.name}, " if several else ""
    loaded.problems.extend(("", problem) for problem in layer.problems)
    loaded.notes.extend(f"{before}{note}" for note in layer.notes)
    move = _reprojection(layer, options, loaded, before)
    if move is None:
        return
    where = f"{loaded.path}, layer {layer.name}" if several else str(loaded.path)
    rows, notes = columns.rename(layer.rows, options.names, where)
    loaded.notes.extend(f"{before}{note}" for note in notes)
    named = 0
    for number, (row, geometry) in enumerate(zip(rows, layer.geometries, strict=True)):
        named += _identify(row, options.prefix, len(loaded.features))
        feature = {"type": "Feature", "properties": row, "geometry": _moved(geometry, move)}
        area = isinstance(geometry, dict) and geometry.get("type") in AREAS
        if area and row.get("kind") is None and options.kind is not None:
            row["kind"] = str(options.kind)
        label = before + name_feature(number, feature)
        if number in layer.unread:
            loaded.problems.append((label, layer.unread[number]))
        loaded.features.append(feature)
        loaded.labels.append(label)
    if named:
        loaded.notes.append(f"{before}{named} without an id have one made of their name")


def _identify(row: columns.Row, prefix: str, number: int) -> bool:
    """Gives the row its id, where there is anything to make it of; whether its name had to do."""
    own, name = row.get("id"), row.get("name")
    made = columns.slug(name) if own is None and isinstance(name, str) else ""
    if made or (own is None and prefix):
        row["id"] = prefix + (made or str(number))
    elif isinstance(own, str):
        row["id"] = prefix + own
    return bool(made)


def _reprojection(
    layer: Layer, options: ReadOptions, loaded: LoadedFile, before: str
) -> Reproject | None:
    """What turns the layer into WGS 84; None, with the problem told, if that cannot be known."""
    place = before.strip(", ")
    crs = options.crs or layer.crs
    first = [every_position(geometry) for geometry in layer.geometries[:100]]
    positions = next((some for some in first if len(some)), every_position(None))
    if crs is None:
        if len(layer.geometries):
            what = "it does not say in which reference system it is"
            loaded.problems.append(("", Problem(place, what, suggestion(positions))))
        return None
    try:
        move = to_wgs_84(crs)
    except ValueError as error:
        loaded.problems.append(("", Problem(place, str(error), "name it: --crs EPSG:...")))
        return None
    if options.crs is not None and layer.crs is not None and short(layer.crs) != short(crs):
        loaded.notes.append(f"{before}read as {short(crs)}, though it says {short(layer.crs)}")
    if not in_degrees(crs) and look_like_degrees(positions):
        what = f"it says {short(crs)}, which is in metres, but its positions look like degrees"
        loaded.problems.append(("", Problem(place, what, "--crs EPSG:4326 if they are")))
    elif in_degrees(crs) and len(positions) and abs(positions).min() > 1000:
        what = f"it says {short(crs)}, which is in degrees, but its positions do not look like it"
        loaded.problems.append(("", Problem(place, what, suggestion(positions))))
    return move


def _moved(geometry: dict[str, Any] | None, move: Reproject) -> dict[str, Any] | None:
    """The geometry in WGS 84. What cannot be moved stays, and lint says why it is no geometry."""
    level = LEVELS.get(geometry.get("type", "")) if isinstance(geometry, dict) else None
    if geometry is None or level is None or move is unchanged:
        return geometry
    try:
        return {**geometry, "coordinates": reprojected(geometry.get("coordinates"), level, move)}
    except (TypeError, ValueError, IndexError):
        return geometry
