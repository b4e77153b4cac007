"""What lock makers add to a position: who opened what, and which locks hang on a gateway.

Jointech's lock event (0B): type u8, then
    01 02 03 05 1E 1F                   password, 6 characters; result u8
    06 07 08 10 11 18 19 20 28 29       password, 6 characters; it was refused
    22                                  card u32; result u8, or none: accepted
    23 2A 2B                            card u32; it was refused
    result: FF refused; 1 to 99 accepted in the fence of that number; any other accepted
All passwords are CredentialKind.PASSWORD (the manual's codes do not tell static from dynamic), and
none is ever kept. Cards are ten decimals, as printed on them. A refusal is UNLOCK_REFUSED: the
codes do not tell a wrong password or card from the wrong place.

A1L808 (D5 longer than 2): n u8, then n times id (5), card (5), battery u8, status u16 (b5
unlocked); E8 lock status u24; DA rope cuts u16 and bits u8 (b0 rope, b2 motion, b3 cover), or the
bits alone; 33 "*M00,...": characters 8 to 14 are its status, of which [2:5] is 0.01 V.
An A1L808 text that is not all printable ASCII is kept in hex.

JT707 (Jointech; FD or D5 of 2 bytes beside it): DA how often the rope was cut u16, then b0 rope in,
b1 moving, b2 SIM, b3-5 what woke it.
"""

from __future__ import annotations

import re
import struct
from typing import Any

from devices.common.jointech_codes import CARD, CARD_REFUSED, REFUSED, WITH_RESULT
from devices.common.jointech_seal import WAKE
from devices.jtt808.bits import ROPE_WOKE
from devices.jtt808.draft import Draft
from devices.jtt808.hhd import written
from devices.reading import Credential, CredentialKind, SealCondition, SealEvent

LOCK_EVENT = 0x0B
_FAILED = 0xFF
_FENCES = range(1, 100)
_PASSWORD_SIZE, _CARD_SIZE = 6, 4
_PASSWORD_LIKE = re.compile(rb"[0-9A-Za-z]{4,}")

_A1_LOCK = struct.Struct(">5s5sBH")
_A1_UNLOCKED = 1 << 5


def lock_event(draft: Draft, value: bytes) -> None:
    """TLV 0B. One that is laid out as no known type is kept, without what may be a password."""
    kind, rest = value[0] if value else -1, value[1:]
    draft.extra["lock_event"] = value[:1].hex().upper()
    card, result = None, _FAILED
    if kind in WITH_RESULT and len(rest) > _PASSWORD_SIZE:
        result, rest = rest[_PASSWORD_SIZE], rest[_PASSWORD_SIZE + 1 :]
    elif kind in REFUSED and len(rest) >= _PASSWORD_SIZE:
        rest = rest[_PASSWORD_SIZE:]
    elif kind == CARD and len(rest) >= _CARD_SIZE:
        card, result = rest[:_CARD_SIZE], rest[_CARD_SIZE] if len(rest) > _CARD_SIZE else 0
        rest = rest[_CARD_SIZE + 1 :]
    elif kind in CARD_REFUSED and len(rest) >= _CARD_SIZE:
        card, rest = rest[:_CARD_SIZE], rest[_CARD_SIZE:]
    else:
        draft.keep(LOCK_EVENT, _masked(value))
        return
    if rest:
        draft.extra["lock_event_rest"] = _masked(rest).hex()
    accepted = result != _FAILED
    if result in _FENCES:
        draft.extra["unlock_fence_id"] = result
    draft.happened(SealEvent.OPENED if accepted else SealEvent.UNLOCK_REFUSED)
    number = int.from_bytes(card) if card else 0
    draft.credential = Credential(
        kind=CredentialKind.PASSWORD if card is None else CredentialKind.RFID,
        id=f"{number:010d}" if number else None,
    )


def _masked(value: bytes) -> bytes:
    """An event of an unknown type may hold a password too."""
    return _PASSWORD_LIKE.sub(lambda found: b"*" * len(found[0]), value)


def a1_locks(draft: Draft, value: bytes) -> None:
    """TLV D5 of more than 2 bytes: sealed if none is unlocked."""
    if len(value) != 1 + value[0] * _A1_LOCK.size:
        draft.keep(0xD5, value)
        return
    draft.other = True
    locks = [
        {"id": name.hex(), "card": card.hex(), "battery": battery}
        | {"unlocked": bool(status & _A1_UNLOCKED), "status": status}
        for name, card, battery, status in _A1_LOCK.iter_unpack(value[1:])
    ]
    draft.several(locks, not any(lock["unlocked"] for lock in locks))
    if len(locks) == 1 and value[6:11] != bytes(5):
        draft.credential = Credential(kind=CredentialKind.RFID, id=value[6:11].hex())


def told_rope(draft: Draft, value: bytes) -> None:
    """TLV DA. Of 3 bytes it is A1L808's or JT707's, which the other extensions show."""
    if len(value) == 3:
        draft.rope = int.from_bytes(value[:2]), value[2]
    else:
        draft.rope = None, value[0]
        draft.other = True


def rope(draft: Draft, extra: dict[str, Any], *, jointech: bool) -> frozenset[SealEvent]:
    """What DA says goes to `extra`, and what happened to the rope comes back."""
    cuts, bits = draft.rope or (None, 0)
    if cuts is not None:
        extra["rope_cuts"] = cuts
    return _jt707_rope(draft, extra, bits) if jointech else _a1_rope(extra, bits)


def _jt707_rope(draft: Draft, extra: dict[str, Any], bits: int) -> frozenset[SealEvent]:
    inside, wake = bool(bits & 1), bits >> 3 & 7
    extra["rope_in"], extra["motion"] = inside, bool(bits >> 1 & 1)
    extra["sim"], extra["wake"] = bool(bits >> 2 & 1), WAKE[wake]
    if not inside and draft.condition is None:
        draft.condition = SealCondition.OPEN
    if wake != ROPE_WOKE:
        return frozenset()
    return frozenset({SealEvent.ROPE_IN if inside else SealEvent.ROPE_OUT})


def _a1_rope(extra: dict[str, Any], bits: int) -> frozenset[SealEvent]:
    """Which way round its bits are is not published: they are kept as sent."""
    extra["rope_bit"], extra["cover_bit"] = bits & 1, bits >> 3 & 1
    extra["motion"] = bool(bits >> 2 & 1)
    extra |= {f"rope_status_bit_{bit}": True for bit in (1, 4, 5, 6, 7) if bits >> bit & 1}
    return frozenset()


def a1_status(draft: Draft, value: bytes) -> None:
    """TLV E8."""
    draft.other = True
    draft.extra["lock_status"] = value.hex()


def a1_text(draft: Draft, value: bytes) -> None:
    """TLV 33 that begins with "*M00"."""
    if not value.startswith(b"*M00"):
        draft.keep(0x33, value)
        return
    draft.other = True
    status = value[8:15]
    draft.extra["lock_text"] = written(value)
    draft.extra.setdefault("lock_status", written(status))  # that of E8 says more
    if status[2:5].isdigit():
        draft.extra["battery_v"] = int(status[2:5]) / 100
