"""Recorded tracks as telemetry: read, thinned, moved in time, and made into publications."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import msgspec

from tracker.domain.errors import UsageError
from tracker.simulation import track_csv, track_geojson, track_gpx
from tracker.simulation.devices import Delivery, topic
from tracker.simulation.points import BadPoint, Note, Options, Point, Read
from tracker.simulation.track_times import Way

Reader = Callable[[Path, Options], Iterator[Read]]
READERS: dict[str, Reader] = {
    ".csv": track_csv.points,
    ".gpx": track_gpx.points,
    ".geojson": track_geojson.points,
    ".json": track_geojson.points,
}
GPS_BEGAN = datetime(1980, 1, 6, tzinfo=UTC)
DEVICE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Track:
    """Points in order of receipt where the file knows it, else in the file's order.

    skipped: the rows that are no points. thinned: how many were left out on purpose. notes: what
    was guessed of the file, and which values beside the positions could not be taken.
    """

    points: tuple[Point, ...]
    skipped: tuple[BadPoint, ...] = ()
    thinned: int = 0
    notes: tuple[str, ...] = ()

    @property
    def relative(self) -> bool:
        """Its times count from the recording's start: they mean nothing until moved."""
        return self.points[0].time < GPS_BEGAN

    @property
    def first(self) -> datetime:
        return min(point.when for point in self.points)

    @property
    def last(self) -> datetime:
        return max(point.when for point in self.points)


def read(
    path: Path,
    *,
    zone: tzinfo | None = None,
    skip_bad: bool = False,
    times: Way | None = None,
    encoding: str | None = None,
) -> Track:
    """The track in a CSV, GPX or GeoJSON file. `zone` is for times that carry none, `times` says
    how they are written and `encoding` what the text is in, where the file does not show it.

    Raises UsageError, naming file and line, for a bad row (unless `skip_bad`) and for no points.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UsageError(
            "no track format goes by this name",
            where=str(path),
            mend=f"known: {', '.join(READERS)}",
        )
    found, bad, notes = list[Point](), list[BadPoint](), list[str]()
    try:
        for point in reader(path, Options(zone, times, encoding)):
            if isinstance(point, Point):
                found.append(point)
            elif isinstance(point, Note):
                notes.append(point.text)
            elif skip_bad:
                bad.append(point)
            else:
                raise UsageError(point.what, where=point.where, mend="--skip-bad leaves it out")
    except OSError as error:
        raise UsageError(error.strerror or str(error), where=str(path)) from None
    if not found:
        raise UsageError(f"no points in it ({len(bad)} bad rows)", where=str(path))
    if any(point.received for point in found):
        found.sort(key=lambda point: point.when)
    return Track(tuple(found), tuple(bad), notes=(*notes, *_aside(found)))


def _aside(points: list[Point]) -> Iterator[str]:
    """How many values of each kind could not be taken, and why the first."""
    count = Counter(key for point in points for key, _ in point.aside)
    first = {key: why for point in reversed(points) for key, why in point.aside}
    for key, many in count.items():
        yield f"{key} left aside in {many} of {len(points)} points: {first[key]}"


def thin(track: Track, interval_s: float) -> Track:
    """Of each vehicle's points only those `interval_s` apart or more from the last one kept."""
    kept, last = list[Point](), dict[str | None, datetime]()
    for point in track.points:
        before = last.get(point.vehicle)
        if before is None or abs(point.time - before) >= timedelta(seconds=interval_s):
            kept.append(point)
            last[point.vehicle] = point.time
    return replace(track, points=tuple(kept), thinned=len(track.points) - len(kept))


def shifted(track: Track, by: timedelta) -> Track:
    """The same track at another time: event, fix and receipt all move together."""

    def move(point: Point) -> Point:
        fix, received = point.fix_time, point.received
        return replace(
            point,
            time=point.time + by,
            fix_time=None if fix is None else fix + by,
            received=None if received is None else received + by,
        )

    return replace(track, points=tuple(move(point) for point in track.points))


def deliveries(
    track: Track,
    device: str | None = None,
    seal: dict[str, Any] | None = None,
    *,
    vouched: bool = False,
) -> list[Delivery]:
    """One publication a point. `device` names the device of a track of one vehicle; without it
    each point's vehicle is its device. `seal`: a native seal object every reading carries.
    vouched: the times are right, however old they are when they are published.

    Raises UsageError if no device is named, or several vehicles would become one device.
    """
    vehicles = {point.vehicle for point in track.points}
    if device and len(vehicles) > 1:
        raise UsageError(
            f"the track's {len(vehicles)} vehicles cannot all be {device}",
            mend="leave --device out: each vehicle then is its own device",
        )
    names = {vehicle: device or vehicle or "" for vehicle in vehicles}
    for name in names.values():
        if not DEVICE_ID.fullmatch(name):
            raise UsageError(
                f"{name!r} is no device id" if name else "the track names no device",
                mend="give --device: 1 to 64 of A-Z a-z 0-9 . _ -",
            )
    more = ({} if seal is None else {"seal": seal}) | ({"event_clock": "device"} if vouched else {})
    return [_delivery(point, names[point.vehicle], more) for point in track.points]


def _delivery(point: Point, device: str, more: dict[str, Any]) -> Delivery:
    fix = point.fix_time
    body = {
        "time": _text(point.time),
        **({} if fix is None or fix == point.time else {"fix_time": _text(fix)}),
        **point.body,
        **more,
    }
    return Delivery(point.when, topic(device), msgspec.json.encode(body), 1)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
