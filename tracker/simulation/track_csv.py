"""Tracks as CSV: columns found by their common names, whatever their order or delimiter."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path

from tracker.domain.errors import UsageError
from tracker.simulation.points import BadPoint, Point, body, moment

NAMES = {
    "time": "t_s time timestamp tst ts event_ts event_time datetime date_time gps_time utc t "
    "seconds elapsed_s",
    "fix_time": "fix_ts fix_time",
    "received": "received_ts received_at received receipt_time server_time",
    "vehicle": "vehicle_id vehicle device device_id imei ident",
    "lat": "lat latitude",
    "lon": "lon lng long longitude",
    "speed": "speed_kmh speed velocity vel speed_mps speed_knots",
    "course": "heading_deg heading course course_deg bearing direction cog",
    "altitude": "altitude altitude_m alt alt_m elevation ele",
    "accuracy": "accuracy accuracy_m acc hacc horizontal_accuracy",
    "satellites": "satellites sats sat",
    "hdop": "hdop",
    "battery": "battery battery_pct batt",
}
"""What a column means, and the names it goes by; the first name present wins."""

TO_KMH = {"speed_mps": 3.6, "speed_knots": 1.852}
TIMES = ("time", "fix_time", "received")


def points(path: Path, zone: tzinfo | None) -> Iterator[Point | BadPoint]:
    """One point a row, in the file's order. Columns that mean nothing here are kept, in `columns`.

    Raises UsageError if there is no column for the time or the position.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        header = file.readline()
        file.seek(0)
        rows = csv.DictReader(file, delimiter=max(",;\t", key=header.count), restkey="(more)")
        columns = _columns(path, rows.fieldnames or ())
        try:
            for row in rows:
                yield _point_or_bad(row, columns, zone, f"{path}:{rows.line_num}")
        except csv.Error as error:
            raise UsageError(f"not CSV: {error}", where=f"{path}:{rows.line_num}") from None


def _columns(path: Path, header: Sequence[str]) -> dict[str, str]:
    present = {name.strip().lower().replace(" ", "_"): name for name in header}
    found = {
        meaning: next(present[name] for name in names.split() if name in present)
        for meaning, names in NAMES.items()
        if any(name in present for name in names.split())
    }
    for needed in ("time", "lat", "lon"):
        if needed not in found:
            raise UsageError(
                f"no column for {needed} among: {', '.join(header) or 'none'}",
                where=f"{path}:1",
                mend=f"name it one of: {', '.join(NAMES[needed].split())}",
            )
    return found


def _point_or_bad(
    row: Mapping[str, str | None], columns: dict[str, str], zone: tzinfo | None, where: str
) -> Point | BadPoint:
    try:
        return _point(row, columns, zone)
    except ValueError as error:
        return BadPoint(where, str(error))


def _point(row: Mapping[str, str | None], columns: dict[str, str], zone: tzinfo | None) -> Point:
    if "(more)" in row or None in row.values():
        raise ValueError("the row has more or fewer fields than the header")
    text = {name: value for name, value in row.items() if value is not None and value.strip()}
    times = {key: moment(text[columns[key]], zone) for key in TIMES if columns.get(key) in text}
    if "time" not in times:
        raise ValueError("no time")
    values = {k: text[c] for k, c in columns.items() if k not in (*TIMES, "vehicle") and c in text}
    factor = TO_KMH.get(columns.get("speed", "").strip().lower(), 1.0)
    native = body(values.items())
    if "speed" in native:
        native["speed"] = round(native["speed"] * factor, 3)
    others = {name: value for name, value in text.items() if name not in columns.values()}
    return Point(
        time=times["time"],
        body=native | ({"columns": others} if others else {}),
        vehicle=text.get(columns.get("vehicle", "")),
        fix_time=times.get("fix_time"),
        received=times.get("received"),
    )
