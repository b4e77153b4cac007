"""Web Mercator, as the web page has it, onto the pixels of one picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import shapely

from tracker.map.scene import Bounds, Line, Position

EARTH_M = 40_075_016.686
"""Length of the equator: the width of the projected world."""
LEAST_STEP_PX = 0.7
EDGE_PX = 50.0
"""Cut off so far outside the picture, lines do not seem to end in it."""
Point = tuple[float, float]


def _unit(at: Position) -> Point:
    lon, lat = at
    return (lon + 180) / 360, 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)


def latitude(y: float) -> float:
    """Degrees, of a y on the unit square."""
    return math.degrees(math.atan(math.sinh((0.5 - y) * 2 * math.pi)))


@dataclass(frozen=True)
class Projection:
    """`scale` is the pixels of the whole world's width; (left, top) the picture's corner on the
    unit square; width and height are pixels."""

    left: float
    top: float
    scale: float
    width: float
    height: float

    def __call__(self, at: Position) -> Point:
        x, y = _unit(at)
        return (x - self.left) * self.scale, (y - self.top) * self.scale

    def line(self, line: Line) -> list[Point]:
        """The line's pixels; points nearer than most of a pixel to the one before are left out."""
        found: list[Point] = []
        for point in map(self, line):
            near = found and max(abs(point[i] - found[-1][i]) for i in (0, 1)) < LEAST_STEP_PX
            if not near:
                found.append(point)
        last = self(line[-1])
        if found[-1] != last:
            found.append(last)
        return found

    def ring(self, ring: Line) -> list[list[Point]]:
        """What of the area in a ring is in the picture: none, one or several rings. Pillow counts
        in single precision, and a country's corners lie millions of pixels away."""
        points = self.line(ring)
        if len(points) < 4 or not self.shows(points, EDGE_PX):
            return []
        if self._holds(points):
            return [points]
        # An invalid ring (they are drawn too, to be looked at) is clipped all the same.
        area = shapely.clip_by_rect(shapely.Polygon(points), *self._frame(EDGE_PX))
        found = [part for part in shapely.get_parts(area) if isinstance(part, shapely.Polygon)]
        return [shapely.get_coordinates(part.exterior).tolist() for part in found]

    def lines(self, line: Line, margin: float = 0.0) -> list[list[Point]]:
        """What of a line is in the picture and `margin` pixels around it."""
        points = self.line(line)
        if len(points) < 2 or not self.shows(points, EDGE_PX + margin):
            return []
        if self._holds(points):
            return [points]
        seen = shapely.clip_by_rect(shapely.LineString(points), *self._frame(EDGE_PX + margin))
        parts = [shapely.get_coordinates(part).tolist() for part in shapely.get_parts(seen)]
        return [part for part in parts if len(part) > 1]

    def _holds(self, points: list[Point]) -> bool:
        return all(0 <= x <= self.width and 0 <= y <= self.height for x, y in points)

    def _frame(self, margin: float) -> Bounds:
        return (-margin, -margin, self.width + margin, self.height + margin)

    def shows(self, points: list[Point], margin: float = 0.0) -> bool:
        """Whether their box meets the picture."""
        xs, ys = zip(*points, strict=True)
        return bool(
            max(xs) >= -margin
            and min(xs) <= self.width + margin
            and max(ys) >= -margin
            and min(ys) <= self.height + margin
        )

    @property
    def metres_per_px(self) -> float:
        """In the picture's middle."""
        middle = latitude(self.top + self.height / self.scale / 2)
        return EARTH_M * math.cos(math.radians(middle)) / self.scale

    @property
    def bounds(self) -> Bounds:
        """The picture's edges, in degrees."""
        bottom = self.top + self.height / self.scale
        right = self.left + self.width / self.scale
        return (self.left * 360 - 180, latitude(bottom), right * 360 - 180, latitude(self.top))


def fitted(focus: Bounds, width: float, height: float) -> Projection:
    """The projection that shows all of `focus`, in the middle, as large as it fits."""
    left, top = _unit((focus[0], focus[3]))
    right, bottom = _unit((focus[2], focus[1]))
    scale = min(width / (right - left), height / (bottom - top))
    return Projection(
        left=(left + right) / 2 - width / scale / 2,
        top=(top + bottom) / 2 - height / scale / 2,
        scale=scale,
        width=width,
        height=height,
    )


def round_step(most: float) -> float:
    """The largest of 1, 2, 5, 10, 20, ... (or 0.5, 0.2, ...) that is not above `most`."""
    power = 10.0 ** math.floor(math.log10(most))
    return next(factor * power for factor in (5, 2, 1) if factor * power <= most * 1.000001)
