"""Corridors as the atlas asks them: each position is held against one, all of a batch at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.corridor import Corridor
from geofences.errors import UnknownCorridor
from geofences.geometry.centreline import lines
from geofences.geometry.earth import Array, Index, chord_to_arc, ecef
from geofences.geometry.lines import Lines

BACKWARDS = 4.0
"""A metre back counts as much as so many forward. Above 3, so that a truck on a route out and back
over one road is not taken to go back when it has passed the turning point between two fixes."""
ASIDE = 2.0
"""A metre further off than the nearest stretch counts as much as so many metres along: in a bend
the nearest place is meant, not the one before it."""


class CorridorIndex:
    """Immutable once made, so threads may share it. Gates and lines are those of `corridors`, in
    their order; the lines of the first ones may be another CorridorIndex' (see `extended`)."""

    def __init__(self, corridors: Iterable[Corridor], default_half_width_m: float) -> None:
        self.corridors = tuple(corridors)
        self._default_m = default_half_width_m
        self._parts: tuple[tuple[int, Lines], ...] = ((0, _lines(self.corridors)),)
        self._index()

    def _index(self) -> None:
        self._number: dict[str | None, int] = {
            corridor.id: number for number, corridor in enumerate(self.corridors)
        }
        self._number[None] = -1
        widths = [corridor.half_width_m or self._default_m for corridor in self.corridors]
        self._width_m = np.array(widths, dtype=np.float64)
        self._buffers: NDArray[Any] = np.array(
            [one.inner_buffer(width) for one, width in zip(self.corridors, widths, strict=True)],
            dtype=object,
        )

    def extended(self, corridors: Iterable[Corridor]) -> CorridorIndex:
        """With these besides: the lines of the first are shared, only the rest is made anew."""
        more = (*self.corridors, *corridors)
        base, shared = len(self.corridors), self._parts[0]
        if len(self._parts) > 1:
            base = self._parts[1][0]
        if len(more) > 2 * base:
            return CorridorIndex(more, self._default_m)
        made = CorridorIndex.__new__(CorridorIndex)
        made.corridors, made._default_m = more, self._default_m
        made._parts = (shared, (base, _lines(more[base:])))
        made._index()
        return made

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

    def _split(self, number: Index) -> Iterable[tuple[Index, Index, Lines]]:
        for nth, (start, part) in enumerate(self._parts):
            later = self._parts[nth + 1 :]
            end = later[0][0] if later else len(self.corridors)
            here = np.flatnonzero((number >= start) & (number < end))
            if len(here):
                yield here, number[here] - start, part


def _lines(corridors: Sequence[Corridor]) -> Lines:
    return lines([corridor.centreline for corridor in corridors])


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
