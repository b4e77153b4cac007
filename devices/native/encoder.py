"""Readings as native JSON: what the decoder of `devices/native.py` reads back as they were."""

from __future__ import annotations

from typing import Any

import msgspec

from devices import reading as contract
from devices.common.fields import rfc3339
from devices.native.keys import INNER_KEYS, Cell, Credential, Message, Seal, has_native_name
from devices.reading import Clock, Fix, NoFixReason, Reading, SealEvent, SealReport

_DEVICE = Clock.DEVICE  # Python 3.11 is slow to look it up
_GRAVITY = {event: rank for rank, event in enumerate(SealEvent)}
_write = msgspec.json.Encoder().encode
_write_sorted = msgspec.json.Encoder(order="sorted").encode


def to_json(reading: Reading, *, device: bool = False) -> bytes:
    """One line of JSON in native keys; with `device` its id comes first, for want of a topic."""
    said = encode(reading)
    return _write({"device": reading.device, **said} if device else said)


def encode(reading: Reading) -> dict[str, Any]:
    """The reading in native keys, without what stands elsewhere: device, dialect, receipt.

    Takes any dialect's reading whose numbers are finite and whose `extra` holds JSON values.
    """
    said: dict[str, Any] = msgspec.to_builtins(_message(reading))
    if reading.extra:
        _put_back(said, reading.extra)
    return said


def canonical(reading: Reading) -> bytes:
    """The same of a reading without `extra`, without `buffered`, its keys sorted."""
    message = _message(reading)
    message.buffered = None
    return _write_sorted(message)


def _message(reading: Reading) -> Message:
    """Times are text already: msgspec would write all six digits of any fraction of a second."""
    position = reading.position
    message = Message()
    message.time = rfc3339(reading.event_time)  # type: ignore[assignment]
    message.speed, message.satellites = position.speed_kmh, position.satellites
    message.hdop, message.battery = position.hdop, reading.battery_pct
    message.seal = _seal(reading.seal) if reading.seal is not None else None
    message.jamming, message.buffered = reading.jamming, reading.buffered or None
    message.seq, message.id = reading.seq, reading.message_id
    if reading.cell is not None:
        message.cell = _cell(reading.cell)
    if reading.clock is not _DEVICE:
        message.event_clock = reading.clock
    if isinstance(position, Fix):
        message.lat, message.lon = position.lat, position.lon
        message.accuracy = position.accuracy_m
        message.course = position.course_deg
        message.altitude = position.altitude_m
        if position.time != reading.event_time:
            message.fix_time = rfc3339(position.time)  # type: ignore[assignment]
    elif position.reason is NoFixReason.ZERO:
        message.lat = message.lon = 0.0
    elif position.reason is not NoFixReason.ABSENT:
        message.no_fix = position.reason
    return message


def _seal(report: SealReport) -> Seal:
    """`event` is the gravest; `events` names all, gravest first, where there are several."""
    credential = report.credential
    if credential is None and not report.events:  # what mostly comes
        return Seal(state=report.condition, number=report.number, lock_count=report.lock_count)
    events = sorted(report.events, key=_GRAVITY.__getitem__)
    return Seal(
        state=report.condition,
        number=report.number,
        event=events[0] if events else None,
        events=events if len(events) > 1 else None,
        credential=Credential(kind=credential.kind, id=credential.id) if credential else None,
        lock_count=report.lock_count,
    )


def _cell(cell: contract.Cell) -> Cell:
    return Cell(mcc=cell.mcc, mnc=cell.mnc, lac=cell.lac, cid=cell.cid, rssi=cell.rssi)


def _put_back(said: dict[str, Any], extra: dict[str, Any]) -> None:
    """Each unknown key to where it came from; "~" before what would pass for a native key."""
    inner = _inner_objects(said)
    for key, value in extra.items():
        for place, target in inner:
            name = key.removeprefix(place + ".")
            if name != key and name not in INNER_KEYS[place]:
                target[name] = value
                break
        else:
            said["~" + key if has_native_name(key) else key] = value


def _inner_objects(said: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The objects inside, innermost first, as ("seal.credential", that object)."""
    found: list[tuple[str, dict[str, Any]]] = [
        (place, said[place]) for place in ("seal", "cell") if place in said
    ]
    if "seal" in said and "credential" in said["seal"]:
        found.insert(0, ("seal.credential", said["seal"]["credential"]))
    return found
