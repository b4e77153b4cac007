"""The delivery worker: decides, sends and records until it is told to stop. Its own process.

One thread decides (the outbox) and looks after the others: one for each channel, one that records.
Whatever hangs holds up itself alone; a channel that hangs for far longer than it may is left to
itself and opened anew, some few times.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from tracker.app.notify.outbox import OutboxFollower
from tracker.app.notify.record import DeliveryRecorder
from tracker.app.notify.sender import AT_ONCE, Sender
from tracker.app.patience import PAUSE_S, Patience
from tracker.domain.errors import Passing
from tracker.domain.notice import DeliveryStatus
from tracker.domain.notify_policy import NotifyPolicy
from tracker.ports import Clock, Store

log = logging.getLogger(__name__)
HANGS_S = 20.0
"""A channel that has not returned for so much longer than it may take hangs."""
MOST_ABANDONED = 8
"""Threads of one channel that are left hanging; then it must wait for a new process."""
GATHERED = 0.5
"""Of the time between two looks, how long more is waited for while there is much: fewer, larger
transactions leave the database to the intake."""
BREATH_S = 1.0
"""Between two commits of what is to be recorded, if there is more: the intake, which computes anew
whatever a commit has made stale, has that long for itself."""
STOP_S = 5.0
"""How long the end waits for messages in hand; what is not kept by then is sent once more."""


class ChannelPlan(Struct, frozen=True, kw_only=True):
    """A channel to be worked off. opened: called in its own thread, for a journal belongs to one.
    timeout_s: how long it may take for a message.
    """

    name: str
    timeout_s: float
    opened: Callable[[], AbstractContextManager[Sender]]


class ChannelThread:
    """Works off one channel. `hangs` and `renewed` are asked from outside."""

    def __init__(
        self, plan: ChannelPlan, poll_s: float, stop: threading.Event, number: int = 0
    ) -> None:
        self.plan, self._poll_s, self._stop, self.number = plan, poll_s, stop, number
        self.news, self._left = threading.Event(), threading.Event()
        self._busy_since: float | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"notify-{plan.name}-{number}", daemon=True
        )

    def start(self) -> ChannelThread:
        self._thread.start()
        return self

    def hangs(self) -> bool:
        since = self._busy_since
        return since is not None and time.monotonic() - since > self.plan.timeout_s + HANGS_S

    def renewed(self) -> ChannelThread:
        """Another in its place; this one ends when it comes back."""
        self._left.set()
        return ChannelThread(self.plan, self._poll_s, self._stop, self.number + 1).start()

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _over(self) -> bool:
        return self._stop.is_set() or self._left.is_set()

    def _run(self) -> None:
        while not self._over():
            try:
                with self.plan.opened() as sender:
                    self._work(sender)
            except Passing as error:
                log.warning("channel %s waits: %s", self.plan.name, error)
            except Exception:
                log.exception("channel %s could not be worked off", self.plan.name)
            self._stop.wait(PAUSE_S)

    def _work(self, sender: Sender) -> None:
        while not self._over():
            self.news.clear()
            self._busy_since = time.monotonic()
            try:
                sent = sender.once()
            except Passing as error:
                log.warning("channel %s waits: %s", self.plan.name, error)
                self._stop.wait(PAUSE_S)
                continue
            finally:
                self._busy_since = None
            if not sent:
                self.news.wait(self._poll_s)
            elif sent < AT_ONCE:
                self._stop.wait(self._poll_s * GATHERED)


class Worker:
    """opened_record: the recorder, called in its own thread. name: that no other worker has."""

    def __init__(
        self,
        *,
        store: Store,
        policy: NotifyPolicy,
        clock: Clock,
        channels: Mapping[str, ChannelPlan],
        opened_record: Callable[[], AbstractContextManager[DeliveryRecorder]],
        name: str,
    ) -> None:
        self.store, self.policy, self.clock = store, policy, clock
        self.outbox = OutboxFollower(store, policy, clock)
        self._plans, self._opened_record, self._name = channels, opened_record, name
        self._stop = threading.Event()
        self._threads: dict[str, ChannelThread] = {}
        self._recording = threading.Thread(target=self._record, name="notify-record", daemon=True)

    def run(self, stop: Callable[[], bool]) -> None:
        """Until `stop()`."""
        poll_s, patience = self.policy.limits.poll_s, Patience()
        self._threads = {
            name: ChannelThread(plan, poll_s, self._stop).start()
            for name, plan in self._plans.items()
        }
        self._recording.start()
        try:
            while not stop():
                try:
                    busy = self.outbox.work_off()
                    self._look_after()
                    self.outbox.tidy()
                except Passing as error:
                    patience.bear(error)
                    continue
                patience.over()
                if busy:
                    for thread in self._threads.values():
                        thread.news.set()
                time.sleep(poll_s * GATHERED if busy else poll_s)
        finally:
            self._end()

    def _look_after(self) -> None:
        for name, thread in self._threads.items():
            if thread.hangs() and thread.number < MOST_ABANDONED:
                log.error("channel %s hangs; it is left to itself and opened anew", name)
                self._threads[name] = thread.renewed()
        for channel in self.store.queue().keys() - self._plans.keys():
            self._bury(channel)

    def _bury(self, channel: str) -> None:
        """What is to go out on a channel that is not configured any more."""
        now = self.clock.now()
        until = now + timedelta(seconds=PAUSE_S)
        lost = self.store.claim(channel, by=self._name, now=now, until=until, limit=1000)
        reason = "no such channel is configured"
        self.store.settle(
            [replace(one, status=DeliveryStatus.DEAD, settled_at=now, error=reason) for one in lost]
        )

    def _record(self) -> None:
        while True:
            try:
                with self._opened_record() as recorder:
                    wait_s = self.policy.limits.log_every_s
                    while not self._stop.wait(wait_s):
                        more = recorder.once()
                        wait_s = BREATH_S if more else self.policy.limits.log_every_s
                    while recorder.once():  # what was settled at the end
                        pass
                    return
            except Passing as error:
                log.warning("what became of messages is not recorded yet: %s", error)
            except Exception:
                log.exception("what became of messages could not be recorded")
            if self._stop.wait(PAUSE_S):
                return

    def _end(self) -> None:
        self._stop.set()
        deadline = time.monotonic() + STOP_S
        for thread in self._threads.values():
            thread.news.set()
        for thread in self._threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        self._recording.join(max(0.1, deadline - time.monotonic()))
