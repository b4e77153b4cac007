"""eSeal CT-C: ASCII lines over TCP, published as they are on `frames/eseal/<device>`.

    ##S,eSeal,1000821,256,3.0.8,Normal,34,2026-03-01,11:59:58,15,A,27.4995N 99.5071W,12,82,Close,
    |   |     |       |   |     |      |  |          |        |  | |                 |  |  |
    |   type  id customer fw  EVENT index date       time  min fix position     course km/h door

    0.06,3E0A5DC4,3.72,-71,E##
    |    |        |    |   |
    |    nfc card  V   rssi, and the end
    acceleration

Layout as Traccar's EsealProtocolDecoder reads it; one payload may hold several lines. Times are in
UTC. What they mean to a reading:

    EVENT   Event-Lock       seal.events sealed (it was locked)
            Event-RC-Unlock  opened, by remote control: credential platform, unless a card is named
            Event-Door       opened or sealed, as the door field says
            Event-Shock      vibration; Event-Drop: vibration too, the seal fell
            Startup, Normal, Button-Normal, Termination: none
            each in extra.event, as sent; another EVENT is kept there and means nothing more
    door    Open, Close      seal.condition open or sealed
    A|V     V                no fix: the device itself marks the position as not valid
    nfc     a card           seal.credential, rfid; 0, zeros, None, NULL, NA and - are no card
    battV                    extra.battery_v: volts; what 100 % is the layout does not say
    index, rssi              seq, cell.rssi
    type, customer, firmware, interval, acceleration    extra

The door counts as the seal: the maker sells it as one thing, and the line has nothing else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from devices import eseal_line as line
from devices.devicetime import event_time
from devices.eseal_wire import COMMANDS, ESealSession, command
from devices.frames import MAX_BYTES, Field, FrameError, device_in, rejected
from devices.jsonpayload import wrong_topic
from devices.reading import (
    Cell,
    Credential,
    CredentialKind,
    Fix,
    NoFix,
    NoFixReason,
    Reading,
    Rejected,
    SealCondition,
    SealEvent,
    SealReport,
)
from devices.wire import Session

__all__ = ["COMMANDS", "FILTERS", "command", "decode", "device_of", "explain", "session"]

FILTERS: tuple[str, ...] = ("frames/eseal/+",)
DIALECT = "eseal"
MAX_LINES = 1000
"""Of one payload, as of one array in the native dialect."""

CONDITIONS = {"Open": SealCondition.OPEN, "Close": SealCondition.SEALED}
EVENTS = {
    "Event-Lock": SealEvent.SEALED,
    "Event-RC-Unlock": SealEvent.OPENED,
    "Event-Shock": SealEvent.VIBRATION,
    "Event-Drop": SealEvent.VIBRATION,
}
DOOR_EVENTS = {"Open": SealEvent.OPENED, "Close": SealEvent.SEALED}


def decode(topic: str, payload: bytes, received_at: datetime) -> list[Reading | Rejected]:
    """The readings of its lines in the order of their event times, then what was rejected."""
    device = device_in(topic)
    if not device:
        return wrong_topic(
            topic, payload, received_at, dialect=DIALECT, expected="frames/eseal/<device>"
        )
    readings: list[Reading] = []
    rejects: list[Reading | Rejected] = []
    lines = _lines(payload)
    for index, (_, raw) in enumerate(lines):
        try:
            readings.append(_read(line.parse(raw), device, received_at))
        except FrameError as fault:
            place = f"[{index}]" if len(lines) > 1 else ""
            rejects.append(
                rejected(
                    topic, raw, fault, received_at, dialect=DIALECT, device=device, place=place
                )
            )
    readings.sort(key=lambda one: (one.event_time, one.seq or 0))
    return [*readings, *rejects]


def _lines(payload: bytes) -> list[tuple[int, bytes]]:
    """(offset, bytes) of each line, without its line end; the payload itself, as the one line,
    where it is empty or has more than a gateway puts together.
    """
    few = len(payload) <= MAX_BYTES and payload.count(line.TAIL) <= MAX_LINES
    return (list(line.split(payload)) if few and payload.count(b"\n") <= MAX_LINES else []) or [
        (0, payload)
    ]


def _read(said: line.Line, device: str, received_at: datetime) -> Reading:
    if said.id != device:
        raise FrameError("id", f"id is {said.id[:40]!a}, expected {device!a}, the topic's")
    settled = event_time(said.moment, received_at)
    if settled is None:
        raise FrameError("time", f"time is {said.time}, expected at most 24 h after the receipt")
    moment, notes = settled
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=moment,
        received_at=received_at,
        position=_position(said, moment, notes),
        seal=_seal(said),
        seq=said.index,
        message_id=str(said.index) if "clock" in notes else None,
        cell=None if said.rssi is None else Cell(rssi=said.rssi),
        extra=said.extra | notes,
    )


def _position(said: line.Line, moment: datetime, notes: dict[str, Any]) -> Fix | NoFix:
    """Where it is; what a fix would have carried is among the notes if there is none."""
    reason = NoFixReason.CLOCK_UNSET if "clock" in notes else None
    if reason is None and said.lat == 0 == said.lon:
        reason = NoFixReason.ZERO
    elif reason is None and not said.valid:
        reason = NoFixReason.INVALID
    if said.lat is None or said.lon is None:
        return NoFix(reason=reason or NoFixReason.ABSENT, speed_kmh=said.speed)
    if reason is None:
        return Fix(
            lat=said.lat,
            lon=said.lon,
            time=moment,
            speed_kmh=said.speed,
            course_deg=said.course,
        )
    if reason is not NoFixReason.ZERO:
        notes.update(lat=said.lat, lon=said.lon, course=said.course)
    return NoFix(reason=reason, speed_kmh=said.speed)


def _seal(said: line.Line) -> SealReport:
    event = DOOR_EVENTS.get(said.door) if said.event == "Event-Door" else EVENTS.get(said.event)
    return SealReport(
        condition=CONDITIONS.get(said.door),
        events=frozenset() if event is None else frozenset({event}),
        credential=_credential(said),
    )


def _credential(said: line.Line) -> Credential | None:
    if said.card:
        return Credential(kind=CredentialKind.RFID, id=said.card)
    by_command = said.event == "Event-RC-Unlock"
    return Credential(kind=CredentialKind.PLATFORM) if by_command else None


def explain(payload: bytes) -> list[Field]:
    """Every field of every line; never raises."""
    return [
        field
        for record, (offset, raw) in enumerate(_lines(payload))
        for field in line.explain(raw, offset, record)
    ]


def device_of(payload: bytes) -> str | None:
    """Whom the first line that is whole names, None if there is none."""
    for _, raw in _lines(payload):
        try:
            return line.parse(raw).id
        except FrameError:
            continue
    return None


def session() -> Session:
    return ESealSession()
