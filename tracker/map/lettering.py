"""Fonts for the PNG, and free places for its names."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FILES = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "Arial.ttf")
BOLD = ("DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "NotoSans-Bold.ttf", "Arial Bold.ttf")
Box = tuple[float, float, float, float]


class Letters:
    """One font at one size. `own`: the computer has none of the fonts with all European letters,
    and Pillow's own, which has no accents, stands in."""

    def __init__(self, size: int, *, bold: bool = False, files: tuple[str, ...] | None = None):
        chosen = _first(files if files is not None else BOLD if bold else FILES, size)
        self.own = chosen is None
        self.font = chosen or _pillows(size)
        self.size = size

    def readable(self, text: str) -> str:
        """The text as this font can show it: on one line, "ñ" as "n" where it has no accents."""
        text = " ".join(text.split())
        if not self.own:
            return text
        plain = unicodedata.normalize("NFKD", text.replace("·", "-"))
        return plain.encode("ascii", "ignore").decode()

    def width(self, text: str) -> float:
        return float(self.font.getlength(text))

    def cut(self, text: str, most: float) -> str:
        """Shortened to `most` pixels."""
        text = self.readable(text)
        if self.width(text) <= most:
            return text
        while text and self.width(text + "...") > most:
            text = text[:-1]
        return text.rstrip() + "..."


def _first(files: tuple[str, ...], size: int) -> FreeTypeFont | None:
    from PIL import ImageFont

    for file in files:
        try:
            return ImageFont.truetype(file, size)
        except OSError:
            continue
    return None


def _pillows(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - it is, if a size is given
    return font


class Taken:
    """Boxes that nothing else may cover."""

    CELL = 128

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def is_free(self, box: Box) -> bool:
        return not any(
            box[0] <= other[2] and other[0] <= box[2] and box[1] <= other[3] and other[1] <= box[3]
            for cell in self._cells_of(box)
            for other in self._cells.get(cell, ())
        )

    def take(self, box: Box) -> None:
        for cell in self._cells_of(box):
            self._cells.setdefault(cell, []).append(box)

    def _cells_of(self, box: Box) -> Iterator[tuple[int, int]]:
        for i in range(int(box[0] // self.CELL), int(box[2] // self.CELL) + 1):
            for j in range(int(box[1] // self.CELL), int(box[3] // self.CELL) + 1):
                yield i, j


def slots(x: float, y: float, width: float, height: float, away: float) -> Iterator[Box]:
    """Boxes around a place: beside it first, then further and further up and down."""
    for row in range(14):
        for side in (1, -1):
            for up in (-row, row) if row else (0,):
                left = x + away if side > 0 else x - away - width
                top = y - height / 2 + up * (height + away / 6)
                yield (left, top, left + width, top + height)
