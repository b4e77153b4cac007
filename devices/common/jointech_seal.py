"""What a JT701's bits and codes say of the seal.

The condition, and why:

- CUT when the rope is cut, whatever else holds: no lock mends a rope.
- SEALED when the rope is in and the motor locked. Locked without its rope a lock holds nothing (it
  may lie on a geofences), and so is OPEN, as it is when the motor is not locked.
- FAULT when the motor is stuck on its way and the rope is in: whether it is held nobody knows. A
  stuck motor of a lock that is shut, or whose rope is out, changes neither.
- Never TAMPERED for the back cover: that is an event, which the rules weigh by what follows it.

Rope, motor and cover are levels, told in every frame: `extra` has them. They become events only
where the frame says that something just happened: where the rope or the cover woke the lock.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from devices.reading import Credential, CredentialKind, SealCondition, SealEvent, SealReport

Bits = dict[int, SealEvent | str]
"""bit -> the event that it reports, or the name under which it is kept in `extra`."""

STATUS: Bits = {
    0: "lbs",
    1: "fence_entered",
    2: "fence_left",
    3: SealEvent.CUT,
    4: SealEvent.VIBRATION,
    5: "ack_wanted",
    6: "rope_in",
    7: "motor_locked",
    8: "long_unlocked",
    9: SealEvent.WRONG_PASSWORD,
    10: SealEvent.WRONG_CARD,
    11: SealEvent.LOW_BATTERY,
    12: SealEvent.COVER_OPENED,
    13: "cover_closed",
    14: SealEvent.MOTOR_STUCK,
}
"""The status word (bytes 36 and 37). Bit 9 is an alarm for five wrong passwords."""
LEVELS = ("rope_in", "motor_locked", "cover_closed")
WRONG_PASSWORDS = 5
"""How many of them the alarm of bit 9 stands for (the maker's manual)."""

WAKE = {
    0: "restart",
    1: "rtc",
    2: "vibration",
    3: "cover",
    4: "rope",
    5: "charge",
    6: "rfid",
    7: "lora",
    8: "vip_sms",
    9: "sms",
    10: "bluetooth",
}
"""15 is none. What wakes a JT705A has codes of its own (`jtt808/jt705`)."""
NO_WAKE = 0xF

SUBLOCK: Bits = {
    0: SealEvent.SEALED,
    1: SealEvent.OPENED,
    2: SealEvent.COVER_OPENED,
    3: SealEvent.OPENED,
    4: SealEvent.CUT,
    5: "key",
    6: "timed",
    7: "charging",
    8: SealEvent.ROPE_OUT,
    9: SealEvent.OPENED,
    14: "signal_lost",
}
"""Events of a sub-lock of type 4 (JT709)."""
SUBLOCK_NEWER: Bits = {
    2: SealEvent.LOW_BATTERY,
    4: "dismantled",
    5: SealEvent.COVER_OPENED,
    6: SealEvent.OPENED,
    7: SealEvent.SEALED,
    8: SealEvent.OPENED,
    9: SealEvent.ROPE_OUT,
    10: SealEvent.ROPE_IN,
}
"""Events of the types 5 and 6."""
_UNLOCKED_BY = {
    4: {1: CredentialKind.BLUETOOTH, 3: CredentialKind.PLATFORM, 9: CredentialKind.RFID},
    5: {6: CredentialKind.PLATFORM, 8: CredentialKind.BLUETOOTH},
}
"""LoRa is the way that the platform's command takes to a sub-lock, through its gateway."""

SOURCES = {
    1: "rfid",
    2: "illegal_rfid",
    3: "bind_vehicle_card",
    4: "static_password",
    5: "auto_locked",
    6: "dynamic_password",
    7: "bluetooth",
}
"""What a lock event (P45) came of."""
_SHOWN = {
    1: CredentialKind.RFID,
    2: CredentialKind.RFID,
    4: CredentialKind.PASSWORD,
    6: CredentialKind.DYNAMIC_PASSWORD,
    7: CredentialKind.BLUETOOTH,
}
PASSWORDS = (4, 6)
BIND = 3
"""The source that binds the lock to a vehicle, and opens nothing."""
_ILLEGAL, _LOCKED = 2, 5
FENCES = range(2, 11)
"""Results that name the fence it was opened in. 1 may, but is also said where no fence matters."""
UNLOCKED = frozenset({1, *FENCES, 98})
"""98: no fence is set."""
OUTSIDE_FENCE = 99
_OPENINGS = {SealEvent.OPENED, SealEvent.ROPE_OUT}


class Meaning(NamedTuple):
    """The report, and what goes into `extra` beside it; shared, so neither is to be changed."""

    seal: SealReport
    extra: dict[str, Any]


@lru_cache(maxsize=4096)
def status(word: int, wake: int | None) -> Meaning:
    """A status word, and the code of what woke the lock where the frame has it."""
    events, flags = _apart(word, STATUS)
    extra: dict[str, Any] = {name: flags.pop(name, False) for name in LEVELS} | flags
    if SealEvent.WRONG_PASSWORD in events:
        extra["wrong_passwords"] = WRONG_PASSWORDS
    if wake is not None and wake != NO_WAKE:
        source = WAKE.get(wake)
        extra["wake"] = wake if source is None else source
        if source == "rope":
            events.add(SealEvent.ROPE_IN if extra["rope_in"] else SealEvent.ROPE_OUT)
        elif source == "cover":
            closed = extra["cover_closed"]
            events.add(SealEvent.COVER_CLOSED if closed else SealEvent.COVER_OPENED)
    report = SealReport(condition=_condition(events, extra), events=frozenset(events))
    return Meaning(report, extra)


def _condition(events: set[SealEvent], level: dict[str, Any]) -> SealCondition:
    if SealEvent.CUT in events:
        return SealCondition.CUT
    if level["rope_in"] and level["motor_locked"]:
        return SealCondition.SEALED
    if level["rope_in"] and SealEvent.MOTOR_STUCK in events:
        return SealCondition.FAULT
    return SealCondition.OPEN


SUBLOCK_STATUS: Bits = {0: "rope_out", 1: "motor_open", 2: "cover_open", 3: "charging"}
"""Levels of a sub-lock, told with every event."""


def sublock(
    kind: int, word: int, lock_count: int | None, levels: int | None = None, card: int = 0
) -> Meaning:
    """The events of a sub-lock of type 4, 5 or 6; its condition is what its levels say, or, where
    it tells none, what its events leave behind. card: 0 for none.
    """
    events, extra = _apart(word, SUBLOCK if kind == 4 else SUBLOCK_NEWER)
    condition = None
    if SealEvent.CUT in events:
        condition = SealCondition.CUT
    elif "dismantled" in extra:
        condition = SealCondition.TAMPERED
    elif levels is not None:
        extra |= _apart(levels, SUBLOCK_STATUS)[1]
        condition = SealCondition.OPEN if levels & 0b11 else SealCondition.SEALED
        if condition is SealCondition.SEALED and _OPENINGS & events:
            condition = None  # shut again meanwhile: the opening stands
    elif _OPENINGS & events:
        condition = SealCondition.OPEN
    elif SealEvent.SEALED in events:
        condition = SealCondition.SEALED
    shown = _UNLOCKED_BY[4 if kind == 4 else 5]
    by = next((shown[bit] for bit in shown if word >> bit & 1), None)
    if card and by is not CredentialKind.RFID:
        extra["card"] = f"{card:010d}"
    credential = None
    if by is not None:
        named = f"{card:010d}" if card and by is CredentialKind.RFID else None
        credential = Credential(kind=by, id=named)
    report = SealReport(
        condition=condition,
        events=frozenset(events),
        credential=credential,
        lock_count=lock_count,
    )
    return Meaning(report, extra)


def lock_event(
    source: int | None, unlock: int | None, card: str | None, password_right: bool | None
) -> SealReport | None:
    """A lock event (P45); None where it says nothing of the seal, as when a vehicle is bound.

    card: what was shown, None for none; beside a password it is not taken, lest it be one.
    An unknown `unlock` is no result: neither opened nor refused.
    """
    if source not in SOURCES or source == BIND:
        return None
    if source == _LOCKED:
        return SealReport(condition=SealCondition.SEALED, events=frozenset({SealEvent.SEALED}))
    events: set[SealEvent] = set()
    if source == _ILLEGAL:
        events.add(SealEvent.WRONG_CARD)
    elif unlock in UNLOCKED:
        events.add(SealEvent.OPENED)
    else:
        if source in PASSWORDS and password_right is False:
            events.add(SealEvent.WRONG_PASSWORD)
        if unlock == OUTSIDE_FENCE or (unlock == 0 and not events):
            events.add(SealEvent.UNLOCK_REFUSED)
    return SealReport(
        condition=SealCondition.OPEN if SealEvent.OPENED in events else None,
        events=frozenset(events),
        credential=Credential(kind=_SHOWN[source], id=None if source in PASSWORDS else card),
    )


def _apart(word: int, table: Bits) -> tuple[set[SealEvent], dict[str, Any]]:
    """The events of the bits that are set, and the others by name, or by number where unknown."""
    events: set[SealEvent] = set()
    flags: dict[str, Any] = {}
    for bit in range(16):
        if word >> bit & 1:
            what = table.get(bit, f"bit_{bit}")
            if isinstance(what, SealEvent):
                events.add(what)
            else:
                flags[what] = True
    return events, flags


def bit_names(word: int, table: Bits) -> str:
    """The bits that are set, in words."""
    names = [table.get(bit, f"bit_{bit}") for bit in range(16) if word >> bit & 1]
    return ", ".join(name.replace("_", " ") for name in names) or "none set"
