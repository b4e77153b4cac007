"""A language for tests of the gateway: lines of text.

ID:TEXT      said by ID; answered "ok TEXT"
ID?          a login, nothing to keep; answered "hello"
ID!SERIAL    the answer to our command SERIAL
?TEXT        said by nobody
"""

from __future__ import annotations

import re
from datetime import datetime

from devices.common.frames import FrameError, device_in, rejected
from devices.reading import Reading, Rejected
from devices.wire import Command, Frame, Noise

FILTERS = ("frames/toy/+",)
COMMANDS = (
    Command(name="lock", about="close the lock"),
    Command(name="unlock", about="open it", arguments={"password": "six digits"}, unlocks=True),
    Command(name="interval", about="report so often", arguments={"seconds": "s"}),
)
LINE = re.compile(rb"([A-Za-z0-9-]*)([:?!])(.*)")


def decode(topic: str, payload: bytes, received_at: datetime) -> list[Reading | Rejected]:
    return [rejected(topic, payload, FrameError("", "a toy"), received_at, dialect="toy",
                     device=device_in(topic))]  # fmt: skip


def frame(line: bytes) -> Frame | Noise:
    match = LINE.fullmatch(line.strip())
    if match is None:
        return Noise(payload=line, reason="no colon")
    name, kind, text = match[1].decode(), match[2], match[3]
    if kind == b"?" and name:
        return Frame(payload=line, device=name, answer=b"hello\n", publish=False)
    if kind == b"!":
        return Frame(payload=line, device=name, publish=False, reply_to=int(text))
    return Frame(payload=line, device=name or None, answer=b"ok " + text + b"\n")


class _Session:
    def __init__(self) -> None:
        self.held = b""

    def feed(self, data: bytes, now: datetime) -> list[Frame | Noise]:
        *whole, self.held = (self.held + data).split(b"\n")
        return [frame(line + b"\n") for line in whole]

    def refusal(self) -> bytes:
        return b"no\n"


def session() -> _Session:
    return _Session()


def datagram(data: bytes, now: datetime) -> list[Frame | Noise]:
    return [frame(data)]


def command(device: str, name: str, arguments: dict[str, str], serial: int) -> bytes:
    if name not in {known.name for known in COMMANDS}:
        raise ValueError(f"no command {name}")
    return f"{name} {serial} {','.join(arguments.values())}\n".encode()
