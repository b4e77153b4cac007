"""From the commit of a critical alert to its acceptance, at 1, 100 and 1,000 alerts a minute.

`tracker notify run` as a process of its own beside the writer, with the default policy but for the
digest (every alert is told by itself), one person's channel and one machine's, both files.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tracker import wiring
from tracker.app.notify.status import quantile
from tracker.config import Config, load, template
from tracker.domain.command import ReportNumber
from tracker.domain.finding import SYSTEM_ACTOR
from tracker.domain.notice import Delivery, DeliveryStatus

RATES = {1: 3, 100: 100, 1000: 1000}
"""Alerts a minute, and how many of them are raised."""
PATIENCE_S = 300.0
TABLES = """
[notify.channels.person]
kind = "file"
url = "file:person.jsonl"

[notify.channels.machine]
kind = "file"
url = "file:machine.jsonl"

[notify.contacts.ana]
channels = ["person"]

[notify.ladders.house]
steps = [["ana"]]

[[notify.routes]]
ladder = "house"
channels = ["machine"]
"""


def report() -> None:
    """A line for each rate and channel."""
    print("Notices: ms from commit to acceptance, by alerts a minute")
    print(f"{'a minute':>9} {'channel':>8} {'told':>6} {'p50':>7} {'p95':>7} {'most':>7}")
    for rate, count in RATES.items():
        with tempfile.TemporaryDirectory(prefix="bench-notices-") as folder:
            for channel, told in sorted(_told(Path(folder), rate, count).items()):
                waits = [one.waited_ms or 0 for one in told]
                p50, p95 = quantile(waits, 0.5), quantile(waits, 0.95)
                print(f"{rate:>9} {channel:>8} {len(told):>6} {p50:>7} {p95:>7} {max(waits):>7}")


def _told(folder: Path, rate: int, count: int) -> dict[str, list[Delivery]]:
    config = _configured(folder)
    command = [sys.executable, "-m", "tracker", "--config", str(config.source), "notify", "run"]
    with wiring.commands(config) as commands, wiring.journal(config) as journal:
        child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)  # noqa: S603 - ours
        try:
            if child.stderr is None or "notify ready" not in child.stderr.readline():
                raise RuntimeError("the worker did not start")
            began = time.monotonic()
            for number in range(count):
                time.sleep(max(0.0, began + number * 60 / rate - time.monotonic()))
                now = datetime.now(UTC)
                what = ReportNumber(at=now, by=SYSTEM_ACTOR, number=f"MX{number}", why="void")
                commands.record(f"device:D{number}", what, release=False)
            deadline = time.monotonic() + PATIENCE_S
            while len(told := journal.deliveries(status=[DeliveryStatus.ACCEPTED])) < 2 * count:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{len(told)} of {2 * count} were told")
                time.sleep(0.5)
        finally:
            child.terminate()
            child.communicate()
    by_channel: dict[str, list[Delivery]] = {}
    for one in told:
        by_channel.setdefault(one.channel, []).append(one)
    return by_channel


def _configured(folder: Path) -> Config:
    file = folder / "tracker.toml"
    file.write_text(template({("notify", "digest_notices"): 1_000_000}) + TABLES, encoding="utf-8")
    return load(file, {})
