"""A process of our own that is kept running: started again when it ends, ended when we do."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable, Sequence
from types import TracebackType

from tracker.adapters.children import ended, keep_running, tethered

log = logging.getLogger(__name__)
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
"""Between its end and its next start: doubling, until it has run for the longest of them."""
STOP_S = 10.0
"""How long it may take to end when it is asked to."""


class KeptProcess:
    """name: for the log. command: the program with its arguments; what it says goes where ours
    goes. ready: called before it is started for the first time.
    """

    def __init__(
        self, name: str, command: Sequence[str], *, ready: Callable[[], None] = lambda: None
    ) -> None:
        self.name, self._command, self._ready = name, list(command), ready
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        # On Linux the child gets its signal when the thread that forked it ends: so one thread
        # starts it, and lives as long as it is wanted.
        self._keeper = threading.Thread(target=self._keep, name=f"keep-{name}", daemon=True)

    @property
    def pid(self) -> int | None:
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def __enter__(self) -> KeptProcess:
        self._ready()
        self._keeper.start()
        return self

    def __exit__(
        self, _k: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._keeper.join()

    def _keep(self) -> None:
        keep_running(
            self._run_once,
            self._stopping,
            self._tell,
            first_s=FIRST_DELAY_S,
            longest_s=LONGEST_DELAY_S,
        )

    def _tell(self, ending: str, delay_s: float) -> None:
        log.error("%s ended (%s); starting it again in %.1f s", self.name, ending, delay_s)

    def _run_once(self) -> str:
        """Start it and stay until it ends or is to end; how it ended."""
        process = self._process = subprocess.Popen(  # noqa: S603 - our own program
            tethered(self._command),
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us, who then end it
        )
        while process.poll() is None and not self._stopping.wait(0.1):
            pass
        return ended(process, STOP_S)
