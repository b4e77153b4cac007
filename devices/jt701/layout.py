"""Fields in a row: the one description of a binary part that decoder and explanation both read."""

from __future__ import annotations

from itertools import accumulate
from struct import Struct, calcsize
from typing import Any


class Layout:
    """`Layout("mileage I, imei 8s")`: names and struct codes, big-endian.

    names: of the fields. ends: the offset behind each. struct: reads all of them.
    """

    def __init__(self, text: str) -> None:
        fields = [field.split() for field in text.split(",")]
        self.names = tuple(name for name, _ in fields)
        self.struct = Struct(">" + "".join(code for _, code in fields))
        self.ends = tuple(accumulate(calcsize(">" + code) for _, code in fields))

    @property
    def size(self) -> int:
        return self.struct.size

    def partly(self, raw: bytes) -> tuple[tuple[Any, ...], bytes]:
        """The fields that are there whole, None for each of the others, and what is left over."""
        there = sum(end <= len(raw) for end in self.ends)
        used = self.ends[there - 1] if there else 0
        values = self.struct.unpack(raw[:used].ljust(self.size, b"\0"))
        return values[:there] + (None,) * (len(self.names) - there), raw[used:]
