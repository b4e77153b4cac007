"""Every byte of a JT701's payload, in words: what it means and where it went.

The fields are those of the layouts that decode. A field of a message in brackets has the comma or
bracket behind it, the first also the one before. What the decoder refuses is explained all the
same, with the reason at the field at fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from devices.common.clocks import FILED
from devices.common.fields import show
from devices.common.frames import Field, FrameError
from devices.common.jointech_point import SIZE
from devices.common.refusal import KEY as REFUSED
from devices.jt701 import brackets, wlnet
from devices.jt701 import words as in_words
from devices.jt701.binary import HEADER, LONG, RECORD, RECORDS, SHORT_HEADER, TAIL_AT
from devices.jt701.layout import Layout
from devices.jt701.messages import DOLLAR, order, read
from devices.jt701.wire import Part, id_of, is_filler, split
from devices.reading import Reading

_SHARED = -1
"""Stands for the number of a record, where the field belongs to all of them."""
_CLOCKS = ("extra.device_time", "extra.sensor_time")
"""Where a clock's word goes that was never set, and then nowhere else."""

Item = tuple[str, int, str, str]
"""Name, bytes, meaning and the places that it may go to."""


def explain(payload: bytes) -> list[Field]:
    """The fields of all frames and what lies between them, in order and without a gap.

    `record` is the place of reading or reject in what `decode` makes of the payload.
    """
    parts = split(payload, final=True)[0]
    said = [_said(payload[part.start : part.end], part) for part in parts]
    places = _places(said)
    fields: list[Field] = []
    for part, found in zip(parts, said, strict=True):
        frame, at = payload[part.start : part.end], part.start
        for number, items in _noise(frame) if part.fault else _items(frame):
            one = _whose(found, number)
            blamed, why = _blamed(one, items)
            for index, (name, size, meaning, into) in enumerate(items):
                fields.append(
                    Field(
                        name=name,
                        offset=at,
                        raw=payload[at : at + size],
                        meaning=f"{meaning}: refused, {why}" if index == blamed else meaning,
                        into=_into(name, into, one) if isinstance(one, Reading) else "",
                        record=places.get(id(one), 0),
                    )
                )
                at += size
    return fields


def _said(frame: bytes, part: Part) -> list[Reading | FrameError]:
    if part.fault:
        return [] if is_filler(frame) else [FrameError("", part.fault)]
    try:
        return read(frame, id_of(frame), FILED)
    except FrameError as fault:
        return [fault]


def _places(said: list[list[Reading | FrameError]]) -> dict[int, int]:
    """Of each reading or fault, by its identity in memory: readings in order, then the others."""
    every = [one for found in said for one in found]
    readings = sorted((one for one in every if isinstance(one, Reading)), key=order)
    faults = [one for one in every if isinstance(one, FrameError)]
    return {id(one): place for place, one in enumerate([*readings, *faults])}


def _noise(raw: bytes) -> list[tuple[int, list[Item]]]:
    if is_filler(raw):
        return [(0, [("line end", len(raw), "between frames", "")])]
    return [(0, [("noise", len(raw), "no frame", "")])]


def _whose(found: list[Reading | FrameError], number: int) -> Reading | FrameError | None:
    """The reading that record is; of what all records share the first that is one."""
    if number == _SHARED:
        found = [one for one in found if isinstance(one, Reading)]
        number = 0
    return found[number] if number < len(found) else None


def _blamed(one: Reading | FrameError | None, items: list[Item]) -> tuple[int, str]:
    """Which field a fault is told at, and the fault; -1 for none.

    That is the field that it names; the last, where that one is missing.
    """
    if not isinstance(one, FrameError):
        return -1, ""
    names = [name for name, *_ in items]
    place = one.place.rpartition(".")[2]
    if place in names:
        return names.index(place), one.reason
    return len(items) - 1 if place else 0, one.reason


def _into(name: str, places: str, reading: Reading) -> str:
    """The places that the reading has filled; of a value that cannot be, where it is kept."""
    if name in reading.extra.get(REFUSED, ()):
        clock = [place for place in places.split() if place in _CLOCKS and _filled(reading, place)]
        return ", ".join([f"extra.{REFUSED}", *clock])
    found = [place for place in places.split() if _filled(reading, place)]
    unset = [place for place in found if place in _CLOCKS]
    return ", ".join(unset or found)


def _filled(reading: Reading, place: str) -> bool:
    value: Any = reading
    for name in place.split("."):
        value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
    return value is not None and value != frozenset() and (place, value) != ("buffered", False)


def _items(frame: bytes) -> list[tuple[int, list[Item]]]:
    """The fields of a frame with the number of their record."""
    if frame[0] != DOLLAR:
        return [(0, list(_ascii(frame)))]
    is_long = frame[8] == 0
    kind = frame[7 if is_long else 6]
    head: list[Item] = [
        ("start", 1, "$: a binary frame", ""),
        ("id", 5, f"the device's id {frame[1:6].hex()}", "device"),
        ("kind", 1, in_words.kind(kind), "extra.report extra.device_type buffered"),
        ("length", 2, f"{len(frame) - HEADER} bytes of data", ""),
    ]
    serial: Item = ("serial", 1, f"serial {frame[-1]}", "seq message_id")
    if is_long:
        head.insert(2, ("version", 1, f"protocol {frame[6]:02x}", "extra.protocol"))
        return [(0, [*head, *_point(frame[HEADER:]), *_fields(LONG, frame[TAIL_AT:-1]), serial])]
    records = [frame[at : at + RECORD] for at in range(SHORT_HEADER, len(frame) - 1, RECORD)]
    layout = RECORDS.get(kind >> 4)
    return [
        (_SHARED, head),
        *((n, [*_point(raw), *_fields(layout, raw[SIZE:])]) for n, raw in enumerate(records)),
        (_SHARED, [serial]),
    ]


def _point(raw: bytes) -> Iterator[Item]:
    at = 0
    for name, size, words, places in in_words.POINT:
        yield name, size, words(raw[at : at + size]), places
        at += size


def _fields(layout: Layout | None, raw: bytes) -> Iterator[Item]:
    """The fields of a layout as far as whole ones go, then what is left over."""
    values, rest = layout.partly(raw) if layout else ((), raw)
    at = 0
    for index, value in enumerate(values):
        if layout is None or value is None:
            break
        name, size = layout.names[index], layout.ends[index] - at
        words, places = in_words.BINARY[name]
        yield name, size, words(value), places
        at += size
    if rest:
        yield "rest", len(rest), f"{rest.hex()}, not known", "extra.rest"


def _ascii(frame: bytes) -> Iterator[Item]:
    command = brackets.command_of(frame)
    if command == "WLNET":
        yield from _wlnet(frame)
        return
    texts = frame[1:-1].decode("latin-1").split(",")
    names = brackets.layout_of(texts) or ("id", "command")
    for index, text in enumerate(texts):
        name = names[index] if index < len(names) else "rest"
        about, places = in_words.ASCII[name]
        if name == "command" and command in brackets.NO_READING:
            about = brackets.NO_READING[command]
        yield name, len(text) + (2 if index == 0 else 1), f"{show(text)} ({about})", places


def _wlnet(frame: bytes) -> Iterator[Item]:
    """The words before the binary part, then that by its layouts, escapes and all."""
    words = frame[1:-1].split(b",", 6)
    heads = ("id", "word", "word", "command", "word", "word")
    for index, (name, word) in enumerate(zip(heads, words, strict=False)):
        about, places = in_words.ASCII.get(name, ("part of the head", ""))
        meaning = f"{show(word.decode('latin-1'))} ({about})"
        yield name, len(word) + (2 if index == 0 else 1), meaning, places
    if len(words) < len(heads) + 1:
        return
    found = wlnet.travelling(words[6])
    at = 0
    for name, size, meaning, places in _data(wlnet.unescape(found)):
        yield name, sum(map(len, found[at : at + size])), meaning, places
        at += size
    yield "end", 1, "the message ends", ""


def _data(data: bytes) -> Iterator[Item]:
    if len(data) < wlnet.HEAD_END:
        if data:
            yield "data", len(data), f"{data.hex()}, too short", ""
        return
    for name, size, meaning, into in _point(data):
        yield name, size, meaning, into.replace("event_time", "")  # that is the sensor's
    yield from _fields(wlnet.HEAD, data[SIZE : wlnet.HEAD_END])
    kind = data[wlnet.HEAD_END - 1]
    yield from _fields(wlnet.BODIES.get(kind), data[wlnet.HEAD_END :])
