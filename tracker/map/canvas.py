"""Pillow, with what the map needs besides: dashes, hatches, washes, and a projection."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence

from PIL import Image, ImageDraw

from tracker.map.lettering import Letters, Taken
from tracker.map.projection import Point, Projection

PAPER, INK, SOFT, HALO = "#ffffff", "#1b2126", "#59636c", "#ffffff"
GROUND, LANDS, EDGE, GRID = "#dfe8ee", ("#f6f4ee", "#fbfaf6"), "#c9c4b4", "#c3d0d8"
BORDER, LATE = "#8a2f5f", "#d06a00"
BORDER_DASHES, ROUTE_DASHES, GAP_DASHES = (9, 3, 2, 3), (10, 4), (3, 6)


class Canvas:
    """An image and where the world is on it. `scale` multiplies every width and letter: the
    picture is reduced by it afterwards."""

    def __init__(self, to_px: Projection, scale: int) -> None:
        self.to_px, self.scale = to_px, scale
        self.image = Image.new("RGB", (round(to_px.width), round(to_px.height)), GROUND)
        self.draw = ImageDraw.Draw(self.image)
        self.taken = Taken()
        self.text = Letters(12 * scale)
        self.bold = Letters(12 * scale, bold=True)

    def wash(self, mask: Image.Image, colour: str, opacity: float) -> None:
        self.image.paste(colour, (0, 0), mask.point(lambda value: value * opacity))

    def dot(self, at: Point, radius: float, colour: str) -> None:
        (x, y), r = at, radius * self.scale
        self.draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)

    def square(self, at: Point, colour: str) -> None:
        (x, y), r = at, 5 * self.scale
        box = (x - r, y - r, x + r, y + r)
        self.draw.rectangle(box, fill=PAPER, outline=colour, width=2 * self.scale)

    def dashes(
        self, line: Sequence[Point], colour: str, width: float, dashes: Sequence[float]
    ) -> None:
        """`dashes` as `dashed` has them; empty for a solid line."""
        pieces = dashed(line, [one * self.scale for one in dashes]) if dashes else [line]
        for piece in pieces:
            stroke(self.draw, piece, colour, width * self.scale)


def hatched(mask: Image.Image, hatch: str, scale: int) -> Image.Image:
    """What of the mask the hatch covers."""
    step, wide = 8 * scale, round(2.5 * scale)
    width, height = mask.size
    pattern = Image.new("L", mask.size)
    on_pattern = ImageDraw.Draw(pattern)
    if hatch == "lines":
        for x in range(-height, width, step):
            on_pattern.line([(x, 0), (x + height, height)], fill=255, width=wide)
    else:
        for x in range(0, width, step):
            for y in range(0, height, step):
                on_pattern.ellipse((x, y, x + 3 * scale, y + 3 * scale), fill=255)
    none = Image.new("L", mask.size)
    return Image.composite(pattern, none, mask)


def stroke(
    draw: ImageDraw.ImageDraw, line: Sequence[Point], colour: str | int, width: float
) -> None:
    if len(line) > 1:
        draw.line(list(line), fill=colour, width=max(1, round(width)), joint="curve")


def crossed(draw: ImageDraw.ImageDraw, at: Point, colour: str, scale: int) -> None:
    """What was not believed."""
    (x, y), r = at, 4 * scale
    for down in (-r, r):
        draw.line([(x - r, y - down), (x + r, y + down)], fill=colour, width=round(1.6 * scale))


def within(points: Iterable[Point], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The points' box in whole pixels, of the part that is in the picture."""
    xs, ys = zip(*points, strict=True)
    left, top = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
    right, bottom = min(size[0], math.ceil(max(xs))), min(size[1], math.ceil(max(ys)))
    return left, top, max(right, left + 1), max(bottom, top + 1)


def dashed(line: Sequence[Point], lengths: Sequence[float]) -> Iterator[list[Point]]:
    """The strokes of a dashed line; `lengths` of stroke, blank, stroke, ..., in pixels."""
    turn, left, stroke = 0, lengths[0], list(line[:1])
    for (ax, ay), (bx, by) in itertools.pairwise(line):
        whole = math.hypot(bx - ax, by - ay)
        done = 0.0
        while whole - done > left:
            done += left
            point = (ax + (bx - ax) * done / whole, ay + (by - ay) * done / whole)
            if turn % 2 == 0:
                yield [*stroke, point]
            turn += 1
            left, stroke = lengths[turn % len(lengths)], [point]
        left -= whole - done
        stroke.append((bx, by))
    if turn % 2 == 0 and len(stroke) > 1:
        yield stroke


def band(draw: ImageDraw.ImageDraw, line: Sequence[Point], width: float) -> None:
    """A stroke so wide that its joints and ends show: they are round, as the corridor is."""
    stroke(draw, line, 255, width)
    for x, y in line:
        r = width / 2
        draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
