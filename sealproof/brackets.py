"""When entries were appended, as others saw the log grow, against when they say it was.

If trees of n1 <= index < n2 entries were seen outside at T1 and T2, the entry was appended after T1
and not after T2, whatever clock the tracker had. A lower bound is as good as the log's habit of
showing the newest tree: one that was shown late puts T1 too late. So what is outside is flagged for
a person to judge, not called broken.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import groupby

from sealproof.anchors import Anchor
from sealproof.history import HistoryEntry

SKEW = timedelta(minutes=5)
"""How far clocks may differ before a time is called wrong: what Kerberos allows (RFC 4120, 8.2)."""


@dataclass(frozen=True)
class Bracket:
    """Appended after `after`, not after `before`; None where nobody outside says so."""

    after: datetime | None
    before: datetime | None


class Brackets:
    """The brackets that these checkpoints give; each holds for all entries between two sizes."""

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        by_size = sorted(
            (anchor for anchor in anchors if anchor.seen), key=lambda anchor: anchor.size
        )
        seen = [
            (size, sorted(sighting.at for anchor in group for sighting in anchor.seen))
            for size, group in groupby(by_size, key=lambda anchor: anchor.size)
        ]
        self._sizes = [size for size, _ in seen]
        self._brackets = list(_brackets([times for _, times in seen]))

    def of(self, index: int) -> Bracket:
        return self._brackets[bisect_right(self._sizes, index)]


def _brackets(times: Sequence[Sequence[datetime]]) -> Iterator[Bracket]:
    """One before the first size, between any two, and after the last."""
    befores: list[datetime | None] = [None]
    for those in reversed(times):  # a greater tree that was seen earlier holds the smaller ones too
        befores.append(those[0] if befores[-1] is None else min(those[0], befores[-1]))
    befores.reverse()
    waiting: list[datetime] = []
    after: datetime | None = None
    for number, before in enumerate(befores):
        while waiting and (before is None or waiting[0] < before):
            after = heappop(waiting)
        yield Bracket(after, before)
        if number < len(times):
            for at in times[number]:
                heappush(waiting, at)


def wrong_time(what: str, at: datetime, known: Bracket) -> str | None:
    """What is wrong with an entry (`what`) that says it was recorded more than SKEW outside its
    bracket.
    """
    if known.after is not None and at < known.after - SKEW:
        return (
            f"back-dated: {what} says that it was recorded at {at.isoformat()}, and it was "
            f"appended after {known.after.isoformat()}"
        )
    if known.before is not None and at > known.before + SKEW:
        return (
            f"post-dated: {what} says that it was recorded at {at.isoformat()}, and it was "
            f"there by {known.before.isoformat()}"
        )
    return None


def wrong_times(entries: Iterable[HistoryEntry], brackets: Brackets) -> Iterator[str]:
    """Of each entry whose time is outside its bracket: what is wrong."""
    for entry in entries:
        wrong = wrong_time(entry.id, entry.recorded_at, brackets.of(entry.index))
        if wrong is not None:
            yield wrong
