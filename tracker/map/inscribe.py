"""Names on the map of a PNG, and the pills of alerts and seals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from geofences.kinds import ZoneKind
from tracker.domain.alert import Severity
from tracker.map import style
from tracker.map.canvas import HALO, INK, SOFT, Canvas
from tracker.map.lettering import Box, Letters, slots
from tracker.map.scene import Area, Mark, Name, Position

TAG_PX, NAME_PX = 15, 46
RANK_SPAN_DEG = (60.0, 20.0, 8.0, 1.5)
"""A name of each rank is shown if the map is no wider than this."""
ZONES_SPAN_DEG = 0.08
"""On a narrower map a crossing's zones are so large that they bear their own names."""


def look_of(mark: Mark) -> style.LayerStyle:
    if mark.layer == "alerts":
        return style.ALERTS[Severity(mark.look)]
    return style.SEALS[mark.look]


def marks(on: Canvas, happened: Sequence[Mark]) -> None:
    """Pills with words, each on the free place that is nearest to where it happened."""
    s, feet = on.scale, [(mark, on.to_px(mark.at)) for mark in happened]
    seen = [(mark, at) for mark, at in feet if on.to_px.shows([at])]
    for _, (x, y) in seen:
        on.taken.take((x - 6 * s, y - 6 * s, x + 6 * s, y + 6 * s))
    for mark, at in sorted(seen, key=lambda one: one[0].layer != "alerts"):
        look = look_of(mark)
        words = on.bold.readable(f"{look.tag} {mark.word}")
        size = (on.bold.width(words) + 14 * s, 19 * s)
        box = _free(on, slots(*at, *size, 14 * s))
        on.taken.take(box)
        near = box[0] if box[0] > at[0] else box[2]
        on.draw.line([at, (near, (box[1] + box[3]) / 2)], fill=INK, width=s)
        on.dot(at, 5, look.colour)
        radius = (3 if mark.layer == "alerts" else 9) * s
        on.draw.rounded_rectangle(box, radius, fill=look.colour, outline=HALO, width=s)
        on.draw.text(
            (box[0] + 7 * s, (box[1] + box[3]) / 2),
            words, fill=look.ink, font=on.bold.font, anchor="lm",
        )  # fmt: skip


def _free(on: Canvas, boxes: Iterable[Box]) -> Box:
    """The first free one that is in the picture; if there is none, the last."""
    width, height = on.image.size
    for box in boxes:
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
        if inside and on.taken.is_free(box):
            return box
    return box


def names(on: Canvas, known: Sequence[Name], shapes: Sequence[tuple[Area, float]]) -> None:
    """Of the base layer by rank, then of the zones (with their sizes in pixels), largest first."""
    west, _, east, _ = on.to_px.bounds
    for name in sorted(known, key=lambda one: one.rank):
        if east - west > RANK_SPAN_DEG[name.rank]:
            continue
        if name.rank > 1 and east - west < ZONES_SPAN_DEG:
            continue
        letters = on.text if name.rank == 1 else on.bold
        _name(on, name.text, name.at, letters, INK if name.rank > 1 else SOFT, dot=True)
    for area, size in shapes:
        look = style.ZONES[ZoneKind(area.kind)]
        short = area.name.partition(": ")[2] if area.crossing else ""
        if size > NAME_PX * on.scale:
            full = f"{look.tag} · {short or area.name}"
            if _name(on, full, area.at, on.text, INK):
                continue
        if size > TAG_PX * on.scale:
            _name(on, look.tag, area.at, on.bold, INK)


def _name(
    on: Canvas, text: str, at: Position, letters: Letters, colour: str, *, dot: bool = False
) -> bool:
    """Writes it if there is room, beside a dot or in the middle of the place."""
    s, (x, y) = on.scale, on.to_px(at)
    if not on.to_px.shows([(x, y)]):
        return False
    text = letters.readable(text)
    width = letters.width(text)
    left = x + 8 * s if dot else x - width / 2
    box = (left, y - 8 * s, left + width, y + 8 * s)
    inside = box[0] >= 0 and box[2] <= on.to_px.width
    if not inside or not on.taken.is_free(box):
        return False
    on.taken.take(box)
    if dot:
        on.dot((x, y), 3, SOFT)
    on.draw.text(
        (left, y), text, fill=colour, font=letters.font, anchor="lm",
        stroke_width=2 * s, stroke_fill=HALO,
    )  # fmt: skip
    return True
