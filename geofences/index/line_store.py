"""Lines that come and go: each is packed with others, and never packed anew for each that comes.

What comes together makes a part. Whenever the last part has grown as large as the one before it,
the two are packed into one: so a line is packed again only as often as the number of lines doubles,
and there are few parts to ask. A part half of whose lines are gone is packed without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from geofences.geometry.centreline import Centreline, lines
from geofences.geometry.earth import Index
from geofences.geometry.lines import Lines
from geofences.index.growing import room


class _Part:
    """numbers: of the lines that were packed, in this order; some of them may be gone."""

    def __init__(self, numbers: list[int], packed: Lines) -> None:
        self.numbers, self.packed, self.gone = numbers, packed, 0


class LineStore:
    """Lines by number; equal objects share a number until the last of them goes. One thread."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self._held: list[Centreline | None] = []
        self._uses: list[int] = []
        self._free: list[int] = []
        self._numbers: dict[int, int] = {}  # id of the centreline -> its number
        self._where: Index = np.zeros((0, 2), dtype=np.intp)  # part, and which of its lines

    def copy(self) -> LineStore:
        """Another that shares what is packed."""
        made = LineStore()
        for part in self._parts:
            same = _Part(list(part.numbers), part.packed)
            same.gone = part.gone
            made._parts.append(same)
        made._held, made._uses, made._free = [*self._held], [*self._uses], [*self._free]
        made._numbers, made._where = dict(self._numbers), self._where.copy()
        return made

    def add(self, many: Sequence[Centreline]) -> list[int]:
        """Their numbers."""
        new = list[int]()
        numbers = [self._number(line, new) for line in many]
        if new:
            self._pack(len(self._parts), new)
            while self._last_outgrew():
                place = len(self._parts) - 2
                both = [*self._living(place), *self._living(place + 1)]
                self._parts.pop()
                self._pack(place, both)
        return numbers

    def drop(self, number: int) -> None:
        """One of those who added the line needs it no more."""
        self._uses[number] -= 1
        line = self._held[number]
        if self._uses[number] or line is None:
            return
        del self._numbers[id(line)]
        self._held[number] = None
        self._free.append(number)
        place = int(self._where[number, 0])
        self._where[number] = -1
        part = self._parts[place]
        part.gone += 1
        if 2 * part.gone > len(part.numbers):
            self._pack(place, self._living(place))

    def split(self, number: Index) -> Iterator[tuple[Index, Index, Lines]]:
        """Of the lines asked for, part by part: which of the questions, which of its lines."""
        where = self._where.take(number, axis=0)
        part, line = where.T
        asked = np.unique(part).tolist()
        if len(asked) == 1:
            yield np.arange(len(number)), line, self._parts[asked[0]].packed
            return
        for place in asked:
            here = (part == place).nonzero()[0]
            yield here, line[here], self._parts[place].packed

    def _number(self, line: Centreline, new: list[int]) -> int:
        number = self._numbers.get(id(line))
        if number is None:
            number = self._free.pop() if self._free else len(self._held)
            if number == len(self._held):
                self._held.append(None)
                self._uses.append(0)
                self._where = room(self._where, number + 1)
            self._held[number], self._numbers[id(line)] = line, number
            new.append(number)
        self._uses[number] += 1
        return number

    def _last_outgrew(self) -> bool:
        sizes = [len(part.numbers) for part in self._parts[-2:]]
        return len(sizes) > 1 and sizes[1] >= sizes[0]

    def _living(self, place: int) -> list[int]:
        """Those of a part that are not gone; their numbers may be another line's by now."""
        numbers = self._parts[place].numbers
        here = self._where[numbers] == np.column_stack(
            (np.full(len(numbers), place), np.arange(len(numbers)))
        )
        return [
            number
            for number, lives in zip(numbers, here.all(axis=1).tolist(), strict=True)
            if lives
        ]

    def _pack(self, place: int, numbers: list[int]) -> None:
        held = [line for number in numbers if (line := self._held[number]) is not None]
        self._parts[place:] = [_Part(numbers, lines(held)), *self._parts[place + 1 :]]
        self._where[numbers, 0] = place
        self._where[numbers, 1] = np.arange(len(numbers))
