"""Padlocks of HHD and their kin (G-300, G-316, G-360P, G-666): extensions 60 to 69.

    60     event u16, kind u8 (0 normal, 1 alarm), content; see EVENTS. A card is 8 characters.
    61-66  a lock's id (6), and the card shown to it (8 characters); as an event of 60 likewise
    63     n times id (6), u16 mV, seal u8 (31: sealed), physical state, rssi
    67     the password that is set, the same in every report: never kept, and no credential
    69     battery, 0.01 V

Older firmware leaves the kind out. A card that is not all printable ASCII is kept in hex.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from devices.jtt808.draft import Draft
from devices.reading import Credential, CredentialKind, SealCondition, SealEvent

CARD_SIZE = 14
"""A lock's id and a card."""
_CARD = 8
_SEALED = 0x31
_LOCK = struct.Struct(">6sHBBB")
_LOCK_EVENTS = range(0x61, 0x67)
_ALARM = 1


class Meaning(NamedTuple):
    event: SealEvent | None = None
    condition: SealCondition | None = None
    by: CredentialKind | None = None


def _seals(by: CredentialKind | None = None) -> Meaning:
    return Meaning(SealEvent.SEALED, SealCondition.SEALED, by)


def _opens(by: CredentialKind | None = None) -> Meaning:
    return Meaning(SealEvent.OPENED, SealCondition.OPEN, by)


EVENTS = {
    0x00: Meaning(SealEvent.ROPE_IN),
    0x01: Meaning(SealEvent.ROPE_OUT, SealCondition.OPEN),
    0x02: _seals(),
    0x03: _seals(CredentialKind.RFID),
    0x04: _opens(CredentialKind.RFID),
    0x05: _seals(CredentialKind.BLUETOOTH),
    0x06: _opens(CredentialKind.BLUETOOTH),
    0x07: _seals(CredentialKind.PLATFORM),
    0x08: _opens(CredentialKind.PLATFORM),
    0x09: _seals(CredentialKind.SMS),
    0x0A: _opens(CredentialKind.SMS),
    0x0B: Meaning(SealEvent.WRONG_CARD, by=CredentialKind.RFID),
    0x0C: Meaning(SealEvent.WRONG_CARD, by=CredentialKind.RFID),
    0x0D: Meaning(SealEvent.UNLOCK_REFUSED),
    0x0E: Meaning(SealEvent.UNLOCK_REFUSED),
    0x0F: _opens(),
    0x10: Meaning(SealEvent.COVER_OPENED, SealCondition.TAMPERED),
    0x11: Meaning(SealEvent.CUT, SealCondition.CUT),
    0x12: Meaning(SealEvent.LOW_BATTERY),
    0x13: Meaning(SealEvent.WRONG_PASSWORD),
    0x14: _seals(),
    0x17: Meaning(SealEvent.LOW_BATTERY),
    0x18: Meaning(SealEvent.MOTOR_STUCK),
}
"""wialon.com, gps-padlock-g-300-new-protocol, g-316 and g-666. 0F is the shackle opened while it
was sealed, 10 the shell tampered with, 11 the shackle or rope cut; 0D and 0E an unlocking outside
of its area; 0B and 0C a card that is not registered."""


def event(draft: Draft, value: bytes) -> None:
    """Extension 60."""
    draft.other = True
    code = int.from_bytes(value[:2])
    draft.extra["hhd_event"] = f"{code:02X}"
    content = value[2:]
    if len(content) not in (0, CARD_SIZE if code in _LOCK_EVENTS else _CARD):
        content = value[3:]
        if value[2]:
            draft.extra["hhd_alarm"] = value[2] == _ALARM or value[2]
    meaning = EVENTS.get(code, Meaning())
    if meaning.event is not None:
        draft.happened(meaning.event)
    draft.condition = meaning.condition or draft.condition
    if code in _LOCK_EVENTS and len(content) >= CARD_SIZE:
        card(draft, content[:CARD_SIZE])
    elif meaning.by is CredentialKind.RFID:
        draft.credential = Credential(kind=meaning.by, id=_number(content[:_CARD]))
        content = content[_CARD:]
    elif meaning.by is not None:
        draft.credential = Credential(kind=meaning.by)
    if content and code not in _LOCK_EVENTS:
        draft.extra["hhd_event_data"] = content.hex()


def card(draft: Draft, value: bytes) -> None:
    """A lock's id and the card shown to it: extensions 61, 62, 64 to 66, and within 60."""
    draft.other = True
    draft.extra["lock_id"] = value[:6].hex()
    draft.credential = Credential(kind=CredentialKind.RFID, id=_number(value[6:CARD_SIZE]))


def locks(draft: Draft, value: bytes) -> None:
    """Extension 63: sealed if all are."""
    draft.other = True
    found = [
        {"id": name.hex(), "battery_v": mv / 1000, "sealed": seal == _SEALED, "seal": seal}
        | {"physical": physical, "rssi": rssi}
        for name, mv, seal, physical, rssi in _LOCK.iter_unpack(value)
    ]
    draft.several(found, all(lock["sealed"] for lock in found))


def password(draft: Draft, value: bytes) -> None:
    """Extension 67: whether one is set. Others have radar alarms in it: they are no text."""
    text = value.strip(b"\0\xff ")
    if text and not text.isalnum():
        draft.keep(0x67, value)
        return
    draft.other = True
    draft.extra["password_set"] = bool(text)


def _number(raw: bytes) -> str | None:
    found = raw.strip(b"\0 ")
    return written(found) if found.strip(b"0") else None


def written(value: bytes) -> str:
    """Printable ASCII as it is, anything else in hex: it is shown to people, and is no name."""
    text = value.decode("latin-1")
    return text if text.isascii() and text.isprintable() else value.hex()
