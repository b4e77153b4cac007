"""When each scope must be ticked: a heap, so that asking costs nothing for those that wait."""

from __future__ import annotations

import heapq
from datetime import datetime


class Timers:
    """One time for each scope. A time that was set anew stays in the heap until it comes to the
    top; there it is recognised by not being the scope's own any more.
    """

    def __init__(self) -> None:
        self._at: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []

    def set(self, scope: str, at: datetime | None) -> None:
        """The scope's timer runs out then; None: it has none."""
        if at is None:
            self._at.pop(scope, None)
        elif self._at.get(scope) != at:
            self._at[scope] = at
            heapq.heappush(self._heap, (at, scope))
            if len(self._heap) > 2 * len(self._at) + 64:
                self._heap = [(when, name) for name, when in self._at.items()]
                heapq.heapify(self._heap)

    def clear(self) -> None:
        self._at.clear()
        self._heap.clear()

    def runs(self, scope: str) -> bool:
        """The scope has a timer, run out or not."""
        return scope in self._at

    def first(self) -> datetime | None:
        """When the first runs out; None if none runs."""
        heap = self._heap
        while heap and self._at.get(heap[0][1]) != heap[0][0]:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def due(self, now: datetime) -> list[str]:
        """The scopes whose timers have run out, the first of them first. They stay until they are
        set anew.
        """
        out = list[tuple[datetime, str]]()
        while (at := self.first()) is not None and at <= now:
            top = heapq.heappop(self._heap)
            if top not in out[-1:]:  # the same time may have been set twice
                out.append(top)
        for entry in out:
            heapq.heappush(self._heap, entry)
        return [scope for _, scope in out]
