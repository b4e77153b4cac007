"""Polygons as rasters: for each cell, whether it is inside, outside, or crossed by the edge.

A raster answers at once for every position in a cell that no edge crosses, and says of the others
that the exact test is needed. It never contradicts that test: an edge marks every cell that it
comes nearer to than the rounding of a position's cell, so a doubtful cell is always an EDGE.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geofences.geometry.earth import Array, Index, Mask
from geofences.geometry.edges import rings

INSIDE, EDGE, NEAR = 1, 2, 4
"""Bits of a cell's code. NEAR: an edge crosses it or one of its eight neighbours; so at a cell
without it every edge is further away than the shorter side of a cell."""

ROUNDING = 1e-6
"""Of a cell's side. Coordinates are rounded to 3e-14 degrees, which is less than this share of a
cell for all polygons wider than a millimetre; see `_slack` for the others."""
NARROWEST_DEG = 1e-9
CHUNK = 500_000
"""Cells at once: bounds the memory while building."""

Codes = NDArray[np.uint8]


def frames(boxes: Array, sides: Index) -> Array:
    """(n, 6): x0, y0, cells per degree in x and y, cells in a row, offset of the first cell when
    rasters of `sides` x `sides` cells follow each other. Each frame is one cell wider than its box
    (min x, min y, max x, max y) all round, so that whatever is kept to the frame's rim is outside.
    """
    low, high = boxes[:, :2], boxes[:, 2:]
    scale = (sides[:, None] - 2) / np.maximum(high - low, NARROWEST_DEG)
    offset = np.cumsum(sides**2) - sides**2
    return np.column_stack((low - 1.0 / scale, scale, sides, offset))


def cells(frame: Array, spots: Array) -> Index:
    """For each spot, (2, n) of x and y, its cell, kept to its frame: (6, n), or (6, 1) for one."""
    at = spots - frame[:2]
    at *= frame[2:4]
    np.maximum(at, 0.0, out=at)
    np.minimum(at, frame[4] - 1.0, out=at)
    np.floor(at, out=at)
    column, row = at
    row *= frame[4]
    row += frame[5]
    row += column
    found: Index = row.astype(np.intp)
    return found


def rasterise(polygons: NDArray[Any], frame: Array) -> Codes:
    """The codes of all cells, one raster after the other; polygons may have holes and parts."""
    size = (frame[:, 4] ** 2).astype(np.intp)
    made = []
    start = 0
    reached = np.cumsum(size)
    while start < len(polygons):
        before = reached[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(reached, before + CHUNK, side="right")))
        # One side at a time, for rasters of one side make one array.
        same = np.flatnonzero(size[start:stop] != size[start])
        stop = start + int(same[0]) if len(same) else stop
        made.append(_rasterise(polygons[start:stop], frame[start:stop]).ravel())
        start = stop
    return np.concatenate(made) if made else np.zeros(0, dtype=np.uint8)


def _rasterise(polygons: NDArray[Any], frame: Array) -> Codes:
    """(n, side, side) codes, of rasters that all have one side."""
    side, count = int(frame[0, 4]), len(polygons)
    who, u, v, du, dv = _segments(polygons, frame)
    slack = _slack(frame)[who]
    low = np.floor(np.minimum(v, v + dv) - slack).astype(np.intp).clip(0, side - 1)
    high = np.floor(np.maximum(v, v + dv) + slack).astype(np.intp).clip(0, side - 1)
    rows = high - low + 1
    part = np.repeat(np.arange(len(who)), rows)
    row = np.arange(len(part)) - np.repeat(np.cumsum(rows) - rows - low, rows)
    who, u, v, du, dv, slack = who[part], u[part], v[part], du[part], dv[part], slack[part]
    line = (who * side + row) * (side + 1)
    edge = _crossed(line, row, u, v, du, dv, slack, (count, side))
    inside = _enclosed(line, row, u, v, du, dv, (count, side))
    near = edge.copy()
    near[:, 1:] |= edge[:, :-1]
    near[:, :-1] |= edge[:, 1:]
    wide = near.copy()
    near[:, :, 1:] |= wide[:, :, :-1]
    near[:, :, :-1] |= wide[:, :, 1:]
    codes: Codes = ((inside & ~edge) * INSIDE + edge * EDGE + near * NEAR).astype(np.uint8)
    return codes


def _segments(polygons: NDArray[Any], frame: Array) -> tuple[Index, Array, Array, Array, Array]:
    """Of all rings: whose it is, and start and step in cells."""
    corners, ring, owner = rings(polygons)
    who = owner[ring]
    u = (corners[:, 0] - frame[who, 0]) * frame[who, 2]
    v = (corners[:, 1] - frame[who, 1]) * frame[who, 3]
    on = np.flatnonzero(ring[1:] == ring[:-1])
    return who[on], u[on], v[on], u[on + 1] - u[on], v[on + 1] - v[on]


def _slack(frame: Array) -> Array:
    """How far, in cells, an edge reaches beyond itself: well above what rounding can do."""
    largest = np.abs(frame[:, :2]).max(axis=1) + 1.0
    slack: Array = ROUNDING + 64 * np.finfo(float).eps * largest * frame[:, 2:4].max(axis=1)
    return slack


def _crossed(
    line: Index, row: Index, u: Array, v: Array, du: Array, dv: Array, slack: Array,
    shape: tuple[int, int],
) -> Mask:  # fmt: skip
    """Cells that an edge comes to, from each edge's extent in each row that it comes to."""
    count, side = shape
    level = dv == 0
    per = 1.0 / np.where(level, 1.0, dv)
    one = np.where(level, 0.0, ((row - slack - v) * per).clip(0.0, 1.0))
    other = np.where(level, 1.0, ((row + 1 + slack - v) * per).clip(0.0, 1.0))
    a, b = u + one * du, u + other * du
    first = np.floor(np.minimum(a, b) - slack).astype(np.intp).clip(0, side - 1)
    last = np.floor(np.maximum(a, b) + slack).astype(np.intp).clip(0, side - 1)
    size = count * side * (side + 1)
    step = np.bincount(line + first, minlength=size) - np.bincount(line + last + 1, minlength=size)
    depth = step.astype(np.int16).reshape(count, side, side + 1).cumsum(axis=2, dtype=np.int16)
    return depth[:, :, :-1] > 0


def _enclosed(
    line: Index, row: Index, u: Array, v: Array, du: Array, dv: Array, shape: tuple[int, int]
) -> Mask:
    """Cells whose centre an odd number of edges lies before, in its row."""
    count, side = shape
    level = row + 0.5
    meets = (v <= level) != (v + dv <= level)
    line, u, v, du, dv, level = (
        line[meets], u[meets], v[meets], du[meets], dv[meets], level[meets]
    )  # fmt: skip
    at = u + (level - v) / dv * du
    column = np.ceil(at - 0.5).astype(np.intp).clip(0, side)
    turns = np.bincount(line + column, minlength=count * side * (side + 1))
    before = turns.astype(np.int16).reshape(count, side, side + 1).cumsum(axis=2, dtype=np.int16)
    odd: Mask = before[:, :, :-1] & 1 == 1
    return odd
