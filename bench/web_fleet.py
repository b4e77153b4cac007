"""A database in which trucks drive on along the library's roads, judged as telemetry is."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from bench import load
from bench.stages import _NoInbox, _Silent
from geofences import library
from tracker import wiring
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.app.commands import CommandHandler
from tracker.app.ingest import Ingest
from tracker.app.planning import Geography
from tracker.config import Config
from tracker.config.sections import DatabaseSection, LogSection, WebSection
from tracker.domain.access import Role
from tracker.domain.policy import Policy
from tracker.ports import Message

CUT = 40
"""Trucks whose seal is cut."""
PASSWORD = "only for this bench"  # noqa: S105 - of a database that is thrown away
Take = Callable[[Ingest, list[Message]], None]
"""Has a batch judged; whoever measures does it himself."""


def take(intake: Ingest, batch: list[Message]) -> None:
    intake.take(batch)


@contextmanager
def fleet(
    folder: Path, *, trucks: int, each: int, every_s: float, take: Take = take
) -> Iterator[Config]:
    """The configuration of a database in which so many trucks drive on, as long as this lasts: a
    batch of `each` readings every `every_s` seconds.
    """
    config = Config(
        database=DatabaseSection(url=f"sqlite:///{folder / 'tracker.db'}"),
        log=LogSection(
            origin="bench/log",
            key_file=str(folder / "log.key"),
            checkpoints=str(folder / "checkpoints.jsonl"),
        ),
        web=WebSection(port=0, requests_per_min=1e6),
    )
    geography, clock = Geography(library.load(), Policy()), ManualClock(load.T0)
    with closing(SqlJournal.open(config.database.url)) as journal:
        commands = CommandHandler(
            journal=journal, clock=clock, geography=geography, origin="bench/log"
        )
        for truck in range(trucks):
            document = {
                "id": f"BENCH-{truck:04}",
                "devices": [{"id": f"TRUCK-{truck:04}"}],
                "seals": [{"number": f"MX{truck:04}"}],
            }
            commands.open(msgspec.json.encode(document), by="bench")
        intake = Ingest(
            inbox=_NoInbox(),
            journal=journal,
            clock=clock,
            geography=geography,
            notifier=_Silent(),
            origin="bench/log",
        )
        spoken = _spoken(geography, trucks, each)
        for _ in range(trucks // each):
            intake.take(next(spoken))
        with wiring.accounts(config) as accounts:
            accounts.add("bench", Role.DISPATCHER, by="bench", password=PASSWORD, carrier=None)
        ended = threading.Event()

        def drive() -> None:
            while not ended.wait(every_s):
                take(intake, next(spoken))

        thread = threading.Thread(target=drive)
        thread.start()
        try:
            yield config
        finally:
            ended.set()
            thread.join()


def _spoken(geography: Geography, trucks: int, each: int) -> Iterator[list[Message]]:
    """Batches of readings of the trucks in turn, each some 600 m further along its road."""
    chance, roads = random.Random(1), list(geography.atlas.corridors.values())  # noqa: S311
    road = [chance.choice(roads) for _ in range(trucks)]
    start = [chance.uniform(0, one.length_m) for one in road]
    turn = 0
    while True:
        for first in range(0, trucks, each):
            yield [
                _message(truck, turn, *_place(road[truck], start[truck], turn))
                for truck in range(first, first + each)
            ]
        turn += 1


def _place(road: Any, start: float, turn: int) -> tuple[float, float]:
    gone = (start + 600.0 * turn) % (2 * road.length_m)
    lat, lon, _ = road.at(min(gone, 2 * road.length_m - gone))
    return lat, lon


def _message(truck: int, turn: int, lat: float, lon: float) -> Message:
    at = load.T0 + timedelta(seconds=30 * turn)
    state = "cut" if truck < CUT and turn else "sealed"
    said = {
        "time": at.isoformat(),
        "lat": round(lat, 6),
        "lon": round(lon, 6),
        "speed": 72.0,
        "seal": {"state": state, "number": f"MX{truck:04}"},
        "event_clock": "device",
    }
    return Message(
        topic=f"seals/v1/TRUCK-{truck:04}/telemetry",
        payload=json.dumps(said).encode(),
        received_at=at + timedelta(seconds=2),
    )
