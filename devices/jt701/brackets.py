"""The ASCII messages of a JT701, in round brackets: `(id,P45,...)`, in UTC and decimal degrees.

    P45             a lock event: opened, refused or locked, by what; speed in km/h (the manual)
    U01 U02 U03     positions of older devices; U06 with an alarm before the date
    W01             position of older devices, longitude first, degrees and minutes
    WLNET           what a sensor or sub-lock told by radio; see `wlnet`
    @JT P22 P52     a heartbeat, a question for the time, a password check: no readings
    P02 P04 P43     answers to commands, and WLNET with another number than 5: no readings

A field that is not what it should be is kept in `extra` as it came, under its name (time and
position among what was refused), and so is what stands behind the last known field (`rest`). The
status bits of U01 to U06 are kept as sent: which character is which bit is not known. Their speed
is taken for km/h, as in P45.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from devices.common import jointech_point, jointech_seal
from devices.common.clocks import Told, without
from devices.common.fields import show
from devices.common.frames import FrameError
from devices.common.refusal import KEY as REFUSED
from devices.common.refusal import refuse
from devices.reading import Cell, Clock, Fix, NoFix, NoFixReason, Reading, SealReport

DIALECT = "jt701"
_HEAD = ("id", "command")
_TO_COURSE = ("date", "time", "valid", "lat", "ns", "lon", "ew", "speed", "course")
_FROM_SATELLITES = ("satellites", "battery", "status", "cid", "lac", "rssi", "mileage_km", "serial")
_U01 = (*_HEAD, *_TO_COURSE, *_FROM_SATELLITES)

LAYOUTS: dict[str, tuple[str, ...]] = {
    "P45": (
        *(*_HEAD, "date", "time", "lat", "ns", "lon", "ew", "valid", "speed", "course"),
        *("source", "unlock", "card", "password_ok", "wrong_passwords", "serial", "mileage_km"),
    ),
    "U01": _U01,
    "U06": (*_HEAD, "alarm", *_TO_COURSE, *_FROM_SATELLITES),
    "W01": (
        *(*_HEAD, "lon", "ew", "lat", "ns", "valid", "date", "time", "speed", "course"),
        *("power", "gps", "gsm", "alert"),
    ),
}
"""The fields of each message with a reading, in order, between its commas."""
_LEAST = {
    command: layout.index("unlock" if "unlock" in layout else "course")
    for command, layout in LAYOUTS.items()
}
"""How many fields a message has that says when and where; of a lock event, what it came of too."""
SERIAL = LAYOUTS["P45"].index("serial")
"""Of a lock event: what stands behind the 16th comma, however many follow."""
_ANSWER = "an answer to a command"
NO_READING = {
    "@JT": "a heartbeat",
    "P22": "a question for the time",
    "P52": "a check of a password",
    "P02": _ANSWER,
    "P04": _ANSWER,
    "P43": _ANSWER,
    "WLNET answer": _ANSWER,
}

_KNOWN = "P45, U01, U02, U03, U06, W01 or WLNET"
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{0,15})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_VALID = {"A": True, "V": False, "T": True, "F": False}
_HALVES = {"lat": {"N": 1, "S": -1}, "lon": {"E": 1, "W": -1}}
_CHARGING, _NO_RSSI = 255, 99


def command_of(frame: bytes) -> str:
    """What kind of message it is: "P45", "@JT", "WLNET" (what was told by radio), "WLNET answer"
    (to a command: any number but 5 behind the word).
    """
    fields = frame[1:-1].split(b",", 5)
    if len(fields) > 3 and fields[3] == b"WLNET":
        number = fields[4] if len(fields) > 4 else b""
        return "WLNET answer" if number.isdigit() and number != b"5" else "WLNET"
    return fields[1].decode("latin-1")


def read(frame: bytes, device: str, received_at: datetime) -> Reading:
    """The reading of a message that has a layout here. Raises FrameError."""
    texts = frame[1:-1].decode("latin-1").split(",")
    layout = layout_of(texts)
    if layout is None:
        raise FrameError("command", f"the message is {show(texts[1])}, expected {_KNOWN}")
    least = min(_LEAST[name] for name, known in LAYOUTS.items() if known is layout)
    if len(texts) < least:
        raise FrameError("", f"it ends after {len(texts)} fields, expected {least} at least")
    said = _Said(dict(zip(layout, texts, strict=False)))
    said.extra["message"] = said.text("command")
    told, position = _position(said, received_at)
    seal = _event(said) if texts[1] == "P45" else None
    if told.lost:
        jointech_point.stands(told, seal, said.extra)
    serial = said.whole("serial")
    reading = Reading(
        device=device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=position,
        seal=seal,
        battery_pct=_battery(said),
        seq=serial,
        message_id=str(serial) if told.clock is Clock.RECEIPT and serial is not None else None,
        clock=told.clock,
        cell=_cell(said),
        extra=said.extra,
    )
    mileage = said.number("mileage_km")
    said.extra |= {"mileage_km": mileage} if mileage is not None else {}
    said.keep("alarm", "status", "power", "gps", "gsm", "alert")
    if len(texts) > len(layout):
        said.extra["rest"] = texts[len(layout) :]
    return reading


def layout_of(texts: list[str]) -> tuple[str, ...] | None:
    """The names of the fields of a message, None for an unknown one.

    The alarm of U06 is told by what stands there, for it is no date of six digits.
    """
    command = texts[1]
    if command in ("U01", "U02", "U03", "U06"):
        command = "U06" if len(texts) > 2 and len(texts[2]) < len("DDMMYY") else "U01"
    return LAYOUTS.get(command)


class _Said:
    """The fields of a message by name. `extra` collects what does not fit. strict: False while what
    is wrong needs no reason, for the device itself says that there is nothing.
    """

    strict = True

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts
        self.extra: dict[str, Any] = {}

    def text(self, name: str) -> str:
        return self._texts.get(name, "").strip()

    def degrees(self, name: str, low: float, high: float) -> float | None:
        """The number; None, and refused, where it is none or not within low to high."""
        text = self.text(name)
        if _NUMBER.fullmatch(text) and low <= (value := float(text)) <= high:
            return value
        self.refuse(name, f"a number from {low:g} to {high:g}")
        return None

    def refuse(self, name: str, expected: str, text: str | None = None) -> None:
        if not self.strict:
            self.keep(name)
            return
        text = self.text(name) if text is None else text
        why = f"{name} is {show(text)}, expected {expected}"
        refuse(self.extra.setdefault(REFUSED, {}), name, text, why)

    def number(self, name: str, high: float = 1e15) -> float | None:
        """The number from 0 to high; None for none, kept where it is something else."""
        text = self.text(name)
        if _NUMBER.fullmatch(text) and 0 <= float(text) <= high:
            return float(text)
        self.keep(name)
        return None

    def whole(self, name: str) -> int | None:
        text = self.text(name)
        if _WHOLE.fullmatch(text):
            return int(text)
        self.keep(name)
        return None

    def keep(self, *names: str) -> None:
        self.extra |= {name: text for name in names if (text := self.text(name))}


def _position(said: _Said, received_at: datetime) -> tuple[Told, Fix | NoFix]:
    """When and where. What of it cannot be is refused, and then there is no fix."""
    told = _told(said, received_at)
    valid = _VALID.get(said.text("valid"))
    if valid is None:
        said.refuse("valid", "A, V, T or F")
    speed, satellites = said.number("speed"), said.whole("satellites")
    course = said.number("course", 360.0)
    read_degrees = _minutes if said.text("command") == "W01" else _decimal
    said.strict = valid is not False
    lat, lon = read_degrees(said, "lat", "ns", 90), read_degrees(said, "lon", "ew", 180)
    if told.lost:
        reason = NoFixReason.CLOCK_UNSET
    elif lat is None or lon is None or not valid:
        reason = NoFixReason.INVALID
    elif lat == 0 == lon:
        reason = NoFixReason.ZERO
    else:
        return told, Fix(
            lat=lat,
            lon=lon,
            time=told.time,
            speed_kmh=speed,
            course_deg=course,
            satellites=satellites,
        )
    if lat == 0 == lon and reason is NoFixReason.INVALID:
        reason = NoFixReason.ZERO
    if reason is not NoFixReason.ZERO:
        degrees = {"lat": lat, "lon": lon}
        said.extra |= {name: value for name, value in degrees.items() if value is not None}
    if course:
        said.extra["course"] = course
    return told, NoFix(reason=reason, satellites=satellites, speed_kmh=speed)


def _told(said: _Said, received_at: datetime) -> Told:
    text = said.text("date") + said.text("time")
    if len(text) == 12 and _WHOLE.fullmatch(text):
        return jointech_point.when(bytes.fromhex(text), received_at, said.extra)
    said.refuse("time", "DDMMYYhhmmss", text)
    told = without(text or None, received_at)
    said.extra.update(told.notes)
    return told


def _decimal(said: _Said, name: str, half: str, limit: int) -> float | None:
    value = said.degrees(name, -limit, limit)
    sign = _HALVES[name].get(said.text(half))
    if sign is None:
        said.refuse(half, " or ".join(_HALVES[name]))
        return None
    return value if value is None or value < 0 else value * sign


def _minutes(said: _Said, name: str, half: str, limit: int) -> float | None:
    """Degrees and minutes, DDMM.MMMM."""
    value, sign = said.degrees(name, 0, limit * 100), _HALVES[name].get(said.text(half))
    if sign is None:
        said.refuse(half, " or ".join(_HALVES[name]))
        return None
    if value is None:
        return None
    whole, minutes = divmod(value, 100)
    if minutes >= 60:
        said.refuse(name, "minutes below 60")
        return None
    return round(whole + minutes / 60, 7) * sign


def _event(said: _Said) -> SealReport | None:
    source, unlock = said.whole("source"), said.whole("unlock")
    right, wrong = said.whole("password_ok"), said.whole("wrong_passwords")
    return event(said.extra, source, unlock, said.text("card"), password_ok=right, wrong=wrong)


def event(
    extra: dict[str, Any],
    source: int | None,
    unlock: int | None,
    card: str,
    *,
    password_ok: int | None,
    wrong: int | None,
) -> SealReport | None:
    """What a lock event says of the seal; what is no part of that goes to `extra`."""
    card = card if card.strip("0") else ""
    if source is not None:
        extra["source"] = jointech_seal.SOURCES.get(source, source)
    if unlock is not None:
        extra["unlock"] = unlock
    if unlock in jointech_seal.FENCES:
        extra["fence_id"] = unlock
    if wrong:
        extra["wrong_passwords"] = wrong
    password_right = None if password_ok is None else password_ok != 0
    if source in jointech_seal.PASSWORDS and password_right is not None:
        extra["password_ok"] = password_right
    seal = jointech_seal.lock_event(source, unlock, card or None, password_right)
    if card and (seal is None or seal.credential is None):
        extra["vehicle_card" if source == jointech_seal.BIND else "card"] = card
    return seal


def _battery(said: _Said) -> float | None:
    """Percent, with or without its sign; 255 is charging."""
    text = said.text("battery").removesuffix("%")
    if _WHOLE.fullmatch(text) and int(text) <= 100:
        return float(text)
    if text == str(_CHARGING):
        said.extra["charging"] = True
    else:
        said.keep("battery")
    return None


def _cell(said: _Said) -> Cell | None:
    cid, lac, rssi = (said.whole(name) for name in ("cid", "lac", "rssi"))
    cid, lac = (cid, lac) if cid or lac else (None, None)
    rssi = None if rssi == _NO_RSSI else rssi
    return None if cid is lac is rssi is None else Cell(lac=lac, cid=cid, rssi=rssi)
