"""Ask outsiders for their word on the newest released checkpoint, and keep what they give.

For each outsider there is a thread beside the intake, on a journal of its own: whatever one of them
does or does not do, telemetry is taken in and the others are asked. After a failure it is asked
again, less and less often.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Literal, Protocol

from tracker.domain.errors import Passing, TrackerError
from tracker.log.tree import Tree
from tracker.ports import Attestation, Clock, LogHead, StoredCheckpoint

log = logging.getLogger(__name__)
LOOK_S = 5.0
"""How often to look for a new checkpoint, when there was none."""
FIRST_RETRY_S, LAST_RETRY_S = 2.0, 900.0
"""After the first failure, and at most, each less up to half of it by chance."""
SKEW = timedelta(minutes=5)
"""An outsider's clock that differs by more is worth a word: its times will bracket our entries."""
STOP_S = 2.0
"""How long to wait for the threads at the end; they leave nothing half done."""


class Disputed(TrackerError):
    """An outsider has other knowledge of this log: an alarm, not an outage."""


class Declined(TrackerError):
    """An outsider gave nothing that can be kept, and will not unless somebody mends it."""


class Attestor(Protocol):
    """A witness or a time-stamping authority. `name`: as in its attestations."""

    url: str

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> Literal["cosignature", "timestamp"]: ...

    def attest(self, checkpoint: StoredCheckpoint, tree: Tree) -> Attestation:
        """Its word on this checkpoint, checked. `tree`: the log at that checkpoint.

        Raises ServiceUnreachable (ask again later), Declined or Disputed.
        """
        ...


class AttestationStore(Protocol):
    """Of `tracker.ports.Records` and `Journal`, what is needed here."""

    def head(self) -> LogHead: ...
    def tile(self, level: int, index: int) -> bytes: ...
    def checkpoints(self, *, since: int = 0) -> list[StoredCheckpoint]: ...
    def attestations(self, *, size: int | None = None) -> list[Attestation]: ...
    def attest(self, attestation: Attestation) -> None: ...


class Attester:
    """Asks one attestor, once for a checkpoint, and `interval_s` later at the earliest again.

    monotonic: seconds; chance: a number from 0 to 1, so that many logs do not ask in step.
    """

    def __init__(
        self,
        journal: AttestationStore,
        attestor: Attestor,
        interval_s: float,
        clock: Clock,
        *,
        monotonic: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._journal, self._attestor, self._interval_s = journal, attestor, interval_s
        self._clock, self._monotonic, self._chance = clock, monotonic, chance
        self._failures, self._next = 0, monotonic()

    def run(self, stop: threading.Event) -> None:
        """Until `stop`. Whatever fails is told to the log, and tried again."""
        while not stop.is_set():
            try:
                wait = self.once()
            except Exception:
                # The journal's own troubles end the intake, which says so; here they may pass.
                log.exception("asking %s for attestations failed", self._attestor.name)
                wait = self._later()
            stop.wait(wait)

    def once(self) -> float:
        """Ask, if it is time and there is something new; how many seconds to wait then."""
        left = self._next - self._monotonic()
        if left > 0:
            return left
        newest = newest_checkpoint(self._journal)
        if newest is None or self._has(newest):
            return LOOK_S
        return self._ask(newest)

    def _has(self, checkpoint: StoredCheckpoint) -> bool:
        whose = (self._attestor.kind, self._attestor.name)
        given = self._journal.attestations(size=checkpoint.size)
        return any((one.kind, one.name) == whose for one in given)

    def _ask(self, checkpoint: StoredCheckpoint) -> float:
        whose = f"{self._attestor.kind} of {self._attestor.name} for {checkpoint.size} entries"
        tree = Tree(checkpoint.size, self._journal.tile)
        try:
            attestation = self._attestor.attest(checkpoint, tree)
        except Disputed as error:
            log.error("%s: DISPUTED: %s", whose, error)
            return self._later()
        except TrackerError as error:
            # The first failure may pass by itself; from the second on somebody should know.
            log.log(logging.WARNING if self._failures else logging.INFO, "%s: %s", whose, error)
            return self._later()
        self._journal.attest(attestation)
        if abs(attestation.at - self._clock.now()) > SKEW:
            log.warning("%s: its clock says %s; one of ours is wrong", whose, attestation.at)
        self._failures, self._next = 0, self._monotonic() + self._interval_s
        return self._interval_s

    def _later(self) -> float:
        longest: float = min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** min(self._failures, 30))
        self._failures += 1
        wait = longest * (1 - self._chance() / 2)
        self._next = self._monotonic() + wait
        return wait


def newest_checkpoint(journal: AttestationStore) -> StoredCheckpoint | None:
    """The newest that was released; None before the first. Looks back further and further, for
    there may be millions.
    """
    size, back = journal.head().size, 1
    while not (found := journal.checkpoints(since=max(0, size - back))) and back <= size:
        back *= 8
    return found[-1] if found else None


@contextmanager
def beside(opened: Sequence[Callable[[], AbstractContextManager[Attester]]]) -> Iterator[None]:
    """Attesters at work, each in a thread of its own, while the context is entered.

    opened: each is called in its thread, for a journal belongs to one. If that fails, it is told to
    the log, and this one is not asked, unless the failure may pass.
    """
    stop = threading.Event()

    def work(one: Callable[[], AbstractContextManager[Attester]]) -> None:
        while not stop.is_set():
            try:
                with one() as attester:
                    attester.run(stop)
            except Passing as error:
                log.warning("attestations are not asked for yet: %s", error)
                stop.wait(LOOK_S)
            except TrackerError as error:
                log.error("no attestations are asked for: %s", error)
                return

    threads = [
        threading.Thread(target=work, args=(one,), name=f"attester-{number}", daemon=True)
        for number, one in enumerate(opened)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        deadline = time.monotonic() + STOP_S
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
