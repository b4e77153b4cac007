"""Waiting for a condition, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 60.0
"""For what must come: so much only tells that it never will, however busy the machine is."""


def wait_for(
    condition: Callable[[], T],
    timeout: float = PATIENCE_S,
    *,
    what: Callable[[], object] | str = "the condition",
    poll_s: float = 0.02,
    progress: Callable[[], object] = lambda: None,
) -> T:
    """The first true answer of `condition`. Asserts that one comes within `timeout` seconds, or
    that `progress` answers otherwise each time these are over: much work may take much time.

    what: what was waited for; a callable is asked only on failure.
    """
    deadline, before = time.monotonic() + timeout, progress()
    while not (answer := condition()):
        if time.monotonic() > deadline:
            now = progress()
            if now != before:
                deadline, before = time.monotonic() + timeout, now
                continue
            said = what if isinstance(what, str) else what()
            raise AssertionError(f"not within {timeout:g} s: {said}")
        time.sleep(poll_s)
    return answer
