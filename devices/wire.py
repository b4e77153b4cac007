"""How devices speak over TCP and UDP, without any I/O: the gateway moves bytes, a session
understands them.

A dialect whose devices connect by themselves has `session() -> Session`, one for each connection;
one that speaks UDP has `datagram(data, now) -> list[Frame | Noise]` too; one that takes commands
has `command(device, name, arguments, serial) -> bytes` and `COMMANDS` (see `Command`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from msgspec import Struct

MAX_FRAME = 65_536
"""Bytes of one frame at most; a stream that promises a longer one is noise."""


class Frame(Struct, frozen=True, kw_only=True):
    """One whole message out of a stream.

    payload: the bytes as they came, to be published as they are.
    device: who speaks, None while nobody has said.
    answer: what the device is told once the payload is durable at the broker, or at once where
        `publish` is False; b"" where the protocol wants no answer.
    publish: whether it carries anything that a decoder makes a reading of. A login, a heartbeat or
        a question for the time does not.
    reply_to: the serial of one of our commands that this frame answers, None otherwise.
    """

    payload: bytes
    device: str | None
    answer: bytes = b""
    publish: bool = True
    reply_to: int | None = None


class Noise(Struct, frozen=True, kw_only=True):
    """Bytes that are no frame, and why; the session goes on behind them."""

    payload: bytes
    reason: str


class Session(Protocol):
    """One connection. Holds at most one frame's bytes (and the parts of one subpackaged message).

    Answers are given in the order of the frames; the caller sends each when its frame is durable.
    """

    def feed(self, data: bytes, now: datetime) -> list[Frame | Noise]:
        """What these bytes complete; never raises, whatever the bytes. now: aware, UTC; devices
        that ask for the time are told it.
        """
        ...

    def refusal(self) -> bytes:
        """What a device is told that may not connect; b"" where the protocol has no word for it."""
        ...


class Command(Struct, frozen=True, kw_only=True):
    """Something a device can be told: "lock", "unlock", "interval", "locate".

    arguments: name -> what it is, with its unit. unlocks: needs a reason and leave in force.
    """

    name: str
    about: str
    arguments: dict[str, str] = {}
    unlocks: bool = False
