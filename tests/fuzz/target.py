"""One thing to be fuzzed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

Seeds = Callable[[], Sequence[bytes]]


class Target(NamedTuple):
    """`check` raises for bytes that make the program break its word; `seeds` are bytes to begin
    with, of which it keeps it.
    """

    name: str
    seeds: Seeds
    check: Callable[[bytes], None]
