"""A delivery worker as a process of its own, on a real database, and alerts for it to tell.

python -m tests.support.notifying URL FOLDER    # writes FOLDER/pipe.jsonl; ends on SIGTERM
"""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.notices import policy
from tests.support.office import GEOGRAPHY
from tests.support.waiting import wait_for
from tests.support.wording import compose
from tracker.adapters.channels.file import FileChannel
from tracker.adapters.clock import SystemClock
from tracker.adapters.journal import SqlJournal
from tracker.app.commands import CommandHandler
from tracker.app.notify.composing import Composing
from tracker.app.notify.record import DeliveryRecorder
from tracker.app.notify.sender import Sender
from tracker.app.notify.worker import ChannelPlan, Worker
from tracker.domain.alert import Alert
from tracker.domain.command import ReportNumber
from tracker.domain.finding import SYSTEM_ACTOR
from tracker.domain.notify_policy import NotifyPolicy
from tracker.ports import Channel

TIMEOUT_S = 0.2
QUICK = policy(
    steps=(("ana",), ("bob",)),
    machines=("machine",),
    poll_s=0.02,
    log_every_s=0.2,
    lease_s=0.3,
    gather_critical_s=0.0,
    retry_first_s=0.05,
    digest_notices=100_000,
    dead_after_min=60,
)
"""Everything is told one by one, and soon."""
Made = Callable[[], Channel]


def handler(url: str) -> CommandHandler:
    return CommandHandler(
        journal=SqlJournal.open(url), clock=SystemClock(), geography=GEOGRAPHY, origin="test/log"
    )


def raise_alert(commands: CommandHandler, number: int) -> Alert:
    """A critical one, each on a device of its own."""
    what = ReportNumber(at=commands.now(), by=SYSTEM_ACTOR, number=f"MX{number}", why="void")
    (finding,) = commands.record(f"device:D{number}", what, release=False)
    alert = commands.journal.alert(str(finding.facts["alert"]))
    assert alert is not None
    return alert


def files(folder: Path) -> dict[str, Made]:
    def made(name: str) -> Made:
        return lambda: FileChannel(name, folder / f"{name}.jsonl")

    return {name: made(name) for name in ("pipe", "machine")}


def worker(
    url: str,
    channels: Mapping[str, Made],
    what: NotifyPolicy = QUICK,
    name: str = "w",
    timeout_s: float = TIMEOUT_S,
) -> Worker:
    clock = SystemClock()

    @contextmanager
    def sending(channel: str) -> Iterator[Sender]:
        store, opened = SqlJournal.open(url), channels[channel]()
        composing = Composing(store, what, GEOGRAPHY, compose, clock)
        yield Sender(
            store,
            opened,
            composing,
            what.limits,
            clock,
            worker=name,
            timeout_s=timeout_s,
            chance=random.random,
        )
        opened.close()
        store.close()

    @contextmanager
    def recording() -> Iterator[DeliveryRecorder]:
        yield DeliveryRecorder(handler(url), SqlJournal.open(url))

    return Worker(
        store=SqlJournal.open(url),
        policy=what,
        clock=clock,
        channels={
            one: ChannelPlan(
                name=one,
                timeout_s=timeout_s,
                opened=lambda one=one: sending(one),  # type: ignore[misc]
            )
            for one in channels
        },
        opened_record=recording,
        name=name,
    )


@contextmanager
def running(made: Worker) -> Iterator[None]:
    """It works in a thread while the context is entered."""
    stop = threading.Event()
    thread = threading.Thread(target=made.run, args=(stop.is_set,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def lines(file: Path) -> list[dict[str, Any]]:
    """What was accepted, in order; a line that was cut off by a crash is none."""
    if not file.exists():
        return []
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def until(true: Callable[[], bool], progress: Callable[[], object] = lambda: None) -> None:
    wait_for(true, what="what is to be told", progress=progress)


def main(url: str, folder: str) -> None:
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopping.append(number))
    made = worker(url, files(Path(folder)), name=f"w{time.time_ns()}")
    print("ready", flush=True)
    made.run(lambda: bool(stopping))


if __name__ == "__main__":
    main(*sys.argv[1:])
