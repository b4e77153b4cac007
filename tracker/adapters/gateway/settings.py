"""What the gateway is told: where it listens, and how much it takes from whom.

Apart from the rest, so that the configuration can be read without importing asyncio or paho.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tracker.domain.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Limits:
    """All limits; `[gateway]` of the configuration says what each is for, and its unit."""

    connections: int = 10_000
    connections_per_address: int = 1_000
    frames_per_s: float = 100.0
    frame_bytes: int = 1024 * 1024
    idle_s: float = 900.0
    login_s: float = 60.0
    noise: int = 20
    unconfirmed: int = 1_000


class Listen(NamedTuple):
    """A dialect and the address at which it is spoken; host None: on every interface."""

    dialect: str
    host: str | None
    port: int


def listen(text: str) -> Listen:
    """`jt701=:5001`, `jt701=127.0.0.1:5001` or `jt701=[::1]:5001`. Raises UsageError."""
    dialect, _, address = text.partition("=")
    host, _, port = address.rpartition(":")
    if not dialect or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise UsageError(
            f"{text!r} does not say what to listen for, and where",
            mend="write DIALECT=[HOST]:PORT, such as jt701=:5001",
        )
    return Listen(dialect, host.strip("[]") or None, int(port))
