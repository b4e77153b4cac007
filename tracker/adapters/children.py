"""Processes of our own beside us: started again when they end, ended when we do."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from tracker.adapters.broker import tether


def tethered(command: Sequence[str]) -> list[str]:
    """The command such that on Linux its process ends when the thread ends that started it."""
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *command]


def ended(process: subprocess.Popen[Any], within_s: float) -> str:
    """Ends it, if it has not ended: asked first, then killed. How it ended."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(within_s)
        except subprocess.TimeoutExpired:
            process.kill()
    return f"exit code {process.wait()}"


def keep_running(
    run_once: Callable[[], str],
    stopping: threading.Event,
    told: Callable[[str, float], None],
    *,
    first_s: float,
    longest_s: float,
) -> None:
    """Run it again and again until `stopping`, with pauses that double from `first_s` up to
    `longest_s`, until it has run for that long. run_once: returns how it ended. told: how it ended,
    and in how many seconds it is started again.
    """
    delay = first_s
    while not stopping.is_set():
        began = time.monotonic()
        try:
            ending = run_once()
        except OSError as error:  # no memory or no process to be had just now
            ending = str(error)
        if stopping.is_set():
            return
        if time.monotonic() - began > longest_s:
            delay = first_s
        told(ending, delay)
        stopping.wait(delay)
        delay = min(delay * 2, longest_s)
