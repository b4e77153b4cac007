"""One payload of an eSeal decoded; `devices/eseal/__init__.py` has the layout."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from devices.common.clocks import Told, settle, without
from devices.common.frames import MAX_BYTES, Field, FrameError, device_in, rejected
from devices.common.identifiers import same
from devices.common.jsonpayload import wrong_topic
from devices.common.refusal import with_refused
from devices.eseal import line as line
from devices.eseal.wire import ESealSession
from devices.reading import (
    Cell,
    Clock,
    Credential,
    CredentialKind,
    Decoded,
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


def decode(topic: str, payload: bytes, received_at: datetime) -> Decoded:
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
    if not same(said.id, device):
        raise FrameError("id", f"id is {said.id[:40]!a}, expected {device!a}, the topic's")
    if said.moment is None:
        told = without(said.time, received_at)
    else:
        told = settle(said.moment, received_at)
    notes = told.notes
    untimed = told.clock is Clock.RECEIPT and said.index is not None
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=_position(said, told, notes),
        seal=_seal(said),
        seq=said.index,
        message_id=str(said.index) if untimed else None,
        cell=None if said.rssi is None else Cell(rssi=said.rssi),
        clock=told.clock,
        extra=with_refused(said.extra | notes, said.refused),
    )


def _position(said: line.Line, told: Told, notes: dict[str, Any]) -> Fix | NoFix:
    """Where it is; what a fix would have carried is among the notes if there is none."""
    reason = NoFixReason.CLOCK_UNSET if told.lost else None
    if reason is None and said.lat == 0 == said.lon:
        reason = NoFixReason.ZERO
    elif reason is None and (not said.valid or "position" in said.refused):
        reason = NoFixReason.INVALID
    if said.lat is None or said.lon is None:
        return NoFix(reason=reason or NoFixReason.ABSENT, speed_kmh=said.speed)
    if reason is None:
        return Fix(
            lat=said.lat,
            lon=said.lon,
            time=told.time,
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
