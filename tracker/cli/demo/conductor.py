"""Plays a story in lock-step with the tracker, through the real broker and the real database.

Simulated time moves in steps. At each step
 1. the clock is set to the step's time;
 2. everything that is due by then is published, and the broker confirms it;
 3. the tracker's commit of all of it is waited for;
 4. what people declare at that time goes the way of commands;
 5. if an alert was raised or changed, people and programs are told of it.
So no reading is ahead of its receipt, and nothing is ever owed for longer than one step: a slow
machine makes the demonstration longer, never a truck silent.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import merge
from typing import TYPE_CHECKING

from tracker import wiring
from tracker.cli.demo.told import delivering
from tracker.config import Config
from tracker.domain.alert import Alert, AlertStatus
from tracker.domain.errors import ServiceUnreachable
from tracker.domain.finding import Finding
from tracker.simulation.devices import Delivery, deliveries
from tracker.simulation.story import AlertAnswer, Declaration, DemoStory

if TYPE_CHECKING:
    from tracker.app.commands import CommandHandler
    from tracker.ports import Publisher, Records, SettableClock

STEP = timedelta(seconds=30)
COMMIT_S = 30.0
"""A step is some ten readings; a tracker that has not committed them by then is stuck."""
POLL_S = 0.002
OPENED_BY = "dispatch"


@dataclass(slots=True)
class FindingCollector:
    """A notifier that keeps what it is told until somebody looks."""

    findings: deque[Finding] = field(default_factory=deque)

    def tell(self, findings: Sequence[Finding], alerts: Sequence[Alert]) -> None:
        self.findings.extend(findings)

    def take(self) -> Iterator[Finding]:
        while self.findings:
            yield self.findings.popleft()


class TrackerThread:
    """The tracker as `tracker run` has it, in a thread of its own. Its failure is the caller's."""

    def __init__(self, config: Config, clock: SettableClock, heard: FindingCollector) -> None:
        self._config, self._clock, self._heard = config, clock, heard
        self._ready, self._stop = threading.Event(), threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="tracker")

    def __enter__(self) -> TrackerThread:
        self._thread.start()
        self._ready.wait()
        self.check()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        """Raises what ended the tracker, if something has."""
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            with wiring.ingest(self._config, clock=self._clock, notifier=self._heard) as ingest:
                self._ready.set()
                ingest.run(self._stop.is_set)
        except BaseException as failure:  # noqa: BLE001 - handed to the thread that waits
            self._failure = failure
        finally:
            self._ready.set()


@dataclass(slots=True)
class Conductor:
    """`play` does it all. `show` is called in the caller's thread with each step's findings."""

    story: DemoStory
    clock: SettableClock
    tracker: TrackerThread
    publisher: Publisher
    commands: CommandHandler
    records: Records
    heard: FindingCollector
    show: Callable[[datetime, Iterable[Finding]], None]
    told: Callable[[], bool]
    readings: int = 0
    messages: int = 0

    def play(self, wall_s: float) -> None:
        """To the story's end, in about `wall_s` seconds (0: as quickly as possible).

        Raises ServiceUnreachable if the tracker does not commit what it was sent.
        """
        for truck in self.story.trucks:
            self.commands.open(truck.document, by=OPENED_BY)
        sendings = deque(self._sendings())
        declared = deque(self._declarations())
        start, began = self.clock.now(), time.monotonic()
        steps = -((start - self.story.until) // STEP)
        for step in range(1, steps + 1):
            now = start + step * STEP
            self.clock.set(now)
            self._publish(sendings, now)
            self._wait_committed()
            while declared and declared[0].at <= now:
                self._declare(declared.popleft(), now)
            findings = list(self.heard.take())
            if any(finding.type.value.startswith("alert_") for finding in findings):
                self._wait_told()
            self.show(now, findings)
            if (ahead := began + wall_s * step / steps - time.monotonic()) > 0:
                time.sleep(ahead)

    def _sendings(self) -> Iterator[Delivery]:
        every = merge(
            *(deliveries(truck.journey) for truck in self.story.trucks), key=lambda one: one.at
        )
        return (one for one in every if one.at <= self.story.until)

    def _declarations(self) -> list[Declaration | AlertAnswer]:
        found = [one for truck in self.story.trucks for one in truck.declarations]
        return sorted(found, key=lambda one: one.at)

    def _publish(self, sendings: deque[Delivery], until: datetime) -> None:
        while sendings and sendings[0].at <= until:
            sending = sendings.popleft()
            self.publisher.publish(sending.topic, sending.payload)
            self.readings += sending.readings
            self.messages += 1
        self.publisher.flush()

    def _wait_committed(self) -> None:
        deadline = time.monotonic() + COMMIT_S
        while (stored := self.records.counts()["readings"]) < self.readings:
            self.tracker.check()
            if time.monotonic() > deadline:
                raise ServiceUnreachable(
                    f"{self.readings} readings were sent and confirmed, but after {COMMIT_S:.0f} s "
                    f"the tracker has stored {stored}",
                    where="demo",
                    mend="keep its folder with --dir and look into `tracker rejects list`",
                )
            time.sleep(POLL_S)

    def _wait_told(self) -> None:
        if not self.told():
            raise ServiceUnreachable(
                "what was raised has not been told",
                where="demo",
                mend="keep its folder with --dir and look into `tracker notify status`",
            )

    def _declare(self, one: Declaration | AlertAnswer, now: datetime) -> None:
        if isinstance(one, Declaration):
            self.heard.findings.extend(self.commands.submit(one.shipment, one.command(now)))
            return
        for alert in self.records.alerts(shipment=one.shipment):
            if alert.kind is one.kind and alert.status is not AlertStatus.CLOSED:
                command = one.command(now, alert.id)
                self.heard.findings.extend(self.commands.submit_alert(alert.id, command))


@contextmanager
def conducted(
    config: Config,
    story: DemoStory,
    start: datetime,
    show: Callable[[datetime, Iterable[Finding]], None],
) -> Iterator[Conductor]:
    """Broker, tracker, commands and publisher, running; the conductor that plays on them."""
    clock, heard = wiring.manual_clock(start), FindingCollector()
    with (
        wiring.broker(config),
        TrackerThread(config, clock, heard) as tracker,
        wiring.commands(config, clock=clock) as commands,
        wiring.records(config) as records,
        wiring.publisher(config, "tracker-demo") as publisher,
        delivering(config, clock) as told,
    ):
        yield Conductor(story, clock, tracker, publisher, commands, records, heard, show, told)
