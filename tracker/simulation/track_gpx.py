"""Tracks as GPX 1.0 or 1.1: every `trkpt` that has a time. GPX speeds are m/s.

Read with expat itself: it knows the line of every point, and a document type (the door to entity
bombs and outside files, which no GPX needs) can be refused when it opens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from geofences.errors import GeoFault
from geofences.io.text import decoded
from tracker.domain.errors import UsageError
from tracker.simulation.points import BadPoint, Note, Options, Point, Read, body
from tracker.simulation.track_times import Times

KEYS = {
    "lat": "lat",
    "lon": "lon",
    "ele": "altitude",
    "sat": "satellites",
    "hdop": "hdop",
    "speed": "speed",
    "course": "course",
}
FACTORS = {"speed": 3.6}
DECLARED = re.compile(rb"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)""")


def points(path: Path, options: Options) -> Iterator[Read]:
    """One point a `trkpt`, in the file's order. Raises UsageError if the file is no GPX."""
    data = path.read_bytes()
    declared = DECLARED.match(data.lstrip()[:400])
    try:
        text, notes = decoded(data, str(path), options.encoding, declared and declared[1].decode())
    except GeoFault as fault:
        raise UsageError(fault.what, where=fault.where, mend=fault.mend) from None
    yield from map(Note, notes)
    collector = _Collector(path)
    try:
        collector.parser.Parse(text.lstrip("\ufeff").encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise UsageError(f"not well-formed XML: {error}", where=f"{path}:{error.lineno}") from None
    said = [parts["time"] for _, parts in collector.found if "time" in parts]
    times = Times(said, options.zone, options.times, where=str(path))
    yield from map(Note, times.notes)
    for where, parts in collector.found:
        yield _point(where, parts, times)


class _Collector:
    """Gathers the text of the elements inside each `trkpt`, and where that is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[tuple[str, dict[str, str]]] = []
        self.current: dict[str, str] | None = None
        self.text = ""
        self.line = 0
        self.parser = expat.ParserCreate("utf-8", namespace_separator=" ")
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
            self.found.append((f"{self.path}:{self.line}", self.current))
            self.current = None
        else:
            self.current[name] = self.text


def _point(where: str, parts: dict[str, str], times: Times) -> Point | BadPoint:
    try:
        if "time" not in parts:
            raise ValueError("the point has no time")
        said = [(KEYS[name], text) for name, text in parts.items() if name in KEYS]
        native, aside = body(said, FACTORS)
        kept = {key: text for key, text in said if key in dict(aside)}
        native |= {"columns": kept} if kept else {}
        return Point(times.moment(parts["time"]), native, aside=aside)
    except ValueError as error:
        return BadPoint(where, str(error))
