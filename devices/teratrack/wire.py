"""TeraTrack over TCP: JSON objects out of a stream, and their acknowledgement."""

from __future__ import annotations

import re
from datetime import datetime

from devices.common.fields import ReadingError
from devices.common.jsonpayload import parse
from devices.common.vendorjson import Said
from devices.wire import Frame, Noise

LONGEST = 8192
"""Bytes of one message: ten times one with every key; a lock's sub-locks are listed in it."""

ACK = b"{01}"

_OUTSIDE = re.compile(rb'[{}"]')
_IN_STRING = re.compile(rb'"|\\.', re.DOTALL)
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def recognises(payload: bytes) -> bool:
    """Whether it is a message's beginning, with the key that names the device."""
    return payload.lstrip()[:1] == b"{" and b'"MDeviceID"' in payload[:LONGEST]


class TeraTrackSession:
    """One connection; holds at most one message. Braces are counted outside of strings, each byte
    once however it arrives: `_seen` is how far into `_held` that has gone.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._held = b""
        self._seen = self._depth = 0
        self._quoted = False

    def feed(self, data: bytes, now: datetime) -> list[Frame | Noise]:
        """Whole objects, each with its acknowledgement; what stands outside of one, as noise."""
        held = self._held + data
        found: list[Frame | Noise] = []
        start, at = 0, self._seen
        while token := (_IN_STRING if self._quoted else _OUTSIDE).search(held, at):
            mark, at = token[0], token.end()
            if mark == b'"' and self._depth:
                self._quoted = not self._quoted
            elif mark == b"{":
                if not self._depth:
                    found += _noise(held[start : token.start()])
                    start = token.start()
                self._depth += 1
            elif mark == b"}" and self._depth:
                self._depth -= 1
                if not self._depth:
                    found.append(_message(held[start:at]))
                    start = at
        half_escape = self._quoted and held.endswith(b"\\") and at < len(held)
        self._held = held[start:]
        self._seen = len(self._held) - half_escape
        if not self._depth or len(self._held) > LONGEST:
            found += _noise(self._held)
            self._begin()
        return found

    def refusal(self) -> bytes:
        """The protocol has no word for it."""
        return b""


def _noise(raw: bytes) -> list[Frame | Noise]:
    outside = raw.strip()
    return [Noise(payload=outside, reason="no message, or too long for one")] if outside else []


def _message(raw: bytes) -> Frame | Noise:
    try:
        said = Said(_object(raw))
    except ReadingError as fault:
        return Noise(payload=raw, reason=fault.reason)
    device = said.text("MDeviceID")
    if device is None or not _ID.fullmatch(device):
        return Noise(payload=raw, reason="MDeviceID names no device")
    return Frame(payload=raw, device=device, answer=ACK if said.flag("MessageAck") else b"")


def _object(raw: bytes) -> dict[str, object]:
    if len(raw) > LONGEST:
        raise ReadingError("", f"an object of more than {LONGEST} bytes")
    document = parse(raw)
    if isinstance(document, dict):
        return document
    raise ReadingError("", "no JSON object")


def device_of(payload: bytes) -> str | None:
    """Whom a message names, None if nobody."""
    found = _message(payload)
    return found.device if isinstance(found, Frame) else None
