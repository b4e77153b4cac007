"""The legend of a PNG, and for a shipment what happened, as far as there is room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PIL import Image, ImageDraw

from geofences.kinds import ZoneKind
from tracker.domain.alert import Severity
from tracker.map import canvas, style
from tracker.map.lettering import Letters
from tracker.map.scene import Scene


class Legend:
    """Paints the panel that begins at pixel `left` of the image."""

    def __init__(self, image: Image.Image, left: int, scale: int) -> None:
        self.image, self.scale = image, scale
        self.draw = ImageDraw.Draw(image)
        self.x, self.y = left + 16 * scale, 16 * scale
        self.right = image.width - 12 * scale
        self.text, self.small = Letters(12 * scale), Letters(10 * scale)
        self.bold, self.head = Letters(12 * scale, bold=True), Letters(17 * scale, bold=True)

    def paint(self, scene: Scene) -> None:
        self._line(scene.title, self.head, canvas.INK, 24)
        self._line(f"Drawn {scene.drawn}", self.small, canvas.SOFT, 24)
        self._marks(scene)
        self._tracks(scene)
        self._zones(scene)
        for note in scene.notes:
            self._wrapped(note)
        self._timeline(scene)

    def _marks(self, scene: Scene) -> None:
        counts = Counter((mark.layer, mark.look) for mark in scene.marks)
        for severity in Severity:
            if count := counts["alerts", severity.value]:
                self._pill(style.ALERTS[severity], 3, count)
        for word, look in style.SEALS.items():
            if count := counts["seals", word]:
                self._pill(look, 9, count)

    def _pill(self, look: style.LayerStyle, radius: int, count: int) -> None:
        s, y = self.scale, self.y
        box = (self.x, y, self.x + 30 * s, y + 16 * s)
        self.draw.rounded_rectangle(box, radius * s, fill=look.colour)
        middle = (self.x + 15 * s, y + 8 * s)
        tag = self.bold.readable(look.tag) or "o"
        self.draw.text(middle, tag, fill=look.ink, font=self.bold.font, anchor="mm")
        self._row(look.label, count)

    def _tracks(self, scene: Scene) -> None:
        s = self.scale
        for number, track in enumerate(scene.tracks):
            colour = style.TRACKS[number % len(style.TRACKS)]
            self._rule(colour, 2.4)
            self._row(f"Track of {track.device}", track.fixes)
        if gaps := sum(len(track.gaps) for track in scene.tracks):
            self._rule(canvas.INK, 2.4, canvas.GAP_DASHES)
            self._row("Gap: no position known", gaps)
        if late := sum(len(track.late) for track in scene.tracks):
            for x in (self.x + 9 * s, self.x + 21 * s):
                box = (x - 4 * s, self.y + 4 * s, x + 4 * s, self.y + 12 * s)
                self.draw.ellipse(box, fill=canvas.PAPER, outline=canvas.LATE, width=2 * s)
            self._row("Late, from a backlog", late)
        if doubted := sum(len(track.doubted) for track in scene.tracks):
            canvas.crossed(self.draw, (self.x + 15 * s, self.y + 8 * s), style.TRACKS[0], s)
            self._row("Not believed", doubted)
        if stops := sum(len(track.stops) for track in scene.tracks):
            box = (self.x + 10 * s, self.y + 3 * s, self.x + 20 * s, self.y + 13 * s)
            self.draw.rectangle(box, fill=canvas.PAPER, outline=canvas.INK, width=2 * s)
            self._row("Stop of 5 min or more", stops)

    def _zones(self, scene: Scene) -> None:
        if scene.routes:
            band = Image.new("L", (30 * self.scale, 13 * self.scale), 51)
            self.image.paste(style.ROUTE, (self.x, self.y + self.scale), band)
            self._rule(style.ROUTE, 1.6, canvas.ROUTE_DASHES)
            self._row("Corridor and its width", len(scene.routes))
        counts = Counter(area.kind for area in scene.areas)
        for kind, look in style.ZONES.items():
            if counts[kind.value]:
                self._swatch(look)
                self._row(look.label, counts[ZoneKind(kind).value])
        self._rule(canvas.BORDER, 2, canvas.BORDER_DASHES)
        self._row("US-Mexico border", None)
        if any(area.precision == "approximate" for area in scene.areas):
            self._wrapped("Dashed outline: drawn approximately, not surveyed.")

    def _swatch(self, look: style.LayerStyle) -> None:
        s = self.scale
        mask = Image.new("L", (30 * s, 15 * s), 255)
        tint = mask.point(lambda value: value * 0.28)
        self.image.paste(look.colour, (self.x, self.y), tint)
        if look.hatch:
            pattern = canvas.hatched(mask, look.hatch, s)
            self.image.paste(look.colour, (self.x, self.y), pattern)
        box = (self.x, self.y, self.x + 30 * s, self.y + 15 * s)
        self.draw.rectangle(box, outline=look.colour, width=round(1.6 * s))
        self.draw.text(
            (self.x + 15 * s, self.y + 8 * s), look.tag, fill=canvas.INK, font=self.bold.font,
            anchor="mm", stroke_width=2 * s, stroke_fill=canvas.HALO,
        )  # fmt: skip

    def _rule(self, colour: str, width: float, dashes: Sequence[float] = (99,)) -> None:
        s, y = self.scale, self.y + 8 * self.scale
        ends = [(self.x, y), (self.x + 30 * s, y)]
        for stroke in canvas.dashed(ends, [one * s for one in dashes]):
            self.draw.line(stroke, fill=colour, width=round(width * s))

    def _row(self, label: str, count: int | None) -> None:
        s = self.scale
        at = (self.x + 40 * s, self.y + 8 * s)
        self.draw.text(at, self.text.cut(label, self.right - at[0] - 50 * s), fill=canvas.INK,
                       font=self.text.font, anchor="lm")  # fmt: skip
        if count is not None:
            self.draw.text((self.right, at[1]), f"{count:,}", fill=canvas.SOFT,
                           font=self.text.font, anchor="rm")  # fmt: skip
        self.y += 21 * s

    def _timeline(self, scene: Scene) -> None:
        """The rows that fit; the last line says how many do not."""
        if not scene.timeline:
            return
        self.y += 8 * self.scale
        self._line("Timeline", self.bold, canvas.INK, 19)
        for number, row in enumerate(scene.timeline):
            if self.y > self.image.height - 62 * self.scale:
                left = len(scene.timeline) - number
                self._line(
                    f"and {left} more: the web page has them all", self.small, canvas.SOFT, 0
                )
                return
            alert = style.ALERTS[Severity(row.look)] if row.look in set(Severity) else None
            colour = alert.colour if alert else canvas.INK
            if alert:
                bar = (self.x - 8 * self.scale, self.y, self.x - 4 * self.scale,
                       self.y + 27 * self.scale)  # fmt: skip
                self.draw.rectangle(bar, fill=colour)
            tag = f"{alert.tag} " if alert else ""
            self._line(f"{row.time}  {tag}{row.word}", self.small, canvas.INK, 13)
            self._line(row.detail, self.small, canvas.SOFT, 17)

    def _wrapped(self, text: str) -> None:
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if self.small.width(longer) > self.right - self.x:
                self._line(line, self.small, canvas.SOFT, 14)
                longer = word
            line = longer
        self._line(line, self.small, canvas.SOFT, 16)

    def _line(self, text: str, letters: Letters, colour: str, down: int) -> None:
        shown = letters.cut(text, self.right - self.x)
        self.draw.text((self.x, self.y), shown, fill=colour, font=letters.font)
        self.y += down * self.scale
