"""One layer to GeoJSON Features in WGS 84, with keys of ours: columns, ids, kinds, positions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from geofences.geometry.earth import Array
from geofences.io import columns
from geofences.io.crs import (
    every_position,
    in_degrees,
    look_like_degrees,
    look_turned,
    short,
    suggestion,
    to_wgs_84,
)
from geofences.io.features import is_area, name_feature
from geofences.io.ids import slug
from geofences.io.kind_names import KindNames
from geofences.io.layer import Layer
from geofences.io.options import LoadedFile, ReadOptions
from geofences.io.shapes import POINTS, Problem
from geofences.io.text import garbled
from geofences.io.well_known import LEVELS, Reproject, reprojected, unchanged

PINS = "points without a radius"
PIN = Problem(
    "geometry", "a point is no zone: passed over",
    "say how far it reaches: a column radius_m, or --radius METRES for all", "warning",
)  # fmt: skip


def take(
    layer: Layer, options: ReadOptions, names: KindNames, loaded: LoadedFile, *, several: bool
) -> None:
    """Adds a layer's features to `loaded`."""
    before = f"layer {layer.name}, " if several else ""
    loaded.problems.extend(("", problem) for problem in layer.problems)
    loaded.notes.extend(f"{before}{note}" for note in layer.notes)
    _count(layer, loaded, before)
    move = _reprojection(layer, options, loaded, before)
    if move is None:
        for number, problem in layer.unread.items():
            loaded.problems.append((f"{before}feature {number}", problem))
        return
    where = f"{loaded.path}, layer {layer.name}" if several else str(loaded.path)
    points = any(_type(geometry) in POINTS for geometry in layer.geometries)
    rows, notes = columns.rename(
        layer.rows, options.names, where, kind=names.translated, points=points
    )
    loaded.notes.extend(f"{before}{note}" for note in notes)
    named = 0
    for number, (row, geometry) in enumerate(zip(rows, layer.geometries, strict=True)):
        named += _identify(row, options.prefix, len(loaded.features))
        if _type(geometry) in POINTS and row.get("radius_m") is None:
            row["radius_m"] = options.radius_m
        feature = {"type": "Feature", "properties": row, "geometry": _moved(geometry, move)}
        kind = names.kind_of(layer.rows[number].get(columns.MARKS, ()))
        if row.get("kind") is None and is_area(feature) and (kind := kind or options.kind):
            row["kind"] = str(kind)
        label = before + name_feature(number, feature)
        if number in layer.unread:
            loaded.problems.append((label, layer.unread[number]))
        elif _type(geometry) in POINTS and not is_area(feature):
            loaded.problems.append((label, PIN))
            loaded.tally.passed_over[PINS] += 1
            continue
        loaded.tally.read += 1
        loaded.features.append(feature)
        loaded.labels.append(label)
    if named:
        loaded.notes.append(f"{before}{named} without an id have one made of their name")
    _suspect_texts(rows, loaded, before)


def _type(geometry: Any) -> Any:
    return geometry.get("type") if isinstance(geometry, dict) else None


def _count(layer: Layer, loaded: LoadedFile, before: str) -> None:
    """What the layer has, and whether it has been read whole."""
    has = len(layer.rows) if layer.stated is None else max(layer.stated, len(layer.rows))
    loaded.tally.has += has
    loaded.tally.passed_over.update(layer.passed_over)
    if layer.stated is not None and layer.stated > len(layer.rows):
        what = f"it has {layer.stated:,} features, but only {len(layer.rows):,} could be read"
        loaded.problems.append(("", Problem(before.strip(", "), what, "export it anew")))


def _suspect_texts(rows: list[columns.Row], loaded: LoadedFile, before: str) -> None:
    """Tells the first text that looks as if its UTF-8 had been taken for something else, and drops
    numbers that are none, which no GeoJSON could hold."""
    odd = 0
    for row in rows:
        for column, value in row.items():
            if isinstance(value, float) and not math.isfinite(value):
                row[column] = None
                odd += 1
    if odd:
        loaded.notes.append(f"{before}{odd} properties are no finite number: taken as not said")
    for row in rows:
        for column, value in row.items():
            if isinstance(value, str) and (meant := garbled(value)) is not None:
                what = f"{value!r} looks like {meant!r}, written in UTF-8 and read as Windows-1252"
                mend = "export it anew, or name its encoding: --encoding utf-8"
                loaded.problems.append(("", Problem(f"{before}{column}", what, mend, "warning")))
                return


def _identify(row: columns.Row, prefix: str, number: int) -> bool:
    """Gives the row its id, where there is anything to make it of; whether its name had to do."""
    own, name = row.get("id"), row.get("name")
    made = slug(name) if own is None and isinstance(name, str) else ""
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
    some = [every_position(geometry) for geometry in layer.geometries[:100]]
    positions = np.concatenate([*some, every_position(None)])
    positions = positions[np.isfinite(positions).all(axis=1)]
    lat_first = options.lat_first and not layer.by_name
    if lat_first:
        positions = positions[:, ::-1]
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
    if (problem := _other_unit(crs, positions, place, told=options.crs is not None)) is not None:
        loaded.problems.append(("", problem))
    return _turned(move) if lat_first else move


def _other_unit(crs: str, positions: Array, place: str, *, told: bool) -> Problem | None:
    """What is wrong if the system is in metres and the positions in degrees, or the reverse."""
    says = f"{'it is to be read as' if told else 'it says'} {short(crs)}"
    if not in_degrees(crs) and (look_like_degrees(positions) or look_turned(positions)):
        what = f"{says}, which is in metres, but its positions look like degrees"
        return Problem(place, what, suggestion(positions))
    if in_degrees(crs) and len(positions) and abs(positions).min() > 1000:
        what = f"{says}, which is in degrees, but its positions do not look like it"
        return Problem(place, what, suggestion(positions))
    return None


def _turned(move: Reproject) -> Reproject:
    return lambda positions: move(positions[:, ::-1])


def _moved(geometry: dict[str, Any] | None, move: Reproject) -> dict[str, Any] | None:
    """The geometry in WGS 84. What cannot be moved stays, and lint says why it is no geometry."""
    level = LEVELS.get(geometry.get("type", "")) if isinstance(geometry, dict) else None
    if geometry is None or level is None or move is unchanged:
        return geometry
    try:
        return {**geometry, "coordinates": reprojected(geometry.get("coordinates"), level, move)}
    except (TypeError, ValueError, IndexError):
        return geometry
