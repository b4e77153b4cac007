"""What a command costs beyond its start, over a large database; and what help costs at all."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench.growth import Size, fleet
from geofences import library
from tracker.adapters.journal import SqlJournal
from tracker.app.planning import Geography
from tracker.domain.policy import Policy

EMPTY = (
    "import typer\napp = typer.Typer()\n@app.command()\ndef nothing() -> None: ...\napp(['--help'])"
)
SHOWN = "S-000007"
COMMANDS = (
    ("alerts", "list", "--limit", "50"),
    ("alerts", "list", "--shipment", SHOWN),
    ("shipment", "show", SHOWN),
    ("log", "show", "--shipment", SHOWN),
    ("log", "show", "--limit", "50"),
)


def report(size: Size) -> None:
    """Prints each command over a large and over a small database; they take turns."""
    geography = Geography(library.load(), Policy())
    with ExitStack() as stack:
        (small, _), (large, journal) = (
            stack.enter_context(fleet.database(geography, count)) for count in size.open_
        )
        _fill(journal, geography, size)
        print(
            f"  beyond the same over {size.open_[0]:,} open shipments alone: with "
            f"{size.open_[1]:,}, {size.readings:,} readings, {size.alerts:,} alerts, "
            f"{size.entries:,} entries"
        )
        for command in COMMANDS:
            asks = [partial(_asked, folder, command) for folder in (small, large)]
            few, many = _turns(size.processes, asks)
            more = statistics.median(b - a for a, b in zip(few, many, strict=True)) * 1e3
            print(
                f"    tracker {' '.join(command):<34}{statistics.median(few) * 1e3:>8.0f} ms "
                f"{statistics.median(many) * 1e3:>8.0f} ms   {more:>6.0f} ms more"
            )
    helped, bare = _turns(
        size.processes,
        [
            partial(_spent, [sys.executable, "-m", "tracker", "--help"], {}),
            partial(_spent, [sys.executable, "-c", EMPTY], {}),
        ],
    )
    ratio = statistics.median(a / b for a, b in zip(helped, bare, strict=True))
    print(
        f"  tracker --help {statistics.median(helped) * 1e3:.0f} ms, a bare Typer program "
        f"{statistics.median(bare) * 1e3:.0f} ms   costs {ratio:.2f}"
    )


def _fill(journal: SqlJournal, geography: Geography, size: Size) -> None:
    fleet.add_readings(journal, size.readings)
    fleet.add_entries(journal, size.entries)
    fleet.add_alerts(journal, size.alerts, geography)


def _asked(folder: Path, command: Sequence[str]) -> float:
    return _spent(
        [sys.executable, "-m", "tracker", *command], {"TRACKER_DATABASE__URL": fleet.url(folder)}
    )


def _spent(command: Sequence[str], environment: dict[str, str]) -> float:
    """Seconds of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(  # noqa: S603
        command, env=os.environ | environment, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _turns(rounds: int, asks: Sequence[Callable[[], float]]) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in asks]
    for _ in range(rounds):
        for ask, one in zip(asks, taken, strict=True):
            one.append(ask())
    return taken
