"""Runs of seal numbers, as they come in boxes: MX000100 to MX000199."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from tracker.domain.errors import UsageError
from tracker.domain.shipment import SealNumber
from tracker.domain.spelling import key_of, same

MOST_AT_ONCE = 10_000
"""Numbers issued by one entry, at most: a slip in one digit should not fill the inventory. Ours;
bolt seals come in boxes of some hundreds.
"""


class SealRange(NamedTuple):
    """Numbers of one prefix, whose last `width` digits count from `first` to `last`."""

    prefix: str
    width: int
    first: int
    last: int

    def __str__(self) -> str:
        start, end = self.written(self.first), self.written(self.last)
        return start if start == end else f"{start} to {end}"

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def written(self, value: int) -> str:
        return f"{self.prefix}{value:0{self.width}d}" if self.width else self.prefix

    def numbers(self) -> Iterator[str]:
        return map(self.written, range(self.first, self.last + 1))

    def common(self, other: SealRange) -> SealRange | None:
        """What is in both; None if nothing is."""
        if not same(self.prefix, other.prefix):
            return None
        if self.width != other.width and key_of(self.prefix):  # zeros before digits alone are none
            return None
        first, last = max(self.first, other.first), min(self.last, other.last)
        return SealRange(self.prefix, self.width, first, last) if first <= last else None


def seal_range(first: str, last: str | None = None) -> SealRange:
    """Raises UsageError if one is no seal number, or they do not differ in their last digits alone,
    upwards, by less than MOST_AT_ONCE.
    """
    start, end = _checked(first), _checked(last or first)
    if start[:2] != end[:2]:
        raise UsageError(
            f"{first} and {last} differ in more than their last digits",
            mend="write both with the same letters and leading zeros: MX000100 MX000199",
        )
    found = SealRange(start[0], start[1], start[2], end[2])
    if found.size < 1:
        raise UsageError(f"{last} comes before {first}", mend="swap them")
    if found.size > MOST_AT_ONCE:
        raise UsageError(
            f"{found} are {found.size} numbers, more than {MOST_AT_ONCE} at once",
            mend="issue them box by box",
        )
    return found


def _checked(number: str) -> tuple[str, int, int]:
    try:
        msgspec.convert(number, SealNumber)
    except msgspec.ValidationError:
        raise UsageError(
            f"{number!r} is no seal number",
            mend="1 to 21 letters, digits or '-', not all zeros",
        ) from None
    return _split(number)


def _split(number: str) -> tuple[str, int, int]:
    """Prefix, count of last digits, their value."""
    digits = re.search(r"[0-9]*$", number)
    tail = digits[0] if digits else ""
    return number.removesuffix(tail), len(tail), int(tail or 0)


def runs(numbers: Iterable[str]) -> list[SealRange]:
    """The same numbers as runs without holes, in order."""
    found: list[SealRange] = []
    for prefix, width, value in sorted(map(_split, numbers)):
        before = found[-1] if found else None
        if before and (before.prefix, before.width, before.last + 1) == (prefix, width, value):
            found[-1] = before._replace(last=value)
        else:
            found.append(SealRange(prefix, width, value, value))
    return found
