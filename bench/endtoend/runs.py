"""One run: a fresh broker, a subscriber, a publisher, each a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.endtoend import publisher
from bench.endtoend.brokers import Address
from bench.endtoend.frames import publish
from bench.endtoend.measured import Task


@dataclass(frozen=True)
class Contestant:
    """A subscriber that is measured: the module that is run, its options, of how many messages.

    warm: so many of them do not count.
    """

    name: str
    module: str
    count: int
    warm: int
    options: dict[str, Any] = field(default_factory=dict)


class Source:
    """Prepared packets in files, one for each number of messages."""

    def __init__(self, folder: Path, reports: Sequence[tuple[str, bytes]]) -> None:
        self._folder, self._reports = folder, reports

    def file(self, count: int) -> Path:
        file = self._folder / f"packets-{count}"
        if not file.exists():
            packets = [
                publish(topic, payload, number)
                for number, (topic, payload) in enumerate(self._reports[:count])
            ]
            publisher.write(file, packets)
        return file


def run(
    contestant: Contestant,
    broker: AbstractContextManager[Address],
    source: Source,
    rate: float = 0,
) -> dict[str, float]:
    """What the subscriber measured. Exits if it ended without a word, or has not stored all."""
    file = source.file(contestant.count)
    with broker as address:
        task = Task(
            address=address,
            count=contestant.count,
            warm=contestant.warm,
            options=contestant.options,
        )
        told = json.dumps(
            {
                "address": tuple(address),
                "file": str(file),
                "rate": rate,
                "warm": contestant.warm,
            }
        )
        with (
            _Child(contestant.module, task.text()) as subscriber,
            _Child("bench.endtoend.publisher", told) as source_end,
        ):
            source_end.go()
            measured: dict[str, float] = json.loads(subscriber.line())
    if (stored := measured.get("stored", contestant.count)) != contestant.count:
        raise SystemExit(f"{contestant.name}: {contestant.count} sent, {stored} stored")
    return measured


class _Child:
    """A measuring end as a process, once it says that it is ready. Leaving waits for its end."""

    def __init__(self, module: str, told: str) -> None:
        self._name = f"python -m {module} '{told}'"
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", module, told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> _Child:
        if (said := self.line()) != "ready":
            raise SystemExit(f"{self._name} said {said!r}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()

    def go(self) -> None:
        """Let it begin."""
        if self._process.stdin is not None:
            self._process.stdin.write("go\n")
            self._process.stdin.flush()

    def line(self) -> str:
        """What it says next. Exits if it has ended instead."""
        said = "" if self._process.stdout is None else self._process.stdout.readline()
        if not said:
            raise SystemExit(f"{self._name} ended with {self._process.wait()}")
        return said.strip()
