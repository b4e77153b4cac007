"""The nearest point of many lines to many positions, each position asking one line, in metres.

A line is given as vertices so near to each other (`centreline.PIECE_M`) that the chord through the
earth between two of them is the line. Runs of RUN pieces are held in a ball each, and groups of
GROUP runs again. By the triangle inequality only the balls that reach nearer than the nearest known
point can hold the nearest one, so all others are passed over: exact, without a projection.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from geofences.geometry.earth import Array, Index, Mask

RUN = 12
GROUP = 10
BLOCK = 1024
"""Positions at once: bounds the memory."""


class Lines:
    """Immutable. `xyz` (3, n): earth-centred vertices of all parts of all lines; `first`, `end`
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
        self._xyz = xyz.take(vertex, axis=1)
        self._reached = None if reached is None else reached[vertex]
        self._opens = turn == 0
        # A ball's centre is a vertex, so its distance bounds the answer from above.
        self._ball = np.ascontiguousarray(self._xyz[:, :, RUN // 2])
        self._radius = _norm(self._xyz - self._ball[:, :, None]).max(axis=1)
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
        self._wide_ball = self._ball.take(middle, axis=1)
        group = np.repeat(np.arange(len(start)), np.diff(self._runs))
        reach = _norm(self._ball - self._wide_ball.take(group, axis=1)) + self._radius
        self._wide_radius = np.maximum.reduceat(reach, start) if len(start) else reach

    def nearest(self, points: Array, line: Index) -> tuple[Array, Array]:
        """For each of the points (3, n): chord metres to its line, and metres along that to the
        nearest point; of several equally near the first."""
        apart, along = np.empty(len(line)), np.empty(len(line))
        for here in _blocks(len(line)):
            who, _, gap, reached, _ = self._feet(points[:, here], line[here], 0.0)
            piece = gap.argmin(axis=1)
            least = gap[np.arange(len(gap)), piece]
            run = _first_least(who, least)
            apart[here], along[here] = least[run], reached[run, piece[run]]
        return apart, along

    def stretches(
        self, points: Array, line: Index, within: Array
    ) -> Iterator[tuple[slice, Index, Array, Array]]:
        """The points where a line comes nearest to a position and goes away again, as far as they
        are at most `within` metres further off than the nearest: for each block of positions (its
        slice, position in it, chord metres, metres along the line), by position, then along it."""
        for here in _blocks(len(line)):
            who, run, gap, reached, share = self._feet(points[:, here], line[here], within[here])
            # Along one piece the distance falls to its foot and rises again. So a foot within a
            # piece is one, and a foot at an end if it is the next piece's too.
            falls, rises = share > 0.0, share < 1.0
            falls[:, 1:] |= share[:, :-1] == 1.0
            rises[:, :-1] |= share[:, 1:] == 0.0
            apart = (who[1:] != who[:-1]) | (run[1:] != run[:-1] + 1) | self._opens.take(run[1:])
            falls[1:, 0] |= apart | (share[:-1, -1] == 1.0)
            rises[:-1, -1] |= apart | (share[1:, 0] == 0.0)
            falls[:1, 0] = rises[-1:, -1] = True
            most = _least(who, gap.min(axis=1), len(line[here])) + within[here]
            row, piece = np.nonzero(falls & rises & (gap <= most.take(who)[:, None]))
            yield here, who[row], gap[row, piece], reached[row, piece]

    def _feet(
        self, points: Array, line: Index, within: Array | float
    ) -> tuple[Index, Index, Array, Array, Array]:
        """The runs that may hold the nearest point of all, or one at most `within` further off, by
        position, then along: position and run (r), and of the nearest point of each of its pieces
        chord metres, metres along and the share of the piece (r, RUN)."""
        count = len(line)
        who, group = _expand(np.arange(count), self._groups.take(line), self._groups.take(line + 1))
        apart = _norm(points.take(who, axis=1) - self._wide_ball.take(group, axis=1))
        bound = _least(who, apart, count) + within
        near = (apart - self._wide_radius.take(group) <= bound.take(who)).nonzero()[0]
        who, group = who.take(near), group.take(near)
        who, run = _expand(who, self._runs.take(group), self._runs.take(group + 1))
        apart = _norm(points.take(who, axis=1) - self._ball.take(run, axis=1))
        bound = np.minimum(bound, _least(who, apart, count) + within)
        near = (apart - self._radius.take(run) <= bound.take(who)).nonzero()[0]
        return self._pieces(points, who.take(near), run.take(near))

    def _pieces(
        self, points: Array, who: Index, run: Index
    ) -> tuple[Index, Index, Array, Array, Array]:
        vertex = self._xyz.take(run, axis=1)
        step = vertex[:, :, 1:] - vertex[:, :, :-1]
        foot = points.take(who, axis=1)[:, :, None] - vertex[:, :, :-1]
        length2 = _dot(step, step)
        share = _dot(foot, step) / np.where(length2 > 0, length2, 1.0)
        np.clip(share, 0.0, 1.0, out=share)
        foot -= share * step
        gap = _norm(foot)
        if self._reached is None:
            along = np.zeros_like(gap)
        else:
            reached = self._reached.take(run, axis=0)
            along = reached[:, :-1] + share * np.diff(reached, axis=1)
        return who, run, gap, along, share


def _dot(a: Array, b: Array) -> Array:
    """Of vectors whose first axis is x, y, z."""
    product: Array = a[0] * b[0]
    product += a[1] * b[1]
    product += a[2] * b[2]
    return product


def _norm(vectors: Array) -> Array:
    length: Array = np.sqrt(_dot(vectors, vectors))
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
    return first.nonzero()[0]


def _least(group: Index, value: Array, count: int) -> Array:
    """The least value of each group, of which there are `count`, in order and none empty."""
    return np.minimum.reduceat(value, _starts(group)) if count else np.zeros(0)


def _first_least(group: Index, value: Array) -> Index:
    """For each run of equal `group`s the index of its least `value`, the first where they tie."""
    starts = _starts(group)
    if not len(starts):
        return starts
    least = np.minimum.reduceat(value, starts)
    hits: Index = (value == np.repeat(least, np.diff(np.append(starts, len(group))))).nonzero()[0]
    first: Index = hits[_starts(group[hits])]
    return first
