"""What thousands of closed shipments cost a start and a command, beside a journal without any."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median

from msgspec.structs import replace

from bench import load
from bench.stages import _NoInbox, _Silent
from bench.turns import speed, turns
from geofences import library
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.app.commands import CommandHandler
from tracker.app.ingest import Ingest
from tracker.app.planning import Geography
from tracker.domain.alert import AlertStatus
from tracker.domain.command import CloseShipment, RecordSeal
from tracker.domain.policy import Policy
from tracker.ports import Message, StoredState, Work

CLOSED, OPEN = 10_000, 20
ROUNDS, PROCESSES = 9, 5
PORTION = 500
CUT = {"time": "2026-03-02T12:01:00Z", "lat": 25.7, "lon": -100.3, "seal": {"state": "cut"}}


def report() -> None:
    """Prints what each costs with CLOSED closed shipments, that of none being 1; they take turns.

    `alerts list` shows closed alerts too, so it is measured where the closed shipments left none.
    """
    geography = Geography(library.load(), Policy())
    with tempfile.TemporaryDirectory() as name:
        none, closed, quiet = (Path(name) / kind for kind in ("none", "closed", "quiet"))
        _fill(none, 0, geography)
        _fill(closed, CLOSED, geography)
        _fill(quiet, CLOSED, geography, alerts=False)
        print(f"{OPEN} open shipments, and beside them {CLOSED:,} closed ones, each with its alert")
        for what, ask in (("start of the intake", _start), ("a command", _command)):
            _tell(what, *turns(ROUNDS, *(partial(ask, one, geography) for one in (none, closed))))
        for many, command in (
            (closed, "alerts list --open"),
            (quiet, "alerts list"),
            (closed, "shipment list --open"),
        ):
            asks = (partial(_cli, one, command.split()) for one in (none, many))
            _tell(f"tracker {command}", *turns(PROCESSES, *asks))


def _tell(what: str, none: list[float], closed: list[float]) -> None:
    print(
        f"  {what:<34}{median(none) * 1000:>8.1f} ms {median(closed) * 1000:>8.1f} ms   "
        f"costs {1 / speed(closed, none):.2f}"
    )


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'tracker.db'}"


def _fill(folder: Path, closed: int, geography: Geography, *, alerts: bool = True) -> None:
    folder.mkdir()
    clock = ManualClock(load.T0)
    with closing(SqlJournal.open(_url(folder))) as journal:
        commands = CommandHandler(journal=journal, clock=clock, geography=geography, origin="b/log")
        intake = _intake(journal, geography, clock)
        for truck in range(OPEN):
            commands.open(json.dumps(load.shipment(truck)).encode(), by="bench")
        intake.take(load.messages(OPEN))
        if not closed:
            return
        document = load.shipment(OPEN)
        commands.open(json.dumps(document).encode(), by="bench")
        device = f"TRUCK-{OPEN:03}"
        cut = Message(
            topic=f"seals/v1/{device}/telemetry",
            payload=json.dumps(CUT).encode(),
            received_at=load.T0,
        )
        intake.take([cut])
        name = str(document["id"])
        commands.submit(name, CloseShipment(at=clock.now(), by="bench"))
        _copy(journal, name, closed, alerts=alerts)


def _copy(journal: SqlJournal, name: str, count: int, *, alerts: bool) -> None:
    """So many closed shipments like that one, whose alerts are closed too."""
    stored, body = journal.shipment(name), journal.state(name)
    if stored is None or body is None:
        raise SystemExit(f"no shipment {name}")
    made = journal.alerts(shipment=name) if alerts else []
    theirs = [replace(one, status=AlertStatus.CLOSED) for one in made]
    document = json.loads(stored.document)
    for start in range(0, count, PORTION):
        ids = [f"{name}-{number}" for number in range(start, start + PORTION)]
        work = Work(
            shipments=[
                replace(stored, id=id_, document=json.dumps(document | {"id": id_}).encode())
                for id_ in ids
            ],
            states=[StoredState(scope=id_, body=body) for id_ in ids],
            alerts=[
                replace(one, id=f"{id_}-{one.id}", shipment=id_) for id_ in ids for one in theirs
            ],
        )
        journal.commit(work, {})


def _intake(journal: SqlJournal, geography: Geography, clock: ManualClock) -> Ingest:
    return Ingest(
        inbox=_NoInbox(),
        journal=journal,
        clock=clock,
        geography=geography,
        origin="b/log",
        notifier=_Silent(),
    )


def _start(folder: Path, geography: Geography) -> None:
    with closing(SqlJournal.open(_url(folder))) as journal:
        _intake(journal, geography, ManualClock(load.T0))


def _command(folder: Path, geography: Geography) -> None:
    with closing(SqlJournal.open(_url(folder))) as journal:
        clock = ManualClock(load.T0)
        commands = CommandHandler(journal=journal, clock=clock, geography=geography, origin="b/log")
        number = f"B{journal.version()}"
        commands.submit("BENCH-000", RecordSeal(at=clock.now(), by="bench", number=number))


def _cli(folder: Path, command: list[str]) -> None:
    environment = os.environ | {"TRACKER_DATABASE__URL": _url(folder)}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tracker", *command],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
