"""One payload of TeraTrack decoded; `devices/teratrack/__init__.py` has its keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from devices.common import jointech_status, jsonexplain
from devices.common.fields import ReadingError, show
from devices.common.frames import Field, device_in
from devices.common.identifiers import same
from devices.common.jointech_seal import STATUS
from devices.common.jsonpayload import decode_each, wrong_topic
from devices.common.vendorjson import PositionKeys, Said, number, position
from devices.reading import (
    Cell,
    Clock,
    Credential,
    CredentialKind,
    Decoded,
    Reading,
    SealEvent,
    SealReport,
)
from devices.teratrack.wire import TeraTrackSession
from devices.wire import Session

FILTERS: tuple[str, ...] = ("frames/teratrack/+",)
DIALECT = "teratrack"
MEDIA = "application/json"
CHARGING = 255
BACKLOG = 3
RSSI = (-200, 98)
"""dBm or the GSM scale; 99 is unknown, and left as it came."""

_BIT = jointech_status.BITS
LONG_UNLOCKED = _BIT["long_unlocked"]
ALARMS = {
    "LockCutOff": _BIT[SealEvent.CUT],
    "SealTampered": _BIT[SealEvent.VIBRATION],
    "SealTempered": _BIT[SealEvent.VIBRATION],
    "UnCoverBack": _BIT[SealEvent.COVER_OPENED],
    "LockStuck": _BIT[SealEvent.MOTOR_STUCK],
    "PasswordError": _BIT[SealEvent.WRONG_PASSWORD],
    "IllegalCard": _BIT[SealEvent.WRONG_CARD],
    "LowPower": _BIT[SealEvent.LOW_BATTERY],
}
"""key -> its bit in the status word of a JT701."""
NAMES: jsonexplain.Names = {
    "MDeviceID": ("device", ""),
    "DateTime": ("event_time", "UTC"),
    "Latitude": ("position.lat", "degrees"),
    "Longitude": ("position.lon", "degrees"),
    "LatitudeState": ("position.lat", "0 south"),
    "LongitudeState": ("position.lon", "0 west"),
    "Speed": ("position.speed_kmh", "km/h"),
    "LockOpen": ("seal.condition", "0 locked, 1 unlocked"),
    "LockStatus": ("seal.condition", "1 motor locked"),
    "LockRope": ("seal.condition", "1 rope in, 0 out"),
    "CoverStatus": ("extra.cover_closed", "1 back cover closed"),
    **{key: ("seal.events", f"1: {STATUS[bit]}") for key, bit in ALARMS.items()},
    "CardNo": ("seal.credential", "rfid"),
    "Power": ("battery_pct", "percent, 255 charging"),
    "GSM": ("cell.rssi", "GSM scale"),
    "Index": ("seq", ""),
    "DataType": ("buffered", "1 live, 2 alarm, 3 sent later"),
    "MessageAck": ("", "1: an answer is wanted"),
}


def decode(topic: str, payload: bytes, received_at: datetime) -> Decoded:
    """The one reading of a message, or its one rejection."""
    device = device_in(topic)
    if not device:
        return wrong_topic(
            topic, payload, received_at, dialect=DIALECT, expected="frames/teratrack/<device>"
        )
    return decode_each(_read, topic, payload, received_at, device=device, dialect=DIALECT)


def explain(payload: bytes) -> list[Field]:
    """Every key of the message; never raises."""
    return jsonexplain.explain(payload, NAMES)


def session() -> Session:
    return TeraTrackSession()


def _read(document: dict[str, Any], device: str, received_at: datetime) -> Reading:
    said = Said(document)
    _is(said, device)
    buffered = number(said.peek("DataType")) == BACKLOG
    told = said.moment("DateTime", received_at, buffered=buffered)
    notes = told.notes
    _signed(said, "Latitude", "LatitudeState")
    _signed(said, "Longitude", "LongitudeState")
    where = position(said, PositionKeys("Latitude", "Longitude", "Speed"), told)
    if said.whole("Power", CHARGING, CHARGING):
        notes["charging"] = True
    rssi = said.whole("GSM", *RSSI)
    seal = _seal(said, notes)
    said.stands(told, seal)
    seq = said.whole("Index")
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=where,
        seal=seal,
        battery_pct=said.number("Power", 0, 100),
        buffered=buffered,
        seq=seq,
        message_id=str(seq) if told.clock is Clock.RECEIPT and seq is not None else None,
        clock=told.clock,
        cell=None if rssi is None else Cell(rssi=rssi),
        extra=said.rest() | notes,
    )


def _is(said: Said, device: str) -> None:
    """Take the key that names the device. Raises ReadingError where both name another."""
    shown = {key: said.peek(key) for key in ("MDeviceID", "IMEI") if key in said}
    ids = {key: str(id_) for key, id_ in shown.items() if type(id_) in (str, int)}
    for key, id_ in ids.items():
        if same(id_, device):
            return said.drop(key)
    if ids:
        key, id_ = next(iter(ids.items()))
        raise ReadingError(key, f"{key} is {show(id_)}, expected {show(device)}, the topic's")
    return None


def _signed(said: Said, key: str, state: str) -> None:
    """Make the number itself say south or west. The state is taken if it adds nothing else."""
    degrees, positive = number(said.peek(key)), said.flag(state)
    if degrees is not None and positive is False and degrees > 0:
        said.put(key, -degrees)
    if degrees is not None and positive is not None:
        said.drop(state)


def _seal(said: Said, notes: dict[str, Any]) -> SealReport | None:
    keys = (*ALARMS, "LockOpen", "LockStatus", "LockRope", "CoverStatus")
    credential = _credential(said)
    if credential is None and all(said.flag(key) is None for key in keys):
        return None
    raised = {bit for key, bit in ALARMS.items() if said.raised(key)}
    unlocked, motor = said.state("LockOpen"), said.state("LockStatus")
    if unlocked:
        raised.add(LONG_UNLOCKED)
    if unlocked is not None:
        motor = not unlocked and motor is not False
    levels = {
        "rope_in": said.state("LockRope"),
        "motor_locked": motor,
        "cover_closed": said.state("CoverStatus"),
    }
    found, extra = jointech_status.report(raised, levels)
    notes |= extra
    return replace(found, credential=credential)


def _credential(said: Said) -> Credential | None:
    card = said.peek("CardNo")
    if not str(card or "").strip("0 "):
        return None
    number_ = said.text("CardNo")
    return Credential(kind=CredentialKind.RFID, id=number_) if number_ else None
