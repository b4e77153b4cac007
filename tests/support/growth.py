"""How what something costs grows with its size: as a ratio within one run, never in seconds.

assert growth(decode, lambda size: b"(" * size, 2**20) < LINEAR
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PARTS = 16
LINEAR = 5.0
"""What grows with the size alone has a growth of about 1, what grows with its square one of 16."""


def growth(do: Callable[[T], object], make: Callable[[int], T], size: int, turns: int = 5) -> float:
    """What `do` costs for one of `size`, over what it costs for PARTS of a PARTS-th of it.

    In processor time of this thread, so that others on the machine do not count. Both take turns
    until that is clear, and of each the cheapest counts: what disturbs only makes it dearer.
    """
    whole, part = make(size), make(size // PARTS)
    do(part)  # the first call may have to import, or compile, something
    wholes, parts = [], []
    for _ in range(turns):
        wholes.append(_cost(do, whole, 1))
        parts.append(_cost(do, part, PARTS))
        if min(wholes) < min(parts) * LINEAR / 2:
            break
    return min(wholes) / min(parts)


def _cost(do: Callable[[T], object], given: T, times: int) -> float:
    gc.collect()
    gc.disable()  # a collection falls on whoever happens to be at work
    try:
        began = time.thread_time()
        for _ in range(times):
            do(given)
        return time.thread_time() - began
    finally:
        gc.enable()
