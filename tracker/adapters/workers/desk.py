"""One worker: its process, kept running, and what was handed to it and is not done.

Two threads: one starts the process and sends, the other hears what it says. A worker that hangs
holds up nobody: whoever hands messages over only lays them down here.
"""

from __future__ import annotations

import logging
import math
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from tracker.adapters.children import ended, keep_running, tethered
from tracker.adapters.workers import frames
from tracker.ports import Message, Report

log = logging.getLogger(__name__)
FIRST_DELAY_S, LONGEST_DELAY_S = 0.1, 30.0
"""Between the end of a worker and its next start: doubling, until it has run for the longest."""
STOP_S = 30.0
"""How long it may take to end when it is asked to: a batch, at a database that others hold."""
DEPTH = 2
"""Frames with messages that it has at once: one in work, and the next, so that it never waits."""
MOST_MESSAGES, MOST_BYTES = 4096, 8 * 2**20
"""In one frame: what one transaction takes at a time."""
WORD_S = 0.25
"""How often at least it is told whether anything waits anywhere."""
SLOW_S, HANGS_S = 30.0, 60.0
"""Without an end of what it has in hand for so long, it is told of as trouble; without an answer of
the thread that does nothing but listen, it hangs, and is killed."""


class Desk:
    """name: for people. command: the program. reported: hears what the worker says, in a thread of
    this desk's; owner: this worker's number.
    """

    def __init__(
        self, number: int, name: str, command: Sequence[str], reported: Callable[[Report], None]
    ) -> None:
        self.number, self.name = number, name
        self._command, self._reported = tethered(command), reported
        self._changed = threading.Condition()
        self._waiting: deque[Message] = deque()
        self._out: deque[Message] = deque()  # sent, and not done
        self._parts: deque[int] = deque()  # of what is out: messages of each frame, still to do
        self._settled, self._settled_at = False, -math.inf
        self._told_at = -math.inf
        self._asked_at: float | None = None  # since when no answer has come
        self._busy_since = 0.0
        self._ready, self._down = False, ""
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None
        self.pid: int | None = None

    # What others ask

    def start(self) -> None:
        self._stopping.clear()
        # On Linux the process gets its signal when the thread that forked it ends.
        self._keeper = threading.Thread(target=self._keep, name=f"keep-{self.name}", daemon=True)
        self._keeper.start()

    def ask_to_stop(self) -> None:
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()

    def stopped(self) -> None:
        """Wait until it has ended."""
        if self._keeper is not None:
            self._keeper.join()

    @property
    def ready(self) -> bool:
        with self._changed:
            return self._ready

    def hand(self, messages: Sequence[Message]) -> None:
        with self._changed:
            self._waiting += messages
            self._settled = False
            self._changed.notify_all()

    def heard_all(self, *, settled: bool) -> None:
        """In its place behind what was handed over."""
        with self._changed:
            self._settled, self._settled_at = settled, time.monotonic()

    @property
    def held(self) -> int:
        with self._changed:
            return len(self._waiting) + len(self._out)

    @property
    def trouble(self) -> str:
        with self._changed:
            if self._down:
                return f"{self.name} ended ({self._down}) and is being started again"
            slow_s = time.monotonic() - self._busy_since if self._out else 0.0
            return f"{self.name} has not answered for {SLOW_S:.0f} s" if slow_s > SLOW_S else ""

    # The keeper's thread

    def _keep(self) -> None:
        keep_running(
            self._run_once,
            self._stopping,
            self._tell,
            first_s=FIRST_DELAY_S,
            longest_s=LONGEST_DELAY_S,
        )

    def _tell(self, ending: str, delay_s: float) -> None:
        with self._changed:
            self._down, held = ending, len(self._waiting)
        log.error(
            "%s ended (%s); starting it again in %.1f s; %d messages wait for it",
            self.name,
            ending,
            delay_s,
            held,
        )

    def _run_once(self) -> str:
        ours, theirs = Pipe()
        process = subprocess.Popen(  # noqa: S603 - our own program
            self._command,
            stdin=theirs.fileno(),
            start_new_session=True,  # Ctrl-C is for us, who then end it
        )
        theirs.close()
        self.pid = process.pid
        hearing = threading.Thread(
            target=self._hear, args=(ours, process), name=f"hear-{self.name}", daemon=True
        )
        hearing.start()
        try:
            self._send_all(ours, process)
            return ended(process, STOP_S)
        finally:
            ended(process, 0.0)
            hearing.join()
            ours.close()
            self._take_back()

    def _take_back(self) -> None:
        """What it had in hand comes first when it is started again."""
        with self._changed:
            self.pid, self._ready = None, False
            self._asked_at, self._told_at = None, -math.inf
            self._waiting.extendleft(reversed(self._out))
            self._out.clear()
            self._parts.clear()

    def _send_all(self, connection: Connection, process: subprocess.Popen[bytes]) -> None:
        """Until it is to end or has ended."""
        while not self._stopping.is_set() and process.poll() is None:
            frame = self._next()
            if frame is not None and not _sent(connection, frame):
                return
        _sent(connection, frames.Handed([], settled=False, at=0.0, last=True))

    def _next(self) -> frames.Handed | None:
        """What is to be sent now, waited for a little."""
        with self._changed:
            self._changed.wait_for(self._something, WORD_S)
            if not self._ready or self._stopping.is_set():
                return None
            some = self._portion() if len(self._parts) < DEPTH else []
            now = time.monotonic()
            if not some and now - self._told_at < WORD_S:
                return None
            self._told_at = now
            self._asked_at = self._asked_at or now
            settled = self._settled and not self._waiting
            return frames.Handed(frames.sent(some), settled, self._settled_at)

    def _something(self) -> bool:
        if self._stopping.is_set():
            return True
        return bool(self._ready and self._waiting and len(self._parts) < DEPTH)

    def _portion(self) -> list[Message]:
        """From waiting to out."""
        size, count = 0, 0
        for message in islice(self._waiting, MOST_MESSAGES):
            size += len(message.payload)
            if count and size > MOST_BYTES:
                break
            count += 1
        if not count:
            return []
        some = [self._waiting.popleft() for _ in range(count)]
        if not self._out:
            self._busy_since = time.monotonic()
        self._out += some
        self._parts.append(count)
        return some

    def _hangs(self) -> bool:
        with self._changed:
            return self._asked_at is not None and time.monotonic() - self._asked_at > HANGS_S

    # The hearing thread

    def _hear(self, connection: Connection, process: subprocess.Popen[bytes]) -> None:
        try:
            while True:
                if connection.poll(1.0):
                    self._heard(frames.said(connection.recv_bytes()))
                elif self._hangs():
                    log.error("%s hangs, and is killed", self.name)
                    process.kill()
        except (EOFError, OSError):
            if not self._stopping.is_set():
                process.terminate()  # it says no more: whatever it does, it is to end
            with self._changed:
                self._changed.notify_all()

    def _heard(self, said: frames.Said) -> None:
        with self._changed:
            self._asked_at = None
        match said:
            case frames.Done(count):
                self._reported(Report(done=self._is_done(count)))
            case frames.Told(findings, alerts):
                self._reported(Report(findings=findings, alerts=alerts))
            case frames.Strays(owners):
                self._reported(Report(owners=owners))
            case frames.Ready(devices):
                self._reported(Report(owners=dict.fromkeys(devices, self.number)))
                with self._changed:
                    self._ready, self._down = True, ""
                    self._changed.notify_all()
            case frames.Alive():
                pass

    def _is_done(self, count: int) -> list[Message]:
        with self._changed:
            self._busy_since = time.monotonic()
            done = [self._out.popleft() for _ in range(count)]
            while count:
                part = min(count, self._parts[0])
                self._parts[0] -= part
                count -= part
                if not self._parts[0]:
                    self._parts.popleft()
            self._changed.notify_all()
            return done


def _sent(connection: Connection, frame: frames.Handed) -> bool:
    try:
        connection.send_bytes(frames.encode(frame))
    except OSError:  # it has ended
        return False
    return True
