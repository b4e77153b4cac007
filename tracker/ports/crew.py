"""Several workers, each a process that takes in a part of the trucks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from tracker.domain.alert import Alert
from tracker.domain.finding import Finding
from tracker.ports.world import Message

A_WORKER = "worker "
"""So begins the name of each, and with it all that is said of its trouble."""


class Report(Struct, frozen=True, kw_only=True):
    """What a worker says. done: these are durable, and all that came of them. owners: devices, and
    the worker to whom each is to be sent. findings, alerts: committed just now.
    """

    done: Sequence[Message] = ()
    owners: Mapping[str, int] = {}
    findings: Sequence[Finding] = ()
    alerts: Sequence[Alert] = ()


class Crew(Protocol):
    """Workers by number, from 0. What one holds when it ends is handed to it again, in its order,
    once it was started anew. Nothing here waits for a worker but `stop`.
    """

    @property
    def size(self) -> int: ...

    @property
    def held(self) -> int:
        """Messages that were handed over and are not done."""
        ...

    @property
    def trouble(self) -> str:
        """Which worker does not work, and why, beginning with A_WORKER; empty while all do."""
        ...

    @property
    def ready(self) -> bool:
        """All work."""
        ...

    def start(self) -> None:
        """Start all. What is handed to one that is not ready yet waits for it."""
        ...

    def stop(self) -> None:
        """End all, after what they have in hand. What is not done stays here, for `start`."""
        ...

    def hand(self, worker: int, messages: Sequence[Message]) -> None:
        """Have the worker take these in, behind those before."""
        ...

    def heard_all(self, *, settled: bool) -> None:
        """Tell all, behind what was handed to each: nothing else waits anywhere, or it may."""
        ...

    def reports(self) -> list[Report]:
        """What was said since this was last asked."""
        ...

    def wait(self, timeout_s: float) -> None:
        """Until somebody reports."""
        ...
