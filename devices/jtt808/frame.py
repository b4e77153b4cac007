"""JT/T 808 frames: delimiters, escapes, checksum, header.

    7E | msg u16 | attr u16 | [2019: version u8] | id BCD | serial u16 | [total u16, index u16]
       | body | checksum u8 | 7E

attr: b0-9 length of the body, b10-12 encryption, b13 the message comes in parts (then total and
index), b14 the 2019 edition, b15 (5501, 5502) an answer is wanted. id: 6 bytes, 10 in the 2019
edition, 7 in E7 frames. serial: u8 in 5501 and 5502. The checksum is the exclusive or of all that
lies between the delimiters. Inside, 7D 02 stands for 7E and 7D 01 for 7D.

E7 frames are the same between E7 and E7: E6 02 is E7, E6 01 is E6, 3E 02 is 3D, 3E 01 is 3E.
"""

from __future__ import annotations

import struct
from functools import lru_cache

from msgspec import Struct

from devices.common.frames import FrameError

PLAIN, ODD = 0x7E, 0xE7
"""The delimiters of the two kinds of frame."""
LONGEST_BODY = 0x3FF
LONGEST = 2 * (4 + 1 + 10 + 2 + 4 + LONGEST_BODY + 1) + 2
"""Bytes of a frame as it comes, at most: the longest header and body, each byte of it escaped."""
SHORT_SERIAL = frozenset({0x5501, 0x5502})
"""Messages whose serial is one byte."""

PARTS, EDITION_2019, ANSWER_WANTED, ENCRYPTED = 0x2000, 0x4000, 0x8000, 0x1C00
"""Of attr."""

_START = struct.Struct(">HH6sH")
_ESCAPES = {
    PLAIN: ((b"\x7d\x02", b"\x7e"), (b"\x7d\x01", b"\x7d")),
    ODD: (
        (b"\xe6\x02", b"\xe7"),
        (b"\xe6\x01", b"\xe6"),
        (b"\x3e\x02", b"\x3d"),
        (b"\x3e\x01", b"\x3e"),
    ),
}
"""In the order in which they are undone; done in the reverse."""


class Message(Struct, frozen=True):
    """A frame taken apart. index counts from 1; total and index are 0 where it is whole.

    version: of the 2019 edition, None before it. id_raw: the id's bytes, `device` its digits
    without the zeros before them.
    """

    delimiter: int
    msg: int
    attr: int
    version: int | None
    id_raw: bytes
    device: str
    serial: int
    total: int
    index: int
    body: bytes


def parse(raw: bytes) -> Message:
    """The message of one frame, delimiters included, as it came.

    Raises FrameError: too short, wrong checksum, length or id, encrypted.
    """
    delimiter, data = raw[0], unescape(raw)
    if len(data) < 13 - (data[:2] in (b"\x55\x01", b"\x55\x02")):
        raise FrameError("", f"the frame has {len(data)} bytes inside, too few for its header")
    if found := xor(data):
        expected = found ^ data[-1]
        raise FrameError(
            "checksum", f"the checksum is {data[-1]:02X}, expected {expected:02X} of these bytes"
        )
    return dissect(delimiter, data)


def dissect(delimiter: int, data: bytes) -> Message:
    """The message of what lies between the delimiters, its checksum unverified; see `parse`."""
    msg, attr, id_raw, serial = _START.unpack_from(data)
    version, at = None, 12
    if delimiter == ODD or attr & EDITION_2019 or msg in SHORT_SERIAL:
        version, id_raw, serial, at = _odd_header(delimiter, data, msg, attr)
    total = index = 0
    if attr & PARTS:
        total, index = int.from_bytes(data[at : at + 2]), int.from_bytes(data[at + 2 : at + 4])
        at += 4
    body, says = data[at:-1], attr & LONGEST_BODY
    if len(body) != says or at >= len(data):
        has = len(data) - at - 1
        raise FrameError("length", f"the body has {has} bytes, the header says {says}")
    if attr & ENCRYPTED and msg not in SHORT_SERIAL:
        kind = (attr & ENCRYPTED) >> 10
        raise FrameError("attr", f"the body is encrypted (kind {kind}), and the key is not here")
    if attr & PARTS and not 1 <= index <= total:
        raise FrameError("index", f"this is part {index} of {total}, expected one of 1 to {total}")
    return Message(
        delimiter, msg, attr, version, id_raw, device_of(id_raw), serial, total, index, body
    )


def _odd_header(
    delimiter: int, data: bytes, msg: int, attr: int
) -> tuple[int | None, bytes, int, int]:
    """version, id, serial and where the header goes on, of all but the commonest header."""
    version, at, width = None, 4, 6
    if delimiter == ODD:
        width = 7
    elif attr & EDITION_2019:
        version, at, width = data[4], 5, 10
    end = at + width
    after = end + (1 if msg in SHORT_SERIAL else 2)
    if after >= len(data):
        raise FrameError("", f"the frame has {len(data)} bytes inside, too few for its header")
    return version, data[at:end], int.from_bytes(data[end:after]), after


@lru_cache(maxsize=16_384)
def device_of(id_raw: bytes) -> str:
    """The id's digits, without the zeros it is filled up with.

    Some firmware writes an IMEI as a 48-bit number without its last digit, which is the check
    digit (Luhn); such an id is told by its nibbles being no decimals.
    Raises FrameError where it is neither.
    """
    text = id_raw.hex()
    if text.isdecimal():
        return text.lstrip("0") or "0"
    imei = str(int.from_bytes(id_raw))
    if len(imei) != 14:
        raise FrameError("id", f"id is {text}, expected decimal digits only")
    doubled = (int(c) * (1 + i % 2) for i, c in enumerate(imei))
    return imei + str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def unescape(raw: bytes) -> bytes:
    """What lies between the delimiters of a frame. A stray escape byte stays as it is."""
    data = raw[1:-1]
    if raw[0] == PLAIN and 0x7D not in data:
        return data
    for escaped, plain in _ESCAPES[raw[0]]:
        data = data.replace(escaped, plain)
    return data


def offsets(raw: bytes) -> list[int]:
    """For each byte that `unescape` gives, where it begins in `raw`; then where the last ends."""
    escapes = {escaped for escaped, _ in _ESCAPES[raw[0]]}
    found, at = [], 1
    while at < len(raw) - 1:
        found.append(at)
        at += 2 if raw[at : at + 2] in escapes and at + 2 < len(raw) else 1
    return [*found, at]


def xor(data: bytes) -> int:
    """The exclusive or of all bytes: as one big number, whose halves are folded together."""
    number = int.from_bytes(data)
    for shift in _FOLDS[len(data).bit_length()]:
        number ^= number >> shift
    number &= 0xFFFF_FFFF_FFFF_FFFF  # small from here on
    number ^= number >> 32
    number ^= number >> 16
    return (number ^ number >> 8) & 0xFF


_FOLDS = [[8 << k for k in range(bits - 1, 2, -1)] for bits in range(24)]
"""By the bit length of a length: shifts that fold that many bytes onto the last eight."""


def build(
    msg: int,
    id_raw: bytes,
    serial: int,
    body: bytes,
    *,
    delimiter: int = PLAIN,
    version: int | None = None,
    attr: int = 0,
    total: int = 0,
    index: int = 0,
) -> bytes:
    """A frame, as it goes over the wire. attr: further bits than length, edition and parts.

    Raises ValueError where the body is too long or the id has the wrong width.
    """
    width = 7 if delimiter == ODD else 6 if version is None else 10
    if len(id_raw) != width or len(body) > LONGEST_BODY:
        raise ValueError(
            f"the id has {len(id_raw)} bytes and the body {len(body)}, "
            f"expected {width} and at most {LONGEST_BODY}"
        )
    attr |= len(body) | (EDITION_2019 if version is not None else 0) | (PARTS if total else 0)
    head = msg.to_bytes(2) + attr.to_bytes(2)
    head += b"" if version is None else bytes([version])
    head += id_raw + serial.to_bytes(1 if msg in SHORT_SERIAL | {0x4401} else 2)
    head += total.to_bytes(2) + index.to_bytes(2) if total else b""
    data = head + body
    data += bytes([xor(data)])
    for escaped, plain in reversed(_ESCAPES[delimiter]):
        data = data.replace(plain, escaped)
    edge = bytes([delimiter])
    return edge + data + edge
