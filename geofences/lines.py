"""The nearest point of many lines to many positions, each position asking one line, in metres.

A line is given as vertices so near to each other (`centreline.PIECE_M`) that the chord through the
earth between two of them is the line. Runs of RUN pieces are held in a ball each, and groups of
GROUP runs again. By the triangle inequality only the balls that reach nearer than the nearest known
point can hold the nearest one, so all others are passed over: exact, without a projection.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from geofences.earth import Array, Index, Mask

RUN = 16
GROUP = 16
BLOCK = 1024
"""Positions at once: bounds the memory."""


class Lines:
    """Immutable. `xyz` (n, 3): earth-centred vertices of all parts of all lines; `first`, `end`
    (p): each part's vertices; `line` (p): whose part it is, rising from 0; `reached` (n): metres
    along the line to each vertex, None where nobody asks for them (they are 0 then). Each part has
    two vertices or more, each line a part or more.
    """

    def __init__(
        self, xyz: Array, first: Index, end: Index, line: Index, reached: Array | None = None
    ) -> None:
        pieces = end - first - 1
        runs = -(-pieces // RUN)
        part = np.repeat(np.arange(len(line)), runs)
        turn = np.arange(len(part)) - np.repeat(np.cumsum(runs) - runs, runs)
        # Filled up with the part's last vertex: pieces of no length, that can only tie.
        within = np.minimum(turn[:, None] * RUN + np.arange(RUN + 1), pieces[part][:, None])
        vertex = first[part][:, None] + within
        self._xyz = xyz[vertex]
        self._reached = None if reached is None else reached[vertex]
        self._opens = turn == 0
        # A ball's centre is a vertex, so its distance bounds the answer from above.
        self._ball = np.ascontiguousarray(self._xyz[:, RUN // 2])
        self._radius = _norm(self._xyz - self._ball[:, None]).max(axis=1)
        self._group(line[part])

    def _group(self, owner: Index) -> None:
        """Groups of runs of one line each. `owner`: each run's line."""
        count = int(owner[-1]) + 1 if len(owner) else 0
        runs = np.bincount(owner, minlength=count)
        groups = -(-runs // GROUP)
        self._groups = np.concatenate(([0], np.cumsum(groups)))
        mine = np.repeat(np.arange(count), groups)
        turn = np.arange(len(mine)) - self._groups[mine]
        start = (np.cumsum(runs) - runs)[mine] + turn * GROUP
        self._runs = np.append(start, len(owner))
        middle = (start + self._runs[1:]) // 2
        self._wide_ball = self._ball[middle]
        group = np.repeat(np.arange(len(start)), np.diff(self._runs))
        reach = _norm(self._ball - self._wide_ball[group]) + self._radius
        self._wide_radius = np.maximum.reduceat(reach, start) if len(start) else reach

    def nearest(self, points: Array, line: Index) -> tuple[Array, Array]:
        """For each of the points (n, 3): chord metres to its line, and metres along that to the
        nearest point; of several equally near the first."""
        apart, along = np.empty(len(points)), np.empty(len(points))
        for here in _blocks(len(points)):
            who, _, gap, reached, _ = self._feet(points[here], line[here], 0.0)
            best = _first_least(who, gap)
            apart[here], along[here] = gap[best], reached[best]
        return apart, along

    def stretches(
        self, points: Array, line: Index, within: Array
    ) -> Iterator[tuple[slice, Index, Array, Array]]:
        """The points where a line comes nearest to a position and goes away again, as far as they
        are at most `within` metres further off than the nearest: for each block of positions (its
        slice, position in it, chord metres, metres along the line), by position, then along it."""
        for here in _blocks(len(points)):
            who, run, gap, reached, share = self._feet(points[here], line[here], within[here])
            least = gap[_first_least(who, gap)]
            # Along one piece the distance falls to its foot and rises again. So a foot within a
            # piece is one, and a foot at an end if it is the next piece's too.
            meets = (who[1:] == who[:-1]) & (
                (run[1:] == run[:-1]) | ((run[1:] == run[:-1] + 1) & ~self._opens[run[1:]])
            )
            falls = np.ones(len(gap), dtype=bool)
            falls[1:] = (share[1:] > 0.0) | ~meets | (share[:-1] == 1.0)
            rises = np.ones(len(gap), dtype=bool)
            rises[:-1] = (share[:-1] < 1.0) | ~meets | (share[1:] == 0.0)
            turns = np.flatnonzero(falls & rises & (gap <= least[who] + within[here][who]))
            yield here, who[turns], gap[turns], reached[turns]

    def _feet(
        self, points: Array, line: Index, within: Array | float
    ) -> tuple[Index, Index, Array, Array, Array]:
        """(position, run, chord metres, metres along, share of the piece) of the nearest point of
        each piece that may hold the nearest of all, or one at most `within` further off; by
        position, then along."""
        slack = np.broadcast_to(within, len(points))
        who, group = _expand(np.arange(len(points)), self._groups[line], self._groups[line + 1])
        apart = _norm(points[who] - self._wide_ball[group])
        bound = _least(who, apart, len(points)) + slack
        near = apart - self._wide_radius[group] <= bound[who]
        who, group = who[near], group[near]
        who, run = _expand(who, self._runs[group], self._runs[group + 1])
        apart = _norm(points[who] - self._ball[run])
        bound = np.minimum(bound, _least(who, apart, len(points)) + slack)
        near = apart - self._radius[run] <= bound[who]
        who, run = who[near], run[near]
        return self._pieces(points, who, run)

    def _pieces(
        self, points: Array, who: Index, run: Index
    ) -> tuple[Index, Index, Array, Array, Array]:
        vertex = self._xyz[run]
        step = np.diff(vertex, axis=1)
        foot = points[who][:, None] - vertex[:, :-1]
        length2 = np.einsum("rpc,rpc->rp", step, step)
        share = np.einsum("rpc,rpc->rp", foot, step) / np.where(length2 > 0, length2, 1.0)
        np.clip(share, 0.0, 1.0, out=share)
        foot -= share[:, :, None] * step
        gap = np.sqrt(np.einsum("rpc,rpc->rp", foot, foot)).ravel()
        if self._reached is None:
            along = np.zeros(len(gap))
        else:
            reached = self._reached[run]
            along = (reached[:, :-1] + share * np.diff(reached, axis=1)).ravel()
        return np.repeat(who, RUN), np.repeat(run, RUN), gap, along, share.ravel()


def _norm(vectors: Array) -> Array:
    length: Array = np.sqrt(np.einsum("...c,...c->...", vectors, vectors))
    return length


def _blocks(count: int) -> Iterator[slice]:
    for start in range(0, count, BLOCK):
        yield slice(start, start + BLOCK)


def _expand(who: Index, first: Index, end: Index) -> tuple[Index, Index]:
    """Pairs (who, each number from first up to end)."""
    many = end - first
    ends = np.cumsum(many)
    number = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(first - ends + many, many)
    return np.repeat(who, many), number


def _starts(group: Index) -> Index:
    first: Mask = np.ones(len(group), dtype=bool)
    first[1:] = group[1:] != group[:-1]
    return np.flatnonzero(first)


def _least(group: Index, value: Array, count: int) -> Array:
    """The least value of each group, of which there are `count`, in order and none empty."""
    return np.minimum.reduceat(value, _starts(group)) if count else np.zeros(0)


def _first_least(group: Index, value: Array) -> Index:
    """For each run of equal `group`s the index of its least `value`, the first where they tie."""
    starts = _starts(group)
    if not len(starts):
        return starts
    least = np.minimum.reduceat(value, starts)
    hits = np.flatnonzero(value == np.repeat(least, np.diff(np.append(starts, len(group)))))
    return hits[_starts(group[hits])]
