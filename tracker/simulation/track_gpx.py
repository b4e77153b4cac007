"""Tracks as GPX 1.0 or 1.1: every `trkpt` that has a time. GPX speeds are m/s.

Read with expat itself: it knows the line of every point, and a document type (the door to entity
bombs and outside files, which no GPX needs) can be refused when it opens.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from xml.parsers import expat

from tracker.domain.errors import UsageError
from tracker.simulation.points import BadPoint, Point, body, moment

KEYS = {
    "lat": "lat",
    "lon": "lon",
    "ele": "altitude",
    "sat": "satellites",
    "hdop": "hdop",
    "speed": "speed",
    "course": "course",
}
MPS_TO_KMH = 3.6


def points(path: Path, zone: tzinfo | None) -> Iterator[Point | BadPoint]:
    """One point a `trkpt`, in the file's order. Raises UsageError if the file is no GPX."""
    collector = _Collector(path, zone)
    try:
        collector.parser.Parse(path.read_bytes(), True)
    except expat.ExpatError as error:
        raise UsageError(f"not well-formed XML: {error}", where=f"{path}:{error.lineno}") from None
    yield from collector.found


class _Collector:
    """Gathers the text of the elements inside the current `trkpt`."""

    def __init__(self, path: Path, zone: tzinfo | None) -> None:
        self.path, self.zone = path, zone
        self.found: list[Point | BadPoint] = []
        self.current: dict[str, str] | None = None
        self.text = ""
        self.line = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.refuse

    def refuse(self, *_: object) -> None:
        raise UsageError(
            "a GPX file has no document type; this one is not read",
            where=f"{self.path}:{self.parser.CurrentLineNumber}",
        )

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.text = ""
        if tag.rpartition(" ")[2] == "trkpt":
            self.current, self.line = dict(attributes), self.parser.CurrentLineNumber

    def characters(self, text: str) -> None:
        self.text += text

    def end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if self.current is None:
            return
        if name == "trkpt":
            self.found.append(self.point(self.current))
            self.current = None
        else:
            self.current[name] = self.text

    def point(self, parts: dict[str, str]) -> Point | BadPoint:
        try:
            if "time" not in parts:
                raise ValueError("the point has no time")
            native = body((KEYS[name], text) for name, text in parts.items() if name in KEYS)
            if "speed" in native:
                native["speed"] = round(native["speed"] * MPS_TO_KMH, 3)
            return Point(moment(parts["time"], self.zone), native)
        except ValueError as error:
            return BadPoint(f"{self.path}:{self.line}", str(error))
