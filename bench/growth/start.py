"""A start with many open shipments, the memory they take, and one more that is opened."""

from __future__ import annotations

import gc
import json
import statistics
import time
import tracemalloc
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from sqlalchemy import select

from bench import load
from bench.growth import Size, fleet
from geofences import library
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.adapters.journal.tables import SHIPMENTS, STATES
from tracker.app.commands import CommandHandler
from tracker.app.ingest import Ingest
from tracker.app.planning import Geography
from tracker.domain.policy import Policy
from tracker.ports import Message

OPENINGS = 40


def report(size: Size) -> None:
    """Prints the three."""
    geography = Geography(library.load(), Policy())
    with ExitStack() as stack:
        (_, small), (_, large) = (
            stack.enter_context(fleet.database(geography, count)) for count in size.open_
        )
        count = size.open_[1]
        rows, begin = (
            min(_seconds(ask) for _ in range(3))
            for ask in (partial(_rows, large), partial(fleet.intake, large, geography))
        )
        print(
            f"  a start with {count:,} open shipments{begin:>10.2f} s, reading their rows "
            f"{rows:.2f} s   costs {begin / rows:.2f}"
        )
        grown = [_grown(journal, geography) for journal in (small, large)]
        each = (grown[1] - grown[0]) / (size.open_[1] - size.open_[0])
        print(f"  memory of an open shipment with a shared route: {each / 1024:.2f} KB")
        _openings(small, large, geography, size)


def _rows(journal: SqlJournal) -> object:
    """Reading the rows, as the driver gives them to SQLAlchemy, without making anything of them."""
    with journal._engine.begin() as connection:
        return [
            connection.execute(select(table).where(wanted)).all()
            for table, wanted in (
                (SHIPMENTS, SHIPMENTS.c.closed_at.is_(None)),
                (STATES, STATES.c.wake_at.is_not(None)),
            )
        ]


def _seconds(ask: Callable[[], object]) -> float:
    gc.collect()
    begun = time.process_time()
    kept = ask()
    taken = time.process_time() - begun
    del kept
    return taken


def _grown(journal: SqlJournal, geography: Geography) -> int:
    """Bytes that a started intake holds, with all its shipments heard once."""
    gc.collect()
    tracemalloc.start()
    begun, _ = tracemalloc.get_traced_memory()
    ingest = fleet.intake(journal, geography)
    gc.collect()
    ended, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del ingest
    return ended - begun


def _openings(small: SqlJournal, large: SqlJournal, geography: Geography, size: Size) -> None:
    taken = [_opening(journal, geography) for journal in (small, large)]
    ratio = statistics.median(b / a for a, b in zip(*taken, strict=True))
    each = [statistics.median(some) * 1e3 for some in taken]
    print(
        f"  one opened beside a running tracker, {size.open_[1]:,} open against "
        f"{size.open_[0]:,}{each[0]:>12.2f} ms {each[1]:.2f} ms   costs {ratio:.2f}"
    )


def _opening(journal: SqlJournal, geography: Geography) -> list[float]:
    """Seconds for the tracker to take over each shipment that was opened, with its first word."""
    ingest = fleet.intake(journal, geography)
    commands = CommandHandler(
        journal=journal, clock=ManualClock(load.T0), geography=geography, origin="b/log"
    )
    road, taken = fleet.road_of(geography, fleet.TURNS + 1), list[float]()
    for number in range(OPENINGS):
        truck = 900_000 + number
        document = load.shipment(0) | {
            "id": f"S-{truck}", "devices": [{"id": f"T-{truck:06}"}], "seals": []
        }  # fmt: skip
        commands.open(json.dumps(document).encode(), by="bench")
        word = fleet.report_of(truck, fleet.TURNS, road)
        taken.append(_seconds(partial(_taken_over, ingest, word)))
    return taken


def _taken_over(ingest: Ingest, word: Message) -> None:
    ingest._transactions.refresh()
    ingest.take([word])
