"""Zones and corridors in whatever format a customer has them: to GeoJSON Features in WGS 84, with
keys of ours. What is wrong with them comes along; nothing is repaired, and nothing vanishes: what
the file has is counted against what was read.

    GeoJSON  GeoPackage  shapefile (.shp or .zip)  KML  KMZ  FlatGeobuf  GPX  CSV
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from geofences.errors import GeoFault
from geofences.io import archives, csv_tables, gdal, geojson_text, gpx, kml
from geofences.io.crs import to_wgs_84
from geofences.io.features import crs_problem, name_feature
from geofences.io.geojson import load_collection
from geofences.io.kind_names import KindNames
from geofences.io.layer import Layer
from geofences.io.options import LoadedFile, ReadOptions, Tally
from geofences.io.shapes import Problem
from geofences.io.text import asked
from geofences.io.to_features import take

__all__ = ["LoadedFile", "ReadOptions", "Tally", "load", "load_as_configured"]

GEOJSON = (".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson", ".jsonl")
IN_ARCHIVES = (".shp", ".gpkg", ".geojson", ".kml", ".fgb", ".gpx", ".csv")
BESIDE_SHAPEFILES = (".shx", ".dbf", ".prj", ".cpg")
SUFFIXES = (*GEOJSON, ".gpkg", ".shp", ".zip", ".kml", ".kmz", ".fgb", ".gpx", ".csv", ".txt")

NOTHING = Problem("features", "there are none", "draw something", "warning")


def load(path: Path, options: ReadOptions, kind_names: KindNames | None = None) -> LoadedFile:
    """Everything in the file. A file that cannot be read at all is one problem of it.

    `kind_names` are those of `options`, if several files share them. Raises OSError if it cannot be
    opened, and GeoFault if `options` do not fit it: a column that it has not got, an unknown
    reference system or encoding.
    """
    loaded = LoadedFile(path, Tally(str(path)))
    if options.crs is not None:
        try:
            to_wgs_84(options.crs)
        except ValueError as error:
            raise GeoFault("--crs", str(error), "for instance EPSG:32614") from None
    if options.encoding is not None:
        asked(options.encoding)
    with tempfile.TemporaryDirectory(prefix="zones-") as folder:
        try:
            layers = _layers(path, Path(folder), options.encoding, loaded)
        except GeoFault as fault:
            where = fault.where.replace(folder + "/", "").removeprefix(str(path)).strip(", ")
            loaded.problems.append(("", Problem(where, fault.what, fault.mend)))
            return loaded
    names = kind_names or KindNames(options.kinds)
    for layer in layers:
        take(layer, options, names, loaded, several=len(layers) > 1)
    if not loaded.features and not loaded.problems:
        loaded.problems.append(("", NOTHING))
    return loaded


def load_as_configured(path: Path) -> LoadedFile:
    """A GeoJSON file as it stands, which is how the tracker takes the files in its configuration:
    no key is guessed, nothing reprojected. Raises OSError if it cannot be opened."""
    loaded = LoadedFile(path, Tally(str(path)))
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
        loaded.tally.has = loaded.tally.read = len(features)
    return loaded


def _layers(path: Path, folder: Path, encoding: str | None, loaded: LoadedFile) -> list[Layer]:
    suffix = path.suffix.lower()
    if suffix in (".zip", ".kmz"):
        return list(_archived(path, folder, encoding, loaded))
    if suffix in gdal.BEGINS:
        return gdal.read(path, encoding, folder)
    readers: dict[str, Callable[[Path, str | None], list[Layer]]] = {
        **dict.fromkeys(GEOJSON, geojson_text.read),
        **dict.fromkeys((".csv", ".txt"), csv_tables.read),
        ".kml": kml.read,
        ".gpx": gpx.read,
    }
    if suffix not in readers:
        mend = f"give one of {', '.join(SUFFIXES)}"
        raise GeoFault(str(path), f"no format of zones is called {suffix or 'nothing'}", mend)
    return readers[suffix](path, encoding)


def _archived(
    path: Path, folder: Path, encoding: str | None, loaded: LoadedFile
) -> Iterator[Layer]:
    wanted = (".kml",) if path.suffix.lower() == ".kmz" else (*IN_ARCHIVES, *BESIDE_SHAPEFILES)
    written, others = archives.unpack(path, folder, wanted)
    if others:
        loaded.tally.passed_over["other files in it"] = len(others)
        loaded.notes.append(f"files in it that are no zones: {', '.join(others)}")
    inner = [file for file in written if file.suffix.lower() in IN_ARCHIVES]
    for file in inner:
        for layer in _layers(file, folder, encoding, loaded):
            # What a person knows it by: the layer's own name, or the file's in the archive.
            yield layer if layer.name else replace(layer, name=file.stem)
    if not inner:
        raise GeoFault(str(path), "it holds no file of zones", f"one of {', '.join(IN_ARCHIVES)}")
