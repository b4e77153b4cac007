"""The tracker as a measured subscriber: `python -m bench.endtoend.tracked`.

The real intake on a journal of its own, as `tracker run` wires them, without notifiers. options:
database (a copy of it is written to), fleet, protocol, receiver, and `commits`: a file for when
each batch was durable (see `latency`).
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.endtoend.brokers import HOST
from bench.endtoend.fleet import Fleet
from bench.endtoend.measured import TOPIC, Count, Task
from bench.stages import _Silent
from tracker.adapters.clock import SystemClock
from tracker.adapters.journal import SqlJournal
from tracker.adapters.mqtt.inbox import MqttInbox
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.app.ingest import Ingest
from tracker.cli.service.run import let_lie
from tracker.ports import Inbox, Message

PATIENCE_S = 10.0


def main() -> None:
    task = Task.told()
    options, count = task.options, Count(task)
    trucks, corridors, begun = options["fleet"]
    fleet = Fleet(trucks, corridors, datetime.fromisoformat(begun))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        shutil.copy(options["database"], file)
        clock = SystemClock()
        with closing(SqlJournal.open(f"sqlite:///{file}")) as journal:
            before = journal.counts()["readings"]
            inbox = MqttInbox(_settings(task), clock)
            with closing(inbox):
                watched = _Watched(inbox, count)
                ingest = Ingest(
                    inbox=watched,
                    journal=journal,
                    clock=clock,
                    geography=fleet.geography(),
                    origin="bench/log",
                    notifier=_Silent(),
                )
                inbox.wait_connected(PATIENCE_S)
                let_lie()
                count.ready()
                ingest.run(lambda: watched.done)
            if "commits" in options:
                Path(options["commits"]).write_text(json.dumps(watched.commits))
            stored = journal.counts()["readings"] - before
            count.tell(stored=stored, batches=len(watched.commits))


class _Watched:
    """The inbox, looked at: when messages come, and when they are durable."""

    def __init__(self, inbox: Inbox, count: Count) -> None:
        self._inbox, self._count = inbox, count
        self.receive, self.settled = self._receive, inbox.settled
        self.wake, self.close = inbox.wake, inbox.close
        self.done = False
        self.commits: list[tuple[int, float]] = []
        """(messages, monotonic time) of each batch."""

    @property
    def trouble(self) -> str:
        return self._inbox.trouble

    def _receive(self, timeout: float, limit: int = 4096) -> list[Message]:
        if batch := self._inbox.receive(timeout, limit):
            self._count.begin()
        return batch

    def acknowledge(self, messages: Any) -> None:
        self.commits.append((len(messages), time.monotonic()))
        self._inbox.acknowledge(messages)
        self.done = self.done or self._count.done(len(messages))


def _settings(task: Task) -> MqttSettings:
    return MqttSettings(
        host=HOST,
        port=task.address.port,
        protocol=task.options["protocol"],
        receiver=task.options["receiver"],
        client_id="bench-tracker",
        username=task.address.user or None,
        password=task.address.password or None,
        topics=(TOPIC,),
    )


if __name__ == "__main__":
    main()
