"""Large databases made from one real shipment: so many open ones like it, so many old readings.

Written straight into the tables, in the shape that the tracker itself gave the one they copy.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Table

from bench import load
from bench.stages import _NoInbox, _Silent
from tracker import engine
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.adapters.journal.tables import ALERTS, ENTRIES, READINGS
from tracker.app.commands import CommandHandler
from tracker.app.ingest import Ingest
from tracker.app.planning import Geography
from tracker.ports import Message, StoredShipment, StoredState, Work

MODEL, DEVICE, NUMBER = "BENCH-000", "TRUCK-000", "MX0000"
TURNS = 40
"""So many readings the model has told before it is copied: half an hour of its trip."""
PORTION = 2000
OLD_DEVICES = 5000


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'tracker.db'}"


def intake(journal: SqlJournal, geography: Geography) -> Ingest:
    return Ingest(
        inbox=_NoInbox(),
        journal=journal,
        clock=ManualClock(load.T0 + timedelta(seconds=30 * TURNS)),
        geography=geography,
        origin="b/log",
        notifier=_Silent(),
    )


def report_of(truck: int, turn: int, road: Sequence[tuple[float, float, float]]) -> Message:
    """What truck number `truck` says half a minute after its turn before."""
    lat, lon, course = road[turn % len(road)]
    time = load.T0 + timedelta(seconds=30 * turn, milliseconds=truck % 1000)
    said = {
        "time": time.isoformat(),
        "lat": lat,
        "lon": lon,
        "speed": 72.0,
        "course": course,
        "satellites": 11,
        "seal": {"state": "sealed"},
        "battery": 83,
        "seq": turn,
        "event_clock": "device",
    }
    return Message(
        topic=f"seals/v1/T-{truck:06}/telemetry",
        payload=json.dumps(said).encode(),
        received_at=load.T0 + timedelta(seconds=30 * turn + 2),
    )


def road_of(geography: Geography, turns: int) -> list[tuple[float, float, float]]:
    """(lat, lon, course) of each turn, some 600 m after the one before."""
    corridor = geography.atlas.corridor(load.CORRIDOR)
    spots = []
    for turn in range(turns):
        gone = 600.0 * turn % (2 * corridor.length_m)
        lat, lon, course = corridor.at(min(gone, 2 * corridor.length_m - gone))
        spots.append((round(lat, 6), round(lon, 6), round(course, 1)))
    return spots


@contextmanager
def database(geography: Geography, open_: int) -> Iterator[tuple[Path, SqlJournal]]:
    """A database with so many open shipments under way, number k of truck "T-<k>"."""
    with tempfile.TemporaryDirectory(prefix="bench-growth-") as name:
        folder = Path(name)
        with closing(SqlJournal.open(url(folder))) as journal:
            clock = ManualClock(load.T0)
            commands = CommandHandler(
                journal=journal, clock=clock, geography=geography, origin="b/log"
            )
            commands.open(json.dumps(load.shipment(0)).encode(), by="bench")
            road, whole = road_of(geography, TURNS), intake(journal, geography)
            messages = (report_of(0, turn, road) for turn in range(TURNS))
            topic = f"seals/v1/{DEVICE}/telemetry"
            whole.take([replace(message, topic=topic) for message in messages])
            _multiply(journal, open_)
            yield folder, journal


def _multiply(journal: SqlJournal, count: int) -> None:
    stored, body = journal.shipment(MODEL), journal.state(MODEL)
    if stored is None or body is None:
        raise SystemExit(f"no shipment {MODEL}")
    wake_at = engine.decode(body).wake_at
    for start in range(0, count, PORTION):
        shipments, states = list[StoredShipment](), list[StoredState]()
        for truck in range(start, min(start + PORTION, count)):
            names = {MODEL: f"S-{truck:06}", DEVICE: f"T-{truck:06}", NUMBER: f"N{truck:06}"}
            document, state = stored.document, body
            for old, new in names.items():
                document = document.replace(old.encode(), new.encode())
                state = state.replace(old.encode(), new.encode())
            shipments.append(
                replace(
                    stored, id=names[MODEL], document=document,
                    devices=(names[DEVICE],), numbers=(names[NUMBER],),
                )
            )  # fmt: skip
            states.append(StoredState(scope=names[MODEL], body=state, wake_at=wake_at))
        journal.commit(Work(shipments=shipments, states=states), {})


def add_readings(journal: SqlJournal, count: int) -> None:
    """So many readings of other devices, of days before."""
    each = max(count // OLD_DEVICES, 1)
    _copy(
        journal, READINGS, count,
        device=f"'OLD-' || (n / {each})",
        event_time=f"event_time - 86400000000 - 30000000 * (n % {each})",
        digest="randomblob(32)",
    )  # fmt: skip


def add_alerts(journal: SqlJournal, count: int, geography: Geography) -> None:
    """So many alerts of other shipments, all but the last thousand closed."""
    clock = ManualClock(load.T0)
    commands = CommandHandler(journal=journal, clock=clock, geography=geography, origin="b/log")
    commands.open(json.dumps(load.shipment(1)).encode(), by="bench")
    cut = {"time": "2026-03-02T12:01:00Z", "lat": 25.7, "lon": -100.3, "seal": {"state": "cut"}}
    word = Message(
        topic="seals/v1/TRUCK-001/telemetry",
        payload=json.dumps(cut).encode(),
        received_at=load.T0 + timedelta(minutes=1),
    )
    intake(journal, geography).take([word])
    _copy(
        journal, ALERTS, count,
        id="'OLD-' || n",
        shipment="'OLD-' || (n / 10)",
        raised_at="raised_at - 86400000000 + n",
        status=f"CASE WHEN n < {count - 1000} THEN 'CLOSED' ELSE status END",
    )  # fmt: skip


def add_entries(journal: SqlJournal, count: int) -> None:
    """So many custody entries of other shipments, ten each."""
    _copy(
        journal, ENTRIES, count,
        index="1000000 + n",
        id="'old-' || n",
        scope="'OLD-' || (n / 10)",
        seq="n % 10",
        key="'old-' || n",
    )  # fmt: skip


def _copy(journal: SqlJournal, table: Table, count: int, **changed: str) -> None:
    """`count` copies of the table's first row, number n with these columns changed (in SQL)."""
    names = [column.name for column in table.columns]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    statement = (
        "WITH RECURSIVE numbered(n) AS "  # noqa: S608 - nothing in it comes from outside
        f"(SELECT 0 UNION ALL SELECT n + 1 FROM numbered WHERE n + 1 < {count}) "
        f"INSERT INTO {table.name} ({columns}) "
        f"SELECT {values} FROM (SELECT * FROM {table.name} LIMIT 1), numbered"
    )
    with journal._engine.begin() as connection:
        connection.exec_driver_sql(statement)
