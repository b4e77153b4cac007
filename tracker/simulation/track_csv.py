"""Tracks as CSV: columns found by their common names, whatever their order, delimiter or text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from geofences.errors import GeoFault
from geofences.io.text import decoded
from tracker.domain.errors import UsageError
from tracker.simulation import track_names
from tracker.simulation.points import BadPoint, Note, Options, Point, Read, body
from tracker.simulation.track_times import Times, is_clock, joined

TIMES = ("time", "date", "fix_time", "received")
NEEDED = ("time", "lat", "lon")
_SEPARATOR = re.compile(r"sep=(.)[^\S\n]*\n", re.I)
"""The first line that Excel writes and reads to name the delimiter."""

Row = dict[str, str]


def points(path: Path, options: Options) -> Iterator[Read]:
    """One point a row, in the file's order. Columns that mean nothing here are kept, in `columns`,
    and so are values that cannot be.

    Raises UsageError if there is no column for the time or the position.
    """
    try:
        text, notes = decoded(path.read_bytes(), str(path), options.encoding)
    except GeoFault as fault:
        raise UsageError(fault.what, where=fault.where, mend=fault.mend) from None
    yield from map(Note, notes)
    table = _Table(path, text.removeprefix("\ufeff"))
    clocks = table.clocks(options)
    for times in clocks.values():
        yield from map(Note, times.notes)
    for where, row in table.rows:
        yield _point_or_bad(row, table, clocks, where)


class _Table:
    """The rows and where each is; a row that is torn is what is wrong with it."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        named = _SEPARATOR.match(text)
        self._before = 1 if named else 0
        text = text[named.end() :] if named else text
        head = text.partition("\n")[0]
        delimiter = named[1] if named else max(",;\t|", key=head.count)
        lines = csv.reader(io.StringIO(text), delimiter=delimiter)
        try:
            self.header = next(lines, [])
            self.rows = [
                (f"{path}:{lines.line_num + self._before}", self._row(line))
                for line in lines
                if any(field.strip() for field in line)
            ]
        except csv.Error as error:
            place = f"{path}:{lines.line_num + self._before}"
            raise UsageError(f"not CSV: {error}", where=place) from None
        self.columns = self._columns()

    def _row(self, line: list[str]) -> Row | str:
        surplus = any(field.strip() for field in line[len(self.header) :])
        if len(line) < len(self.header) or surplus:
            return "the row has more or fewer fields than the header"
        return {name: text for name, text in zip(self.header, line, strict=False) if text.strip()}

    def _columns(self) -> dict[str, str]:
        found = track_names.found(self.header)
        if found.get("fix_time") == found.get("time"):
            found.pop("fix_time", None)  # there is no other time
        if "date" in found and not self._is_beside(found):
            date = found.pop("date")
            found.setdefault("time", date)
        where = f"{self.path}:{1 + self._before}"
        for needed in NEEDED:
            if needed not in found:
                what = f"no column for {needed} among: {', '.join(self.header) or 'none'}"
                mend = f"name it one of: {', '.join(track_names.NAMES[needed])}"
                raise UsageError(what, where=where, mend=mend)
            if self.header.count(found[needed]) > 1:
                what = f"several columns are called {found[needed]!r}"
                raise UsageError(what, where=where, mend="give each its own name")
        return found

    def _is_beside(self, found: dict[str, str]) -> bool:
        """Whether the column of times has only the time of day, so that it needs the date's."""
        name = found.get("time")
        said = [row[name] for _, row in self.rows if isinstance(row, dict) and name in row]
        return bool(said) and all(map(is_clock, said))

    def clocks(self, options: Options) -> dict[str, Times]:
        """How each column of times is written, by its key."""
        made = {}
        for key in ("time", "fix_time", "received"):
            name = self.columns.get(key)
            if name is None:
                continue
            utc = track_names.plain(name).endswith(track_names.IN_UTC)
            said = [self.time_text(row, key) for _, row in self.rows if isinstance(row, dict)]
            made[key] = Times(
                [text for text in said if text],
                UTC if utc else options.zone,
                options.times,
                column=name,
                where=str(self.path),
                spanish=track_names.is_spanish(self.header),
                elapsed=name.strip().lower().replace(" ", "_") in track_names.ELAPSED,
            )
        return made

    def time_text(self, row: Row, key: str) -> str:
        """What the row says of that time, "" if nothing."""
        text = row.get(self.columns.get(key, ""), "")
        date = row.get(self.columns["date"], "") if key == "time" and "date" in self.columns else ""
        return joined(date, text) if date and text else text


def _point_or_bad(row: Row | str, table: _Table, clocks: dict[str, Times], where: str) -> Read:
    if isinstance(row, str):
        return BadPoint(where, row)
    try:
        return _point(row, table, clocks)
    except ValueError as error:
        return BadPoint(where, str(error))


def _point(row: Row, table: _Table, clocks: dict[str, Times]) -> Point:
    columns = table.columns
    if not (text := table.time_text(row, "time")):
        raise ValueError("no time")
    time = clocks["time"].moment(text)
    values = [(k, row[c]) for k, c in columns.items() if k not in (*TIMES, "vehicle") and c in row]
    native, aside = body(values, {"speed": track_names.km_h(columns.get("speed", ""))})
    others, wrong = _other_times(row, table, clocks)
    aside = (*aside, *wrong)
    kept = {columns[key]: row[columns[key]] for key, _ in aside}
    kept |= {name: value for name, value in row.items() if name not in columns.values()}
    return Point(
        time=time,
        body=native | ({"columns": kept} if kept else {}),
        vehicle=row.get(columns.get("vehicle", "")),
        fix_time=others.get("fix_time"),
        received=others.get("received"),
        aside=aside,
    )


def _other_times(
    row: Row, table: _Table, clocks: dict[str, Times]
) -> tuple[dict[str, datetime], list[tuple[str, str]]]:
    """Of the fix and of the receipt, and why one was left aside."""
    found, aside = {}, []
    for key, clock in clocks.items():
        text = table.time_text(row, key)
        if key == "time" or not text:
            continue
        try:
            found[key] = clock.moment(text)
        except ValueError as error:
            aside.append((key, str(error)))
    return found, aside
