"""A small map of text: where the readings of a story were, for a terminal and for a message."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

M_PER_DEG = 111_195.0
"""Metres in a degree of latitude."""
LEAST_M = 200.0
"""What lies closer together is one place: a map of it would show its receiver's noise."""


class Spot(Struct, frozen=True):
    """Where to draw a sign. Of two at one place the later one is seen."""

    lat: float
    lon: float
    sign: str


class Sketch(Struct, frozen=True):
    """north is up. lines: the rows, all as wide. width_m, height_m: how much ground they show."""

    lines: tuple[str, ...]
    width_m: float
    height_m: float


def sketch(spots: Sequence[Spot], columns: int = 60, rows: int = 15) -> Sketch | None:
    """All of them, to scale: a character is taken to be twice as high as wide. None for one place,
    or none.
    """
    if not spots:
        return None
    south, north = min(s.lat for s in spots), max(s.lat for s in spots)
    west, east = min(s.lon for s in spots), max(s.lon for s in spots)
    middle_lat, middle_lon = (south + north) / 2, (west + east) / 2
    squeezed = max(math.cos(math.radians(middle_lat)), 1e-6)
    wide, high = (east - west) * M_PER_DEG * squeezed, (north - south) * M_PER_DEG
    if max(wide, high) < LEAST_M:
        return None
    column_m = max(wide / (columns - 1), high / (rows - 1) / 2)
    across = min(columns, math.ceil(wide / column_m) + 1)
    down = min(rows, math.ceil(high / column_m / 2) + 1)
    grid = [[" "] * across for _ in range(down)]
    for spot in spots:
        x = (spot.lon - middle_lon) * M_PER_DEG * squeezed / column_m + (across - 1) / 2
        y = (middle_lat - spot.lat) * M_PER_DEG / column_m / 2 + (down - 1) / 2
        grid[min(max(round(y), 0), down - 1)][min(max(round(x), 0), across - 1)] = spot.sign
    return Sketch(
        tuple("".join(row) for row in grid), (across - 1) * column_m, (down - 1) * column_m * 2
    )
