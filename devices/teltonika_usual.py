"""The short way to what nearly always comes: one sound TCP packet in Codec 8 Extended, whose
records have a fix and elements of 1 to 8 bytes, none of which needs more than a look.

Ids and counts of one record are nearly always those of the last one, here or in a packet of the
same size: so that layout, as one Struct, is tried first; one that differs is walked, and
remembered. Whatever is otherwise is left to `teltonika_packets`, `teltonika_records` and
`teltonika_reading`, with which this agrees in every reading.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple

from devices import teltonika_io as io_
from devices.frames import FrameError
from devices.reading import Cell, Fix, Reading
from devices.teltonika_crc import crc16
from devices.teltonika_packets import HEAD, SHORTEST, TAIL
from devices.teltonika_reading import BACKLOG_MS, COURSE_MOST, moment, no_fix
from devices.teltonika_records import LAT_MOST, LON_MOST, POINT

_EXTENDED = 0x8E
_PACKET = Struct(">IIBB")  # preamble, length, codec, count
_START = Struct(POINT + "H")  # up to the event id; then heads and values take turns
_PRIORITY, _EVENT, _FIRST_HEAD = 1, 8, 9
_ID = _COUNT = 2
_VALUES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_FIELDS = (io_.BATTERY, io_.JAMMING, io_.HDOP, io_.RSSI, io_.LAC, io_.CELL_ID, io_.OPERATOR)
_LONG_WAY = frozenset({io_.IBUTTON, io_.LTE_CELL_ID, *io_.MAGNETS})
_MAX_BATTERY = 100
_LONGEST = 1280
"""Bytes of a packet, at most, as the maker has them; with `_MOST` it bounds what is remembered."""
_MOST = 64
"""Elements of a record."""


class _Layout(NamedTuple):
    """The elements of a record. Between two values stands a head: the id of the second, and before
    it such counts as there are; the first head begins with the total, the last one is a count.

    Of what `fields` unpacks, extras are what goes to `extra`: its name and its place there. The
    rest are places of values, 0 where there is none.
    """

    fields: Struct
    heads: tuple[bytes, ...]
    extras: tuple[tuple[str, int], ...]
    battery: int
    jamming: int
    hdop: int
    cell: tuple[int, int, int, int] | None


_last: dict[int, _Layout] = {}
"""Size of a packet -> the layout of its last record."""


def readings(payload: bytes, device: str, received_at: datetime) -> list[Reading] | None:
    """The readings of a payload, in the order of its records, or None."""
    size = len(payload)
    if not HEAD + SHORTEST + TAIL <= size <= _LONGEST:
        return None
    preamble, length, codec, count = _PACKET.unpack_from(payload)
    limit = size - TAIL - 1
    if preamble or length != size - HEAD - TAIL or codec != _EXTENDED or payload[limit] != count:
        return None
    if crc16(payload[HEAD:-TAIL]) != int.from_bytes(payload[-TAIL:]):
        return None
    layout = _last.get(size)
    at = _PACKET.size
    taken: list[tuple[tuple[Any, ...], _Layout]] = []
    for _ in range(count):
        values: tuple[Any, ...] = ()
        if layout is not None and at + layout.fields.size <= limit:
            values = layout.fields.unpack_from(payload, at)
        if layout is None or values[_FIRST_HEAD::2] != layout.heads:
            layout = _walk(payload, at, limit)
            if layout is None:
                return None
            values = layout.fields.unpack_from(payload, at)
        taken.append((values, layout))
        at += layout.fields.size
    if at != limit or layout is None:
        return None
    _last[size] = layout
    backlog_ms = max(values[0] for values, _ in taken) - BACKLOG_MS if count > 1 else 0
    found: list[Reading] = []
    for values, layout in taken:
        told = _reading(values, layout, device, received_at, backlog_ms)
        if told is None:
            return None
        found.append(told)
    return found


def _reading(
    values: tuple[Any, ...],
    layout: _Layout,
    device: str,
    received_at: datetime,
    backlog_ms: int,
) -> Reading | None:
    time_ms, _, lon, lat, altitude, course, satellites, speed = values[:_EVENT]
    _, _, extras, battery_at, jamming_at, hdop_at, cell_at = layout
    battery = values[battery_at] if battery_at else None
    jamming = values[jamming_at] if jamming_at else None
    if (
        no_fix(time_ms, lat, lon, satellites) is not None
        or not -LAT_MOST <= lat <= LAT_MOST
        or not -LON_MOST <= lon <= LON_MOST
        or course > COURSE_MOST
        or (battery is not None and battery > _MAX_BATTERY)
        or (jamming is not None and jamming > 1)
    ):
        return None
    cell: Cell | None = None
    if cell_at is not None:
        rssi, lac, cid, operator = cell_at
        cell = _cell(
            values[rssi] if rssi else None,
            values[lac] if lac else None,
            values[cid] if cid else None,
            values[operator] if operator else None,
        )
        if cell is None:
            return None
    try:
        time = moment(time_ms, received_at)
    except FrameError:
        return None
    hdop = values[hdop_at] / 10 if hdop_at else None
    return Reading(
        device=device,
        dialect="teltonika",
        event_time=time,
        received_at=received_at,
        position=Fix(
            lat=lat / 1e7,
            lon=lon / 1e7,
            time=time,
            speed_kmh=float(speed),
            course_deg=float(course),
            altitude_m=float(altitude),
            satellites=satellites,
            hdop=hdop,
        ),
        battery_pct=None if battery is None else float(battery),
        jamming=None if jamming is None else jamming == 1,
        buffered=time_ms < backlog_ms,
        cell=cell,
        extra={name: values[at] for name, at in extras},
    )


@lru_cache(maxsize=16_384)
def _cell(rssi: int | None, lac: int | None, cid: int | None, operator: int | None) -> Cell | None:
    """The cell of elements, of which one at least is there; None where any is left over."""
    said = {io_.RSSI: rssi, io_.LAC: lac, io_.CELL_ID: cid, io_.OPERATOR: operator}
    there = {id_: value for id_, value in said.items() if value is not None}
    cell = io_.cell(there)
    return None if there else cell


def _walk(payload: bytes, at: int, limit: int) -> _Layout | None:
    """The layout of the record at `at`, which must end by `limit`; None of an unusual one."""
    begun = at + _START.size
    at = begun + _COUNT
    heads: list[bytes] = []
    widths: list[int] = []
    for width in _VALUES:
        count = int.from_bytes(payload[at : at + _COUNT])
        at += _COUNT
        if at + count * (_ID + width) > limit or len(widths) + count > _MOST:
            return None
        for _ in range(count):
            heads.append(payload[begun : at + _ID])
            widths.append(width)
            begun = at = at + _ID + width
    at += _COUNT
    if at > limit:
        return None
    heads.append(payload[begun:at])
    return _layout(tuple(heads), tuple(widths))


@lru_cache(maxsize=1024)
def _layout(heads: tuple[bytes, ...], widths: tuple[int, ...]) -> _Layout | None:
    """None where an element is there twice or is not so simple, the total is another, or elements
    of any length follow.
    """
    ids = [int.from_bytes(head[-_ID:]) for head in heads[:-1]]
    total, more = int.from_bytes(heads[0][:_COUNT]), int.from_bytes(heads[-1][-_COUNT:])
    if total != len(ids) or more or len(set(ids)) < len(ids) or not _LONG_WAY.isdisjoint(ids):
        return None
    form = _START.format
    for head, width in zip(heads, widths, strict=False):
        form += f"{len(head)}s{_VALUES[width]}"
    form += f"{len(heads[-1])}s"
    places = {id_: _FIRST_HEAD + 1 + 2 * index for index, id_ in enumerate(ids)}
    battery, jamming, hdop, *cell = (places.pop(id_, 0) for id_ in _FIELDS)
    rssi, lac, cid, operator = cell
    return _Layout(
        fields=Struct(form),
        heads=heads,
        extras=(
            *(("priority", _PRIORITY), ("event", _EVENT)),
            *((io_.NAMES[id_], at) for id_, at in places.items()),
        ),
        battery=battery,
        jamming=jamming,
        hdop=hdop,
        cell=(rssi, lac, cid, operator) if any(cell) else None,
    )
