"""Payloads of 100 readings: the intake against the least that could be done with the same bytes.

The least is to decode them by msgspec into types, to ask an STRtree for all positions at once which
zones hold them, and to insert them by `executemany`, durably. The intake does besides what it is
for: it recognises copies, holds each fix to its corridor, follows the truck, asks the rules, binds
the readings by a running hash, and keeps the states.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
import shapely

from bench import load
from bench.stages import _NoInbox, _Silent
from geofences import library
from tracker.app.ingest import Ingest
from tracker.ports import Message

EACH, MESSAGES, TAKEN, ROUNDS = 100, 100, 5, 5
"""Readings a message, messages, of which so many are taken at once; and rounds."""


class Point(msgspec.Struct):
    """Of a reading what the least needs."""

    time: datetime
    lat: float
    lon: float
    speed: float | None = None
    course: float | None = None
    battery: float | None = None
    seq: int | None = None


def report() -> None:
    """Prints readings per second of both, and their ratio, by CPU time: the median of rounds."""
    messages = _messages()
    count = EACH * MESSAGES
    ours, least = list[float](), list[float]()
    for number in range(ROUNDS):
        for which in (0, 1) if number % 2 else (1, 0):
            (ours if which else least).append((_intake if which else _least)(messages) / count)
    print(f"{count:,} readings, {EACH} a message, {TAKEN * EACH} at once, SQLite FULL (CPU time)")
    for name, spent in (("the least", least), ("the intake", ours)):
        middle = statistics.median(spent)
        spread = f"{min(spent) * 1e6:.1f} to {max(spent) * 1e6:.1f}"
        print(f"  {name:<14}{1 / middle:>12,.0f}/s {middle * 1e6:>7.1f} us a reading ({spread})")
    ratio = statistics.median(b / a for a, b in zip(ours, least, strict=True))
    print(f"  the intake does {ratio:.2f} of the least (to be: 0.5)")


def _messages() -> list[Message]:
    """Each of one truck: its next 100 readings, as an array."""
    by_topic = dict[str, list[Message]]()
    for message in load.messages(EACH * MESSAGES):
        by_topic.setdefault(message.topic, []).append(message)
    made = []
    for start in range(0, EACH * MESSAGES // load.TRUCKS, EACH):
        for topic, single in by_topic.items():
            some = single[start : start + EACH]
            payload = json.dumps([json.loads(one.payload) for one in some]).encode()
            last = some[-1].received_at
            made.append(Message(topic=topic, payload=payload, received_at=last))
    return made


def _spent(messages: Sequence[Message], take: Callable[[Sequence[Message]], object]) -> float:
    begun = time.process_time()
    for start in range(0, len(messages), TAKEN):
        take(messages[start : start + TAKEN])
    return time.process_time() - begun


def _intake(messages: Sequence[Message]) -> float:
    with load.journal() as (journal, geography, clock):
        ingest = Ingest(
            inbox=_NoInbox(),
            journal=journal,
            clock=clock,
            geography=geography,
            origin="bench/log",
            notifier=_Silent(),
        )
        return _spent(messages, ingest.take)


def _least(messages: Sequence[Message]) -> float:
    tree = shapely.STRtree([zone.polygon for zone in library.load().zones])
    decode = msgspec.json.Decoder(list[Point]).decode
    with _database() as database:

        def take(some: Sequence[Message]) -> None:
            said = [(one.topic, point) for one in some for point in decode(one.payload)]
            spots = shapely.points([p.lon for _, p in said], [p.lat for _, p in said])
            tree.query(spots, predicate="intersects")
            rows = [
                (topic, point.time.timestamp(), point.lat, point.lon, point.speed, point.seq)
                for topic, point in said
            ]
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?)", rows)
            database.execute("COMMIT")

        return _spent(messages, take)


@contextmanager
def _database() -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "least.db", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE readings (device, time, lat, lon, speed, seq)")
        yield database
        database.close()
