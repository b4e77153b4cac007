"""Paints the map of a PNG, layer by layer, as the web page draws it."""

from __future__ import annotations

import itertools
import math

import msgspec
from PIL import Image, ImageDraw

from geofences.kinds import ZoneKind
from tracker.map import inscribe, style
from tracker.map.canvas import (
    BORDER,
    BORDER_DASHES,
    EDGE,
    GAP_DASHES,
    GRID,
    HALO,
    INK,
    LANDS,
    LATE,
    PAPER,
    ROUTE_DASHES,
    SOFT,
    Canvas,
    band,
    crossed,
    hatched,
    within,
)
from tracker.map.lettering import Letters
from tracker.map.projection import Point, fitted, round_step
from tracker.map.scene import Area, MapTrack, Scene

TINY_PX, RING_PX = 5, 13


class Painter(Canvas):
    """`width` and `height` are the pixels of the unreduced picture."""

    def __init__(self, scene: Scene, width: int, height: int, scale: int) -> None:
        super().__init__(fitted(scene.focus, width, height), scale)
        self.scene = scene
        self._shapes: list[tuple[Area, float]] = []

    def everything(self) -> None:
        """All layers, the lowest first."""
        self.ground()
        self.routes()
        self.zones()
        self.tracks()
        inscribe.marks(self, self.scene.marks)
        inscribe.names(self, self.scene.base.names, self._shapes)
        self.frame()

    def seen(self) -> Scene:
        """The scene without the zones and corridors that are out of the picture."""
        return msgspec.structs.replace(
            self.scene,
            areas=tuple(
                area
                for area in self.scene.areas
                if any(self.to_px.ring(polygon[0]) for polygon in area.polygons)
                or self.to_px.shows([self.to_px(area.at)])
            ),
            routes=tuple(
                route
                for route in self.scene.routes
                if any(self.to_px.lines(part) for part in route.parts)
            ),
        )

    def ground(self) -> None:
        for land, colour in zip(self.scene.base.lands, LANDS, strict=True):
            for ring in self.to_px.ring(land):
                self.draw.polygon(ring, fill=colour, outline=EDGE)
        self._graticule()
        for line in self.to_px.lines(self.scene.base.border):
            self.dashes(line, BORDER, 2, BORDER_DASHES)

    def _graticule(self) -> None:
        west, south, east, north = self.to_px.bounds
        step = round_step((east - west) / 5)
        digits = max(0, -math.floor(math.log10(step)))
        small, s = Letters(10 * self.scale), self.scale
        for k in range(math.ceil(west / step), math.floor(east / step) + 1):
            x, _ = self.to_px((k * step, north))
            self.draw.line([(x, 0), (x, self.to_px.height)], fill=GRID, width=s)
            said = f"{abs(k * step):.{digits}f}°{'W' if k < 0 else 'E'}"
            self.draw.text((x + 3 * s, 3 * s), said, fill=SOFT, font=small.font)
        for k in range(math.ceil(south / step), math.floor(north / step) + 1):
            _, y = self.to_px((west, k * step))
            self.draw.line([(0, y), (self.to_px.width, y)], fill=GRID, width=s)
            said = f"{abs(k * step):.{digits}f}°{'S' if k < 0 else 'N'}"
            self.draw.text((4 * s, y + 2 * s), said, fill=SOFT, font=small.font)

    def routes(self) -> None:
        bands = Image.new("L", self.image.size)
        on_bands, lines = ImageDraw.Draw(bands), []
        for route in self.scene.routes:
            for part in route.parts:
                wide = 2 * route.half_width_m / self.to_px.metres_per_px
                seen = self.to_px.lines(part, wide)
                lines += seen
                if wide > 3:
                    for piece in seen:
                        band(on_bands, piece, wide)
        self.wash(bands, style.ROUTE, 0.2)
        for line in lines:
            self.dashes(line, style.ROUTE, 1.6, ROUTE_DASHES)

    def zones(self) -> None:
        """The largest first, so that a small one is not covered."""
        sized = [(area, self._size(area)) for area in self.scene.areas]
        for area, size in sorted(sized, key=lambda one: -one[1]):
            look = style.ZONES[ZoneKind(area.kind)]
            if not self.to_px.shows([self.to_px(at) for at in area.polygons[0][0]]):
                continue
            if size < TINY_PX * self.scale:
                self.dot(self.to_px(area.at), 3.5, look.colour)
                continue
            self._shapes.append((area, size))
            self._area(area, look)

    def _area(self, area: Area, look: style.LayerStyle) -> None:
        rings = [
            (number > 0, part)
            for polygon in area.polygons
            for number, ring in enumerate(polygon)
            for part in self.to_px.ring(ring)
        ]
        if not rings:
            return
        box = within([point for _, ring in rings for point in ring], self.image.size)
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        on_mask = ImageDraw.Draw(mask)
        for hole, ring in rings:
            on_mask.polygon([(x - box[0], y - box[1]) for x, y in ring], fill=0 if hole else 255)
        self.image.paste(look.colour, box, mask.point(lambda value: value * 0.28))
        if look.hatch:
            self.image.paste(look.colour, box, hatched(mask, look.hatch, self.scale))
        dashes = (5, 3) if area.precision == "approximate" else ()
        for edge in (ring for polygon in area.polygons for ring in polygon):
            for line in self.to_px.lines(edge):
                self.dashes(line, look.colour, 1.6, dashes)

    def _size(self, area: Area) -> float:
        xs, ys = zip(*(self.to_px(at) for poly in area.polygons for at in poly[0]), strict=True)
        return float(max(max(xs) - min(xs), max(ys) - min(ys)))

    def tracks(self) -> None:
        for number, track in enumerate(self.scene.tracks):
            colour = style.TRACKS[number % len(style.TRACKS)]
            ends = [gap.index + 1 for gap in track.gaps]
            for start, end in itertools.pairwise([0, *ends, len(track.line)]):
                for line in self.to_px.lines(track.line[start:end]):
                    self.dashes(line, colour, 2.4, ())
            for gap in track.gaps:
                for line in self.to_px.lines(track.line[gap.index : gap.index + 2]):
                    self.dashes(line, colour, 2.4, GAP_DASHES)
            self._late(track)
            for doubt in track.doubted:
                crossed(self.draw, self.to_px(doubt.at), colour, self.scale)
            for stop in track.stops:
                self.square(self.to_px(stop.at), colour)

    def _late(self, track: MapTrack) -> None:
        last: Point | None = None  # rings that touch would hide the track
        for index in track.late:
            point = self.to_px(track.line[index])
            if last is None or math.dist(point, last) >= RING_PX * self.scale:
                self.dot(point, 4, LATE)
                self.dot(point, 2.2, LANDS[1])
                last = point

    def frame(self) -> None:
        """Scale bar and north."""
        s, (width, height) = self.scale, self.image.size
        metres = round_step(self.to_px.metres_per_px * 150 * s)
        long = metres / self.to_px.metres_per_px
        x, y = 14 * s, height - 18 * s
        self.draw.rectangle((x - 8 * s, y - 28 * s, x + long + 8 * s, y + 10 * s), fill=PAPER)
        bar = [(x, y - 6 * s), (x, y), (x + long, y), (x + long, y - 6 * s)]
        self.draw.line(bar, fill=INK, width=2 * s)
        self.draw.text((x, y - 24 * s), f"{metres / 1000:g} km", fill=INK, font=self.text.font)
        x, y = width - 24 * s, 34 * s
        self.draw.polygon([(x, y), (x + 7 * s, y + 14 * s), (x - 7 * s, y + 14 * s)], fill=INK)
        self.draw.text((x, y), "N", fill=INK, font=self.bold.font, anchor="mb",
                       stroke_width=2 * s, stroke_fill=HALO)  # fmt: skip
