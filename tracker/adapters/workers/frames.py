"""What goes between whoever receives and a worker: MessagePack, one frame a send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from tracker.domain.alert import Alert
from tracker.domain.finding import Finding
from tracker.ports import Message


class Sent(Struct, frozen=True, array_like=True):
    """A `Message` without its token, which is the broker's."""

    topic: str
    payload: bytes
    received_at: datetime
    retained: bool


class Handed(Struct, frozen=True, array_like=True):
    """To the worker. settled: nothing waited anywhere at `at`, a time of `time.monotonic()`, which
    is one clock for all processes of a machine. last: end, once this is done.
    """

    messages: Sequence[Sent]
    settled: bool
    at: float
    last: bool = False


class Ready(Struct, frozen=True, array_like=True, tag=True):
    """From the worker: it works; the devices are those that belong to it."""

    devices: Sequence[str]


class Alive(Struct, frozen=True, array_like=True, tag=True):
    """A frame has arrived."""


class Done(Struct, frozen=True, array_like=True, tag=True):
    """So many messages more are durable, in the order in which they were handed."""

    count: int


class Strays(Struct, frozen=True, array_like=True, tag=True):
    """Devices that belong to others: each with the worker."""

    owners: dict[str, int]


class Told(Struct, frozen=True, array_like=True, tag=True):
    """What was committed just now."""

    findings: Sequence[Finding]
    alerts: Sequence[Alert]


Said = Ready | Alive | Done | Strays | Told

encode = msgspec.msgpack.Encoder().encode
handed = msgspec.msgpack.Decoder(Handed).decode
said = msgspec.msgpack.Decoder(Said).decode


def sent(messages: Sequence[Message]) -> list[Sent]:
    return [Sent(one.topic, one.payload, one.received_at, one.retained) for one in messages]
