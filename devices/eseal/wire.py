"""eSeal CT-C over TCP: lines out of a stream, their acknowledgement, the unlock command."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from devices.common.frames import FrameError
from devices.eseal.line import HEAD, TAIL, fields_of
from devices.wire import Command, Frame, Noise

LONGEST = 1024
"""Bytes of a line: some seven times one with every field filled."""

COMMANDS: tuple[Command, ...] = (
    Command(name="unlock", about="Open the seal by remote control.", unlocks=True),
)

_HEADER = 7  # start to index
_ACK = " ACK"
_ID = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)


def recognises(payload: bytes) -> bool:
    """Whether it begins as a line does."""
    return payload.startswith(HEAD + b",")


class ESealSession:
    """One connection; holds at most one line."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes, now: datetime) -> list[Frame | Noise]:
        """Whole lines, each with its acknowledgement; what is none, as noise."""
        found: list[Frame | Noise] = []
        *whole, rest = (self._held + data).split(TAIL)
        for line in whole:
            found += _messages(line + TAIL)
        if len(rest) > LONGEST:
            found.append(Noise(payload=rest, reason=f"no {TAIL.decode()} within {LONGEST} bytes"))
            rest = b""
        self._held = rest
        return found

    def refusal(self) -> bytes:
        """The layout has no word for it."""
        return b""


def _messages(raw: bytes) -> list[Frame | Noise]:
    """The line that ends here, and before it what is none."""
    start = raw.rfind(HEAD)
    if start < 0:
        return [Noise(payload=raw, reason=f"no {HEAD.decode()} before {TAIL.decode()}")]
    before, line = raw[:start].strip(), raw[start:]
    noise = [Noise(payload=before, reason="bytes before a line")] if before else []
    return [*noise, _message(line)]


def _message(line: bytes) -> Frame | Noise:
    """A line with at least its header. One whose body is wrong is published and acknowledged
    too: it stands among the rejects, and the seal need not send it for ever.
    """
    try:
        fields = fields_of(line)
    except FrameError as fault:
        return Noise(payload=line, reason=fault.reason)
    if len(line) > LONGEST or len(fields) < _HEADER or not _ID.fullmatch(fields[2]):
        return Noise(payload=line, reason="no line: its header has no id, or it is too long")
    device, event = fields[2], fields[5]
    if event.endswith(_ACK) or len(fields) == _HEADER:  # it answers a command
        return Frame(payload=line, device=device, publish=False)
    answer = ",".join([*fields[:5], event + _ACK, fields[6], "E##"]) + "\r\n"
    return Frame(payload=line, device=device, answer=answer.encode())


def command(device: str, name: str, arguments: Mapping[str, str], serial: int) -> bytes:
    """The bytes of a command. It carries no serial, and takes no arguments.

    Raises FrameError, whose place names what is wrong: "name", "device" or an argument.
    """
    del serial
    if name != "unlock":
        raise FrameError("name", f"the command is {name!a}, expected unlock")
    for argument in arguments:
        raise FrameError(argument, f"unlock takes no {argument!a}, expected none")
    if not _ID.fullmatch(device):
        raise FrameError("device", f"{device!a} is no eSeal's id, expected letters and digits")
    return f"##S,eSeal,{device},256,3.0.8,RC-Unlock,E##".encode()
