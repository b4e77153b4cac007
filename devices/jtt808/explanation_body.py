"""The bodies of JT/T 808 messages, field by field; see `explanation`."""

from __future__ import annotations

from functools import reduce
from typing import Any

from devices.common import jointech_point
from devices.common.bcd import moment_dmy, moment_ymd
from devices.common.fields import SET_FROM, rfc3339
from devices.common.frames import Field, FrameError
from devices.jtt808 import jt705, locks
from devices.jtt808.bits import ALARMS, Kind, named, statuses, words
from devices.jtt808.draft import Draft, together
from devices.jtt808.jt705 import ALARM, PRODUCT, STATUS
from devices.jtt808.location import HEAD, MAX_LAT, MAX_LON, kind_of
from devices.jtt808.messages import (
    BACKLOG,
    BATCH,
    CARRIED,
    JT705,
    REGISTER,
    TAMPER_MODELS,
    WITH_READINGS,
    WITH_SERIAL,
    Item,
    Whole,
    items,
    model_of,
)
from devices.jtt808.tape import Tape
from devices.jtt808.tlv import NAMED, READERS, Known, Readers, read, walk


class Writer:
    """Gathers fields; `add` gives bytes by their place in a body, `put` by that in the payload."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.fields: list[Field] = []
        self.record = 0
        self.tamper = False  # a registration has named a model of `Kind.TAMPER`

    def put(self, name: str, offset: int, raw: bytes, meaning: str, into: str = "") -> None:
        self.fields.append(
            Field(name=name, offset=offset, raw=raw, meaning=meaning, into=into, record=self.record)
        )

    def add(
        self, where: Tape, name: str, start: int, end: int, meaning: str, into: str = ""
    ) -> None:
        for offset, raw in where.runs(start, end):
            self.put(name, offset, raw, meaning, into)


def body_of(writer: Writer, where: Tape, whole: Whole) -> None:
    """All of a message's body."""
    msg, size = whole.head.msg, len(whole.body)
    if msg in JT705 and size >= jt705.SIZE:
        _jt705(writer, where)
        writer.record += 1
    elif msg in CARRIED:
        into = "extra.data, extra.data_kind, extra.driver_card"
        writer.add(where, "data", 0, size, "passed on, and kept as it is", into)
        writer.record += 1
    elif msg in WITH_READINGS and msg not in JT705:
        _positions(writer, where, whole)
    elif msg == 0x0001 and size == 5:
        writer.add(where, "serial", 0, 2, f"of the command: {int.from_bytes(whole.body[:2])}")
        writer.add(where, "message", 2, 4, f"the command {whole.body[2:4].hex().upper()}")
        result = whole.body[4]
        writer.add(where, "result", 4, 5, "done" if not result else f"not done ({result})")
    elif msg == REGISTER:
        writer.tamper = writer.tamper or model_of(whole.head).startswith(TAMPER_MODELS)
        writer.add(where, "registration", 0, size, f"of the model {model_of(whole.head)!r}")
    else:
        writer.add(where, "body", 0, size, "nothing that a reading has")


def _positions(writer: Writer, where: Tape, whole: Whole) -> None:
    head, body = whole.head, whole.body
    at = 0
    if head.msg in WITH_SERIAL:
        writer.add(where, "serial", 0, 2, f"of the command: {int.from_bytes(body[:2])}")
        at = min(2, len(body))
    elif head.msg == BATCH:
        writer.add(where, "count", 0, min(2, len(body)), f"{int.from_bytes(body[:2])} positions")
        at = min(3, len(body))
        how = "a backlog" if body[2:3] == bytes([BACKLOG]) else "as they came"
        writer.add(where, "kind", 2, at, how, "buffered")
    found = [item for item in items(head.msg, body) if item.start >= at]
    drafts = [_draft(body, item) for item in found]
    jointech = reduce(together, (draft.by_jointech for draft in drafts), None)
    edition = Kind.STANDARD if head.version is None else Kind.EDITION_2019
    otherwise = Kind.TAMPER if writer.tamper else edition
    for item in found:
        writer.add(where, "length", at, item.start, f"{item.end - item.start} bytes")
        if item.fault:
            writer.add(where, "no position", item.start, item.end, item.fault.reason)
        else:
            _position(writer, where, item, jointech, otherwise)
            writer.record += 1
        at = item.end


def _draft(body: bytes, item: Item) -> Draft:
    draft = Draft()
    if not item.fault:
        from_ = item.start + HEAD.size
        read(body, from_, draft, item.end, READERS)
    return draft


def _position(
    writer: Writer, where: Tape, item: Item, jointech: bool | None, otherwise: Kind
) -> None:
    alarm, status, lat, lon, altitude, speed, course, raw = HEAD.unpack_from(where.data, item.start)
    draft = _draft(where.data, item)
    kind = kind_of(jointech, otherwise, movement=draft.movement)
    told = words(alarm, status, kind)
    when, moment, unset = _time(raw, "utc" if kind is Kind.JOINTECH else "gmt+8")
    place = "position" if told.fixed and not unset and (lat or lon) else "extra"
    if lat > MAX_LAT or lon > MAX_LON:
        place = "extra.refused"
    at = item.start

    def add(name: str, width: int, meaning: str, into: str) -> None:
        nonlocal at
        writer.add(where, name, at, at + width, meaning, into)
        at += width

    bits = f"as {kind.value} has them"
    add("alarm", 4, f"{named(alarm, ALARMS[kind], 'alarm')}; {bits}", "seal.events, extra")
    add("status", 4, f"{named(status, statuses(kind), 'status')}; {bits}", "seal.condition, extra")
    add("latitude", 4, f"{lat / 1e6} degrees {'south' if told.south else 'north'}", f"{place}.lat")
    add("longitude", 4, f"{lon / 1e6} degrees {'west' if told.west else 'east'}", f"{place}.lon")
    add("altitude", 2, f"{altitude} m", _of_fix(place, "altitude"))
    add("speed", 2, f"{speed / 10} km/h", "position.speed_kmh")
    add("course", 2, f"{course} degrees", _of_fix(place, "course"))
    add("time", 6, when, moment)
    ours = kind is Kind.JOINTECH
    _extensions(writer, where, at, item.end, NAMED, READERS, jointech=ours)


def _time(raw: bytes, clock: str, dmy: bool = False) -> tuple[str, str, bool]:
    """Its meaning, where it goes, and whether the clock was never set. clock: by evidence."""
    try:
        said = moment_dmy(raw) if dmy else moment_ymd(raw)
    except FrameError as fault:
        return fault.reason, "extra.refused, extra.device_time", True
    shown = rfc3339(said)[:-1].replace("T", " ")
    if said < SET_FROM:
        return f"{shown}: the clock was never set", "extra.device_time", True
    other = {"utc": "GMT+8", "gmt+8": "UTC"}[clock]
    doubt = "" if dmy else f" (in {other} if only that is within minutes of the receipt)"
    return f"{shown} in {clock.upper()}{doubt}", "event_time", False


def _of_fix(place: str, name: str) -> str:
    unit = {"altitude": "altitude_m", "course": "course_deg"}[name]
    return f"position.{unit}" if place == "position" else f"extra.{name}"


def _extensions(
    writer: Writer,
    where: Tape,
    at: int,
    end: int,
    known: Known,
    readers: Readers,
    *,
    jointech: bool = True,
) -> None:
    for start, stop in walk(where.data, at, end):
        if stop > end:
            writer.add(where, "rest", start, end, "an extension that is cut off", "extra.tlv_rest")
            continue
        tag, value = where.data[start], where.data[start + 2 : stop]
        name = known[tag][0] if tag in known else "not known"
        writer.add(where, f"extension {tag:02X}", start, start + 2, f"{name}, {len(value)} bytes")
        draft = Draft()
        read(where.data, start, draft, stop, readers)
        if draft.rope is not None:
            draft.events |= locks.rope(draft, draft.extra, jointech=jointech)
        told = said_by(draft)
        meaning = ", ".join(f"{key.split('.')[-1]} {value}" for key, value in told.items())
        writer.add(where, name, start + 2, stop, meaning, ", ".join(told))


def said_by(draft: Draft) -> dict[str, Any]:
    """What an extension has told, by where in the Reading it goes."""
    told: dict[str, Any] = {f"extra.{key}": value for key, value in draft.extra.items()}
    if draft.battery is not None:
        told["battery_pct"] = draft.battery
    if draft.satellites is not None:
        told["position.satellites"] = draft.satellites
    if draft.altitude is not None:
        told["position.altitude_m"] = draft.altitude
    if draft.rssi is not None:
        told["cell.rssi"] = draft.rssi
    if draft.cell is not None:
        told |= {
            f"cell.{key}": value
            for key, value in zip(("mcc", "mnc", "lac", "cid"), draft.cell, strict=True)
            if value is not None
        }
    if draft.condition is not None:
        told["seal.condition"] = draft.condition.value
    if draft.events:
        told["seal.events"] = " ".join(sorted(draft.events))
    if draft.credential is not None:
        shown = draft.credential
        told["seal.credential"] = f"{shown.kind.value} {shown.id or '(not shown)'}"
    return told


def _jt705(writer: Writer, where: Tape) -> None:
    body = where.data
    lat, lon = jointech_point.degrees(body[6:15])
    rssi, satellites, km, battery, cid, lac, product, status, alarm = jt705.HEAD.unpack_from(
        body, jointech_point.SIZE
    )
    when, moment, unset = _time(body[:6], "utc", dmy=True)
    place = "position" if body[14] & 1 and not unset and (lat or lon) else "extra"
    ours = product == PRODUCT
    charging = battery in jt705.CHARGING
    at = 0

    def add(name: str, width: int, meaning: str, into: str) -> None:
        nonlocal at
        writer.add(where, name, at, at + width, meaning, into)
        at += width

    add("time", 6, when, moment)
    add("latitude", 4, f"{lat} degrees", f"{place}.lat")
    add("longitude and flags", 5, f"{lon} degrees; flags {body[14] & 15:04b}", f"{place}.lon")
    add("speed", 1, f"{jointech_point.SPEED_KMH[body[15]]} km/h", "position.speed_kmh")
    add("course", 1, f"{jointech_point.COURSE_DEG[body[16]]} degrees", _of_fix(place, "course"))
    add("signal strength", 1, str(rssi), "cell.rssi")
    add("satellites", 1, str(satellites), "position.satellites")
    add("mileage", 4, f"{km} km", "extra.mileage_km")
    shown = "charging" if charging else f"{battery} %"
    add("battery", 1, shown, "extra.charging" if charging else "battery_pct")
    add("cell", 4, str(cid), "cell.cid")
    add("location area", 2, str(lac), "cell.lac")
    add("product", 1, str(product), "extra.product")
    add("status", 2, named(status, STATUS if ours else {}, "status"), "extra")
    add("alarm", 2, named(alarm, ALARM if ours else {}, "alarm"), "seal.events, extra")
    _extensions(writer, where, at, len(body), jt705.NAMED, jt705.READERS)
