"""One line of an eSeal CT-C: its fields, checked (the layout is drawn in `devices/eseal.py`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct

from devices.common.devicetime import written
from devices.common.fields import show
from devices.common.frames import Field, FrameError
from devices.common.refusal import Refused, refuse

HEAD, TAIL = b"##S", b"E##"
LAYOUT = (
    ("start", "", ""),
    ("type", "extra.type", ""),
    ("id", "device", ""),
    ("customer", "extra.customer", ""),
    ("firmware", "extra.firmware", ""),
    ("event", "seal.events", "and extra.event"),
    ("index", "seq", ""),
    ("date", "event_time", "UTC"),
    ("time", "event_time", "UTC"),
    ("interval", "extra.interval_min", "minutes"),
    ("validity", "position", "A valid, V not"),
    ("position", "position.lat, position.lon", "degrees"),
    ("course", "position.course_deg", "degrees"),
    ("speed", "position.speed_kmh", "km/h"),
    ("door", "seal.condition", "Open or Close"),
    ("acceleration", "extra.acceleration", ""),
    ("nfc", "seal.credential", "a card shown"),
    ("battery", "extra.battery_v", "V"),
    ("rssi", "cell.rssi", "dBm if negative"),
    ("end", "", ""),
)
"""(field, where it goes in the Reading, unit or meaning), in their order."""

_NO_CARD = re.compile(r"[0:. -]*|null|none|n/?a|no", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{0,15})?", re.ASCII)
_INDEX = re.compile(r"\d{1,18}", re.ASCII)
_WHERE = re.compile(r"(\d{1,2}(?:\.\d{1,15})?)([NS]) *(\d{1,3}(?:\.\d{1,15})?)([EW])", re.ASCII)
_SHOWN = 40


class Line(Struct, frozen=True, kw_only=True):
    """A line's content. lat, lon: degrees, None where a V line has none. speed: km/h.

    moment, index: None where they are none. time: as written. card: None where the nfc field names
    none. extra: what a Reading has no field for, in its own terms (volts, minutes); a number that
    is none stays there as text. refused: what cannot be of index, time, validity and position.
    """

    id: str
    event: str
    index: int | None
    moment: datetime | None
    time: str
    valid: bool
    door: str
    lat: float | None = None
    lon: float | None = None
    course: float | None = None
    speed: float | None = None
    card: str | None = None
    rssi: int | None = None
    extra: dict[str, Any] = {}
    refused: Refused = {}


def split(payload: bytes) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of each line, blanks stripped: it ends with E## or with its text line."""
    at = 0
    for text in payload.splitlines(keepends=True):
        parts = text.split(TAIL)
        for number, part in enumerate(parts):
            whole = part + TAIL if number < len(parts) - 1 else part
            if line := whole.strip():
                yield at + whole.index(line), line
            at += len(whole)


def fields_of(raw: bytes) -> list[str]:
    """The fields between the commas. Raises FrameError unless it goes from ##S to E##. Bytes that
    are not ASCII, which a line has not, count as Latin-1: they cost their own field.
    """
    fields = raw.decode("latin-1").split(",")
    if fields[0] != "##S":
        raise FrameError("start", f"the line begins with {_show(fields[0])}, expected ##S")
    if fields[-1] != "E##":
        raise FrameError("end", f"the line ends with {_show(fields[-1])}, expected E##: cut off?")
    return fields


def parse(raw: bytes) -> Line:
    """The content of a line without its line end. Raises FrameError: it is none, or names nobody.
    What else cannot be is refused.
    """
    fields = fields_of(raw)
    if len(fields) != len(LAYOUT):
        raise FrameError("", f"the line has {len(fields)} fields, expected {len(LAYOUT)}")
    said = dict(zip((name for name, _, _ in LAYOUT), fields, strict=True))
    if not said["id"].isalnum() or not said["id"].isascii():
        raise FrameError("id", f"id is {_show(said['id'])}, expected letters and digits")
    refused: Refused = {}

    def refuse_field(name: str, text: str, expected: str) -> None:
        refuse(refused, name, text, f"{name} is {_show(text)}, expected {expected}")

    if not _INDEX.fullmatch(said["index"]):
        refuse_field("index", said["index"], "a whole number")
    time = f"{said['date']} {said['time']}"
    moment = written(time)
    if moment is None:
        refuse_field("time", time, "yyyy-MM-dd,HH:mm:ss")
    if said["validity"] not in ("A", "V"):
        refuse_field("validity", said["validity"], "A or V")
    valid = said["validity"] == "A"
    lat, lon = _where(said["position"])
    if lat is None and valid:
        refuse_field("position", said["position"], "degrees as 27.4995N 99.5071W")
    extra: dict[str, Any] = {
        "event": said["event"],
        "type": said["type"],
        "customer": said["customer"],
        "firmware": said["firmware"],
        "interval_min": _number(said["interval"]),
        "acceleration": _number(said["acceleration"]),
        "battery_v": _number(said["battery"]),
    }
    if lat is None and "position" not in refused:
        extra["position"] = said["position"]
    if said["door"] not in ("Open", "Close"):
        extra["door"] = said["door"]
    card = said["nfc"]
    if _is_counters(card):
        extra["nfc"] = card
    return Line(
        id=said["id"],
        event=said["event"],
        index=None if "index" in refused else int(said["index"]),
        moment=moment,
        time=time,
        valid=valid,
        door=said["door"],
        lat=lat,
        lon=lon,
        course=_within("course", said["course"], 360, extra),
        speed=_within("speed", said["speed"], 1e6, extra),
        card=None if _NO_CARD.fullmatch(card) or _is_counters(card) else card,
        rssi=_rssi(said["rssi"], extra),
        extra=extra,
        refused=refused,
    )


def _is_counters(nfc: str) -> bool:
    """0:0:3:0 stands alike in every line of two seals: four counters, and no card, whose bytes have
    two digits each.
    """
    parts = nfc.split(":")
    return len(parts) == 4 and all(p.isdigit() for p in parts) and any(len(p) == 1 for p in parts)


def _where(text: str) -> tuple[float | None, float | None]:
    found = _WHERE.fullmatch(text.strip())
    if found is None:
        return None, None
    lat, lon = float(found[1]), float(found[3])
    if lat > 90 or lon > 180:
        return None, None
    return -lat if found[2] == "S" else lat, -lon if found[4] == "W" else lon


def _within(name: str, text: str, high: float, extra: dict[str, Any]) -> float | None:
    value = _number(text)
    if isinstance(value, float | int) and 0 <= value <= high:
        return float(value)
    extra[name] = text
    return None


def _rssi(text: str, extra: dict[str, Any]) -> int | None:
    value = _number(text)
    if isinstance(value, int):
        return value
    extra["rssi"] = text
    return None


def _number(text: str) -> float | int | str:
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _show(text: str) -> str:
    return show(text[:_SHOWN])


def explain(raw: bytes, offset: int, record: int) -> list[Field]:
    """Every field of a line that begins at `offset`; the fault as well where it is no reading."""
    found: list[Field] = []
    pieces = raw.split(b",")
    known = len(pieces) == len(LAYOUT)
    at = offset
    for number, piece in enumerate(pieces):
        name, into, meaning = LAYOUT[number] if known else (f"field {number}", "", "")
        text = piece.decode("latin-1")
        said = f"{show(text)} ({meaning})" if meaning else show(text)
        found.append(Field(name=name, offset=at, raw=piece, meaning=said, into=into, record=record))
        at += len(piece) + 1
    try:
        parse(raw)
    except FrameError as fault:
        found.append(Field(name="", offset=offset, raw=raw, meaning=fault.reason, record=record))
    return found
