"""Which boxes may hold a position: a grid whose crowded cells are grids in turn.

Each grid has about as many cells as boxes, so a position meets few boxes whether there are fifty or
a hundred thousand, small or large, spread out or crowded into a city. The memory is bounded: a box
is entered at most some dozens of times, for a cell is divided only where that separates its boxes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geofences.geometry.earth import Array, Index
from geofences.index.raster import NARROWEST_DEG, cells

FEW = 6
"""As many boxes need no grid of their own: each costs a look at its raster."""
DEPTH = 4
SIDES = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
MOST_CELLS, MOST_ENTRIES = 64, 12
"""A grid's cells, and the entries of boxes in them, for each of its boxes."""


class BoxGrid:
    """Over one box or more, (n, 4) of min x, min y, max x, max y. Immutable.

    `table` has for each cell where its list is in `lists`, or ~n for the grid n that divides it;
    a list is its length, then the boxes' numbers in rising order. First comes the empty list, then
    one of each box alone: most cells share these, so they stay in the processor's cache. `grids`
    are frames as `raster.frames` has them; grid 0 is the first.
    """

    def __init__(self, boxes: Array) -> None:
        self._boxes = boxes
        self._tables: list[NDArray[np.int32]] = []
        alone = np.column_stack((np.ones(len(boxes)), np.arange(len(boxes))))
        self._lists = [np.zeros(1, dtype=np.intp), alone.astype(np.intp).ravel()]
        self._frames: list[Array] = []
        self._table_size, self._list_size = 0, 1 + 2 * len(boxes)
        whole = _around(boxes)
        owner, box = np.zeros(len(boxes), dtype=np.intp), np.arange(len(boxes))
        grids, sides = whole[None], np.maximum(_sides(whole[None], boxes, owner, 1), 1)
        for depth in range(DEPTH):
            grids, sides, owner, box = self._divide(grids, sides, owner, box, depth)
            if not len(grids):
                break
        self.table = np.concatenate(self._tables)
        self.lists: Index = np.concatenate(self._lists)
        self.grids = np.concatenate(self._frames)
        del self._tables, self._lists, self._frames
        self._first = self.grids[:1].T.copy()
        # For one position at a time: plain numbers, without numpy's price for each call.
        self._one_grid = [
            (x0, y0, per_x, per_y, int(side), int(offset))
            for x0, y0, per_x, per_y, side, offset in self.grids.tolist()
        ]
        self._one_table, self._one_list = self.table.data, self.lists.data

    def _divide(
        self, grids: Array, sides: Index, owner: Index, box: Index, depth: int
    ) -> tuple[Array, Index, Index, Index]:
        """Enters the boxes into these grids; gives the cells that need a grid, as this got them."""
        frame = _frame(grids, sides, self._table_size)
        cell, box = self._entries(frame, owner, box)
        size = int((sides**2).sum())
        crowd = np.bincount(cell, minlength=size)
        divided = (crowd > FEW).nonzero()[0] if depth + 1 < DEPTH else np.zeros(0, dtype=np.intp)
        areas = _areas(frame, divided, self._table_size)
        child = np.full(size, -1, dtype=np.intp)
        child[divided] = np.arange(len(divided))
        below = child[cell] >= 0
        finer = _sides(areas, self._boxes[box[below]], child[cell[below]], len(divided))
        child[divided[finer == 0]] = -1
        kept = finer > 0
        child[divided[kept]] = np.arange(int(kept.sum()))
        self._frames.append(frame)
        first = sum(len(frames) for frames in self._frames)
        self._table(cell, box, crowd, child, first)
        below = child[cell] >= 0
        return areas[kept], finer[kept], child[cell[below]], box[below]

    def _entries(self, frame: Array, owner: Index, box: Index) -> tuple[Index, Index]:
        """Pairs (cell of this level, box), by cell, then by box."""
        spans = _spans(frame[owner], self._boxes[box])
        column, row, wide, high = spans.T
        many = wide * high
        pair = np.repeat(np.arange(len(box)), many)
        turn = np.arange(len(pair)) - np.repeat(np.cumsum(many) - many, many)
        side = frame[owner, 4].astype(np.intp)
        start = frame[owner, 5].astype(np.intp) - self._table_size + row * side + column
        cell = start[pair] + turn // wide[pair] * side[pair] + turn % wide[pair]
        order = np.argsort(cell, kind="stable")
        return cell[order], box[pair[order]]

    def _table(self, cell: Index, box: Index, crowd: Index, child: Index, first: int) -> None:
        """`child`: for each cell the number of its grid among the next level's, or -1."""
        listed = np.where((child < 0) & (crowd > 1), crowd, -1)
        room = listed + 1
        start = self._list_size + np.cumsum(room) - room
        lists = np.zeros(int(room.sum()), dtype=np.intp)
        here = start[listed > 0] - self._list_size
        lists[here] = listed[listed > 0]
        free = np.ones(len(lists), dtype=bool)
        free[here] = False
        lists[free] = box[listed[cell] > 0]
        only = np.zeros(len(crowd), dtype=np.intp)
        only[cell] = 1 + 2 * box
        only[crowd > 1] = start[crowd > 1]
        table = np.where(child >= 0, ~(child + first), only)
        self._tables.append(table.astype(np.int32))
        self._lists.append(lists)
        self._table_size += len(table)
        self._list_size += len(lists)

    def at(self, spots: Array) -> NDArray[np.int32]:
        """For each spot, (2, n) of x and y, where its list is."""
        found = self.table.take(cells(self._first, spots))
        if len(self.grids) == 1:
            return found
        deep = (found < 0).nonzero()[0]
        while len(deep):
            frame = self.grids.take(~found.take(deep), axis=0).T
            found[deep] = self.table.take(cells(frame, spots.take(deep, axis=1)))
            deep = deep[found.take(deep) < 0]
        return found

    def one(self, x: float, y: float) -> Sequence[int]:
        """The boxes that may hold one position, in rising order."""
        found = -1
        while found < 0:
            x0, y0, per_x, per_y, side, offset = self._one_grid[~found]
            u, v = (x - x0) * per_x, (y - y0) * per_y
            column = 0 if u <= 0 else int(u) if u < side else side - 1
            row = 0 if v <= 0 else int(v) if v < side else side - 1
            found = self._one_table[offset + row * side + column]
        if not found:
            return ()
        end = found + 1 + self._one_list[found]
        return self._one_list[found + 1 : end]

    def pairs(self, spots: Array) -> tuple[Index, Index]:
        """(spot, box that may hold it), by spot, then by box."""
        found = self.at(spots)
        some = found.nonzero()[0]
        found = found.take(some)
        many = self.lists.take(found)
        who = some.repeat(many)
        ends = many.cumsum()
        turn = np.arange(1, len(who) + 1)
        turn += (found - ends + many).repeat(many)
        return who, self.lists.take(turn)


def _around(boxes: Array) -> Array:
    """A square, so that zones in a row do not share long thin cells."""
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return np.concatenate((low, low + (high - low).max()))


def _frame(areas: Array, sides: Index, offset: int) -> Array:
    """As `raster.frames`, but without a rim."""
    size = np.maximum(areas[:, 2:] - areas[:, :2], NARROWEST_DEG)
    start = offset + np.cumsum(sides**2) - sides**2
    return np.column_stack((areas[:, :2], sides[:, None] / size, sides, start))


def _areas(frame: Array, cell: Index, offset: int) -> Array:
    """The boxes of these cells of the grids `frame`."""
    own = frame[np.searchsorted(frame[:, 5] - offset, cell, side="right") - 1]
    row, column = np.divmod(cell - (own[:, 5] - offset), own[:, 4])
    x, y = own[:, 0] + column / own[:, 2], own[:, 1] + row / own[:, 3]
    return np.column_stack((x, y, x + 1 / own[:, 2], y + 1 / own[:, 3]))


def _spans(frame: Array, boxes: Array) -> Index:
    """(n, 4): first column and row of each box in its grid, and how many of each.

    By the arithmetic of `raster.cells`, which rises with x and with y: so no position that a box
    holds can have a cell that is not among the box's.
    """
    last = frame[:, 4:5] - 1.0
    low = np.floor(((boxes[:, :2] - frame[:, :2]) * frame[:, 2:4]).clip(0.0, last))
    high = np.floor(((boxes[:, 2:] - frame[:, :2]) * frame[:, 2:4]).clip(0.0, last))
    spans: Index = np.hstack((low, high - low + 1)).astype(np.intp)
    return spans


def _sides(areas: Array, boxes: Array, owner: Index, count: int) -> Index:
    """Of each area the side of the finest grid that separates its boxes well, 0 if none does."""
    chosen = np.zeros(count, dtype=np.intp)
    crowd = np.bincount(owner, minlength=count)
    for side in SIDES:
        fits = (crowd * MOST_CELLS >= side**2) & (crowd > FEW)
        if not fits.any():
            break
        frame = _frame(areas, np.full(count, side), 0)
        spans = _spans(frame[owner], boxes)
        entries = np.bincount(owner, weights=spans[:, 2] * spans[:, 3], minlength=count)
        fits &= (entries <= MOST_ENTRIES * crowd) & (entries <= side**2 * crowd / 2)
        chosen[fits] = side
    return chosen
