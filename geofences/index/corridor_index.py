"""Corridors as the atlas asks them: each position is held against one, all of a batch at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.corridor import Corridor
from geofences.errors import UnknownCorridor
from geofences.geometry.earth import Array, Index, chord_to_arc, ecef
from geofences.geometry.lines import Lines
from geofences.index.growing import room
from geofences.index.line_store import LineStore

BACKWARDS = 4.0
"""A metre back counts as much as so many forward. Above 3, so that a truck on a route out and back
over one road is not taken to go back when it has passed the turning point between two fixes."""
ASIDE = 2.0
"""A metre further off than the nearest stretch counts as much as so many metres along: in a bend
the nearest place is meant, not the one before it."""


class CorridorIndex:
    """Of one thread while corridors come and go. Their numbers are those in which they came, but a
    number that is free is used again.
    """

    def __init__(self, corridors: Iterable[Corridor], default_half_width_m: float) -> None:
        self._default_m = default_half_width_m
        self._number: dict[str | None, int] = {None: -1}
        self._free: list[int] = []
        self._lines = LineStore()
        self._line: Index = np.zeros(0, dtype=np.intp)
        self._width_m: Array = np.zeros(0)
        self._buffers: NDArray[Any] = np.zeros(0, dtype=object)
        self.add(corridors)

    def copy(self) -> CorridorIndex:
        """Another with the same, whose lines are not packed anew."""
        made = CorridorIndex((), self._default_m)
        made._number, made._free = dict(self._number), [*self._free]
        made._lines, made._line = self._lines.copy(), self._line.copy()
        made._width_m, made._buffers = self._width_m.copy(), self._buffers.copy()
        return made

    def add(self, corridors: Iterable[Corridor]) -> None:
        """Their ids are new here. What there is already is not made anew."""
        many = list(corridors)
        drawn = self._lines.add([one.centreline for one in many])
        for corridor, line in zip(many, drawn, strict=True):
            number = self._free.pop() if self._free else len(self._number) - 1
            self._number[corridor.id] = number
            self._room(number + 1)
            width = corridor.half_width_m or self._default_m
            self._line[number], self._width_m[number] = line, width
            self._buffers[number] = corridor.inner_buffer(width)

    def remove(self, ids: Iterable[str]) -> None:
        """Raises KeyError for one that is not here."""
        for name in ids:
            number = self._number.pop(name)
            self._lines.drop(int(self._line[number]))
            self._buffers[number] = None
            self._free.append(number)

    def _room(self, size: int) -> None:
        if size > len(self._width_m):
            self._line, self._width_m = room(self._line, size), room(self._width_m, size)
            self._buffers = room(self._buffers, size)

    def numbers(self, named: Sequence[str | None]) -> Index:
        """Raises UnknownCorridor; None is -1."""
        numbers = map(self._number.__getitem__, named)
        try:
            return np.fromiter(numbers, dtype=np.intp, count=len(named))
        except KeyError as error:
            raise UnknownCorridor(error.args[0]) from None

    def within(self, number: Index, x: Array, y: Array) -> NDArray[np.bool_]:
        """Whether each position is surely on its corridor; who is not needs the metres."""
        surely: NDArray[np.bool_] = shapely.contains_xy(self._buffers.take(number), x, y)
        return surely

    def offsets(self, number: Index, x: Array, y: Array) -> tuple[Array, Array]:
        """(metres to its corridor, metres along that), as `Corridor.offsets`."""
        points = np.array(ecef(y, x))
        chord, progress = np.empty(len(number)), np.empty(len(number))
        for here, line, part in self._split(number):
            chord[here], progress[here] = part.nearest(points[:, here], line)
        return chord_to_arc(chord), progress

    def on(self, number: Index, offset_m: Array) -> NDArray[np.bool_]:
        return offset_m <= self._width_m[number]

    def continued(
        self, number: Index, x: Array, y: Array, last_m: Array, claimed_m: Array
    ) -> tuple[Array, Array, dict[int, tuple[float, ...]]]:
        """As `offsets`, but where several stretches of the corridor are about equally near the
        progress is on the one that continues `last_m`: those no more than the half-width, or the
        accuracy claimed if that is more, further off than the nearest. The offset is to the
        nearest. And, by number, the progress on each of those that were not chosen."""
        points = np.array(ecef(y, x))
        within = np.maximum(self._width_m[number], claimed_m)
        offset, progress = np.empty(len(number)), np.empty(len(number))
        others: dict[int, tuple[float, ...]] = {}
        for here, line, part in self._split(number):
            least, chosen, more = _continue(part, points[:, here], line, within[here], last_m[here])
            offset[here], progress[here] = least, chosen
            others |= {int(here[nth]): stretches for nth, stretches in more.items()}
        return chord_to_arc(offset), progress, others

    def _split(self, number: Index) -> Iterator[tuple[Index, Index, Lines]]:
        yield from self._lines.split(self._line.take(number))


def _continue(
    part: Lines, points: Array, line: Index, within: Array, last_m: Array
) -> tuple[Array, Array, dict[int, tuple[float, ...]]]:
    """(chord metres to the nearest point, metres along to where the last progress goes on, the
    other places that come into question)."""
    least, chosen = np.empty(len(line)), np.empty(len(line))
    others: dict[int, tuple[float, ...]] = {}
    for here, who, gap, along in part.stretches(points, line, within):
        starts = np.flatnonzero(np.concatenate(([True], who[1:] != who[:-1])))
        nearest = np.minimum.reduceat(gap, starts)
        step = along - last_m[here][who]
        cost = np.where(step < 0, -BACKWARDS * step, step) + ASIDE * (gap - nearest[who])
        order = np.lexsort((cost, who))
        least[here], chosen[here] = nearest, along[order[starts]]
        ends = np.append(starts[1:], len(who))
        for nth in np.flatnonzero(ends - starts > 1).tolist():
            more = order[starts[nth] + 1 : ends[nth]]  # the first of its order is the chosen
            others[here.start + nth] = tuple(sorted(along[more].tolist()))
    return least, chosen, others
