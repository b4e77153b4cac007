"""What a device said: the only shapes that leave this package.

Three times are kept apart everywhere: the fix's (`Fix.time`), the device's event time
(`Reading.event_time`) and the receipt (`Reading.received_at`). All are aware datetimes in UTC.
How the event time was found says `Reading.clock`: one that is not `device` dates nothing for sure.
Units stand in the names: metres, km/h, degrees (WGS 84), percent.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from msgspec import Struct


class NoFixReason(enum.StrEnum):
    """Why a reading carries no position."""

    ABSENT = "absent"
    """The device sent no position."""
    ZERO = "zero"
    """The device sent 0,0: its receiver had no fix (446 of 762 messages of one maker)."""
    INVALID = "invalid"
    """The device itself marked the position as not valid, or it is none (latitude 91, half of it
    missing): what stood there is among the extras."""
    CLOCK_UNSET = "clock_unset"
    """The device's clock had not been set (a date of 2000 or 2004), so the fix has no time."""


class Clock(enum.StrEnum):
    """How a reading's event time was found; see `devices/common/clocks.py`."""

    DEVICE = "device"
    """The device's own clock, which nothing speaks against."""
    ROLLOVER = "rollover"
    """Its clock and a multiple of 1,024 weeks, which its GPS receiver had lost."""
    OFFSET = "offset"
    """Its clock less the offset or zone that is configured for it."""
    FIX = "fix"
    """The time of its position: its own was no time, or never set."""
    RECEIPT = "receipt"
    """The receipt. The extra `device_time` is what its clock said; without it, that was nothing."""
    DOUBTED = "doubted"
    """Its own clock, though it may be wrong: a stored report half a year old, an hour that a zone
    has twice."""


class Fix(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A position the device believes in."""

    lat: float
    lon: float
    time: datetime
    accuracy_m: float | None = None
    speed_kmh: float | None = None
    course_deg: float | None = None
    altitude_m: float | None = None
    satellites: int | None = None
    hdop: float | None = None


class NoFix(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """No usable position; what the receiver said of itself is kept, for jamming shows there."""

    reason: NoFixReason
    satellites: int | None = None
    hdop: float | None = None
    speed_kmh: float | None = None


class SealCondition(enum.StrEnum):
    """What the lock says its state is (native `seal.state`)."""

    SEALED = "sealed"
    OPEN = "open"
    CUT = "cut"
    TAMPERED = "tampered"
    UNARMED = "unarmed"
    FAULT = "fault"
    UNKNOWN = "unknown"


class SealEvent(enum.StrEnum):
    """What happened at the lock (native `seal.event`), gravest first."""

    CUT = "cut"
    COVER_OPENED = "cover_opened"
    ROPE_OUT = "rope_out"
    OPENED = "opened"
    MOTOR_STUCK = "motor_stuck"
    UNLOCK_REFUSED = "unlock_refused"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - an event's name, not a secret
    WRONG_CARD = "wrong_card"
    VIBRATION = "vibration"
    LOW_BATTERY = "low_battery"
    SEALED = "sealed"
    ROPE_IN = "rope_in"
    COVER_CLOSED = "cover_closed"


class CredentialKind(enum.StrEnum):
    RFID = "rfid"
    PASSWORD = "password"  # noqa: S105 - a kind of credential, not a secret
    DYNAMIC_PASSWORD = "dynamic_password"  # noqa: S105
    BLUETOOTH = "bluetooth"
    SMS = "sms"
    PLATFORM = "platform"
    KEY = "key"


class Credential(Struct, frozen=True, kw_only=True, gc=False):
    """What was shown to the lock. `id` is a card number or a user, never a password itself."""

    kind: CredentialKind
    id: str | None = None


class SealReport(Struct, frozen=True, kw_only=True, gc=False):
    """What one reading says of the seal. `events` is a set: a lock may report several at once."""

    condition: SealCondition | None = None
    number: str | None = None
    events: frozenset[SealEvent] = frozenset()
    credential: Credential | None = None
    lock_count: int | None = None


class Cell(Struct, frozen=True, kw_only=True, gc=False):
    """The serving cell. `rssi` as sent: negative is dBm, 0 to 31 is the GSM scale, 99 unknown."""

    mcc: int | None = None
    mnc: int | None = None
    lac: int | None = None
    cid: int | None = None
    rssi: int | None = None


SHARED_SERIALS = frozenset({"jtt808"})
"""Dialects whose `seq` counts every message, heartbeats too: a gap in it proves nothing."""


class Reading(Struct, frozen=True, kw_only=True, gc=False):
    """One thing one device said, whatever its language was.

    `seal` is None when the reading says nothing of the seal. `extra` holds every key the dialect
    does not know, unchanged, and under `refused` what cannot be (a speed of -1): by its key the
    value and why. `buffered`: stored by the device and sent later. `clock`: how `event_time` was
    found; `extra["device_time"]` is then what the device's clock said.
    """

    device: str
    dialect: str
    event_time: datetime
    received_at: datetime
    position: Fix | NoFix
    seal: SealReport | None = None
    battery_pct: float | None = None
    jamming: bool | None = None
    buffered: bool = False
    seq: int | None = None
    message_id: str | None = None
    cell: Cell | None = None
    clock: Clock = Clock.DEVICE
    extra: dict[str, Any] = {}


class Rejected(Struct, frozen=True, kw_only=True):
    """A payload, or a part of one, that is no reading: its bytes and the reason, never dropped.

    `place` says where in the payload ("" for all of it, "[3].lat" for a part of an array).
    """

    topic: str
    payload: bytes
    reason: str
    received_at: datetime
    dialect: str | None = None
    device: str | None = None
    place: str = ""


class Passed(Struct, frozen=True, kw_only=True):
    """A sound message that says nothing of a truck or a seal: a last will, a heartbeat, a login.

    It is neither kept nor counted as the device's word; `kind` says in words what it is.
    """

    topic: str
    dialect: str
    kind: str


Decoded = list[Reading | Rejected | Passed]
"""What a dialect makes of one payload; never empty."""
