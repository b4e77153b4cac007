"""Two workers beside one: what a second core adds, and what of the work only one can do at a time.

The receiving is taken out: messages come from memory, and go the whole way through the same pipes
to worker processes, which judge them and commit them to one SQLite file; no more of them are under
way than a broker would send ahead. Then end to end: a queue at Mosquitto is worked off by the
intake in one process, and by two workers; there the broker and whoever receives need cores too.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bench import load
from bench.endtoend.brokers import HOST, PATIENCE_S, mosquitto
from bench.stages import _NoInbox, _Silent
from tracker import wiring
from tracker.adapters.clock import SystemClock
from tracker.adapters.journal import SqlJournal
from tracker.adapters.mqtt.inbox import MqttInbox
from tracker.adapters.mqtt.publisher import Publisher
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.adapters.workers.crew import ProcessCrew
from tracker.app.front import Front
from tracker.app.ingest import Ingest
from tracker.config import Config
from tracker.config import load as load_config
from tracker.ports import Inbox, Message, Work

TRUCKS, COUNT, WARM = 400, 12_000, 2_000
WINDOW = 1_000
"""Messages that are not acknowledged: our receive maximum."""
ROUNDS = 5


class Taken(NamedTuple):
    """For COUNT readings, in s: by the wall, of CPU in whoever receives, and in all workers."""

    wall_s: float
    front_s: float
    workers_s: float


class _MemoryInbox(_NoInbox):
    """`tracker.ports.Inbox` on a list."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._waiting, self._under_way = deque(messages), 0
        self._woken = threading.Event()

    def receive(self, timeout: float, limit: int = 4096) -> list[Message]:
        room = min(limit, WINDOW - self._under_way, len(self._waiting))
        if not room:
            self._woken.wait(timeout)
        self._woken.clear()
        self._under_way += room
        return [self._waiting.popleft() for _ in range(room)]

    def acknowledge(self, messages: Sequence[Message]) -> None:
        self._under_way -= len(messages)

    def refill(self, messages: Sequence[Message]) -> None:
        self._waiting += messages

    def wake(self) -> None:
        self._woken.set()

    @property
    def empty(self) -> bool:
        return not (self._waiting or self._under_way)


class _TimedJournal(SqlJournal):
    """How much CPU it spent where it excludes other writers."""

    held_s = 0.0

    def commit(self, work: Work, expected: Mapping[str, int]) -> int:
        began = time.process_time()
        try:
            return super().commit(work, expected)
        finally:
            self.held_s += time.process_time() - began


def report() -> None:
    """Prints readings per second of one and of two workers, by turns, and their ratio."""
    load_before, _, _ = os.getloadavg()
    runs: dict[int, list[Taken]] = {1: [], 2: []}
    alone = list[tuple[float, float]]()
    drained: dict[int, list[float]] = {1: [], 2: []}
    for number in range(ROUNDS):
        for workers in (1, 2) if number % 2 else (2, 1):
            runs[workers].append(_through_pipes(workers))
        alone.append(_alone())
        for workers in (1, 2) if number % 2 else (2, 1):
            drained[workers].append(COUNT / _drained_s(workers))
    print(f"{COUNT:,} readings of {TRUCKS} shipments, {WINDOW:,} under way, SQLite FULL")
    for workers, taken in runs.items():
        rates = [COUNT / one.wall_s for one in taken]
        front, theirs = (
            statistics.median(1e6 * part / COUNT for part in parts)
            for parts in ([one.front_s for one in taken], [one.workers_s for one in taken])
        )
        print(
            f"  {workers} worker{'s' if workers > 1 else ' '}{statistics.median(rates):>10,.0f}/s"
            f" ({min(rates):,.0f} to {max(rates):,.0f}); CPU a reading: {front:.0f} us where it is"
            f" received, {theirs:.0f} us in the workers"
        )
    ratios = [one.wall_s / two.wall_s for one, two in zip(runs[1], runs[2], strict=True)]
    print(f"  two to one: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    serial = statistics.median(held / whole for held, whole in alone)
    whole = statistics.median(1e6 * whole / COUNT for _, whole in alone)
    print(f"  without pipes, in one process: {whole:.0f} us of CPU a reading, {serial:.0%} of them")
    print(f"  in commits, one at a time: two cores do at most {2 / (1 + serial):.2f} times as much")
    one, two = drained[1], drained[2]
    gained = statistics.median(more / less for less, more in zip(one, two, strict=True))
    print(f"  end to end from Mosquitto: in one process {statistics.median(one):,.0f}/s, by two")
    print(f"  workers {statistics.median(two):,.0f}/s; two to one: {gained:.2f}")
    print(f"  load of the machine before: {load_before:.1f}, on {os.cpu_count()} processors")


def _through_pipes(workers: int) -> Taken:
    with _folder() as config, wiring.journal(config) as journal:
        warm, rest = _messages()
        inbox = _MemoryInbox(warm)
        front, crew = _front(config, journal, inbox, workers)
        spent = list[tuple[float, float, float]]()

        def stop() -> bool:
            if inbox.empty:
                theirs = sum(_cpu_s(desk.pid) for desk in crew.desks)
                spent.append((time.perf_counter(), time.process_time(), theirs))
                inbox.refill(rest)
            return len(spent) == 2

        front.run(stop)
    (at, ours, theirs), (until, ours_then, theirs_then) = spent
    return Taken(until - at, ours_then - ours, theirs_then - theirs)


def _front(
    config: Config, journal: SqlJournal, inbox: Inbox, workers: int
) -> tuple[Front, ProcessCrew]:
    commands = [
        wiring.own_command(config, "worker", str(number), str(workers)) for number in range(workers)
    ]
    crew = ProcessCrew(commands, inbox.wake)
    return Front(**_parts(config, journal, inbox), crew=crew), crew


def _parts(config: Config, journal: SqlJournal, inbox: Inbox) -> dict[str, Any]:
    """What the intake and whoever receives for several have in common."""
    return {
        "inbox": inbox,
        "journal": journal,
        "clock": SystemClock(),
        "geography": wiring.geography(config),
        "origin": config.log.origin,
        "notifier": _Silent(),
    }


def _drained_s(workers: int) -> float:
    """From the first message to the last acknowledgement, of COUNT that wait at Mosquitto."""
    with (
        _folder() as config,
        wiring.journal(config) as journal,
        mosquitto(WINDOW) as address,
    ):
        settings = MqttSettings(
            host=HOST, port=address.port, client_id="bench", topics=("seals/v1/+/telemetry",)
        )
        with closing(MqttInbox(settings, SystemClock())) as before:
            before.wait_connected(PATIENCE_S)
        with Publisher(settings, "source") as publisher:
            for message in _messages()[1][:COUNT]:
                publisher.publish(message.topic, message.payload)
            publisher.flush(PATIENCE_S)
        with closing(MqttInbox(settings, SystemClock())) as inbox:
            watched = _Watched(inbox)
            if workers == 1:
                Ingest(**_parts(config, journal, watched)).run(lambda: watched.done)
            else:
                _front(config, journal, watched, workers)[0].run(lambda: watched.done)
        return watched.ended_at - watched.began_at


class _Watched:
    """An inbox, looked at: when the first message comes, and when the last is acknowledged."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox, self._left = inbox, COUNT
        self.settled, self.wake, self.close = inbox.settled, inbox.wake, inbox.close
        self.began_at = self.ended_at = 0.0

    @property
    def done(self) -> bool:
        return self._left <= 0

    @property
    def trouble(self) -> str:
        return self._inbox.trouble

    def receive(self, timeout: float, limit: int = 4096) -> list[Message]:
        batch = self._inbox.receive(timeout, limit)
        if batch and not self.began_at:
            self.began_at = time.perf_counter()
        return batch

    def acknowledge(self, messages: Sequence[Message]) -> None:
        self._inbox.acknowledge(messages)
        self._left -= len(messages)
        self.ended_at = time.perf_counter()


def _cpu_s(pid: int | None) -> float:
    import psutil

    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _alone() -> tuple[float, float]:
    """CPU seconds in commits, and in all, of the intake in one process without pipes."""
    with _folder() as config, closing(_TimedJournal.open(config.database.url)) as journal:
        ingest = Ingest(**_parts(config, journal, _NoInbox()))
        warm, rest = _messages()
        ingest.take(warm)
        journal.held_s, began = 0.0, time.process_time()
        for start in range(0, COUNT, WINDOW // 2):
            ingest.take(rest[start : start + WINDOW // 2])
        return journal.held_s, time.process_time() - began


def _messages() -> tuple[list[Message], list[Message]]:
    """Those before the measurement, and those in it; the newest reading is of just now."""
    lasts = timedelta(seconds=30 * (WARM + COUNT) // TRUCKS)
    made = load.messages(WARM + COUNT, trucks=TRUCKS, start=datetime.now(UTC) - lasts)
    return made[:WARM], made[WARM:]


@contextmanager
def _folder() -> Iterator[Config]:
    """A configuration with a fresh database in which TRUCKS shipments are open."""
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        file = Path(name) / "tracker.toml"
        file.write_text('[database]\nurl = "sqlite:///tracker.db"\n')
        config = load_config(file, {})
        with wiring.commands(config) as commands:
            for truck in range(TRUCKS):
                commands.open(json.dumps(_shipment(truck)).encode(), by="bench")
        yield config


def _shipment(truck: int) -> dict[str, Any]:
    document: dict[str, Any] = load.shipment(truck)
    legs = [leg | {"earliest": "2026-01-01T00:00:00Z"} for leg in document["legs"]]
    return document | {"legs": legs}
