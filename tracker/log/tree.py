"""The log's Merkle tree (RFC 6962), grown at its end and read through tiles.

Only complete nodes are kept, and of those every eighth level: 256 hashes side by side are a tile,
as in c2sp.org/tlog-tiles. That is 32 bytes an entry and a 255th of that above. What lies between is
hashed again when a proof needs it. To append, the tree's *frontier* is enough: the roots of its
complete subtrees, largest first, one for each bit of its size.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import sha256

from msgspec import Struct

from sealproof.merkle import EMPTY_ROOT, HASH_BYTES, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
KEPT_TILES = 64
"""Tiles whose inner nodes a reader keeps: some 30 KB each."""

Tile = Callable[[int, int], bytes]
"""(tile level, tile index) -> the tile's hashes, one after the other; the last one is shorter."""


class Run(Struct, frozen=True):
    """New hashes of one tile level: those from `first` on."""

    level: int
    first: int
    hashes: list[bytes]


class Grown(Struct, frozen=True):
    """The tree after an append: what it is now, and what its tiles lack."""

    size: int
    frontier: tuple[bytes, ...]
    runs: tuple[Run, ...]


def grow(size: int, frontier: Sequence[bytes], leaves: Sequence[bytes]) -> Grown:
    """Append these leaf hashes to a tree of `size` with this frontier.

    Level by level, a whole batch at once: each new node is hashed exactly once.
    """
    if len(frontier) != size.bit_count():
        raise ValueError(f"{len(frontier)} hashes are not the frontier of a tree of {size}")
    peaks, fresh = list(frontier), []  # the lowest last; those of the new nodes, the lowest first
    runs = []
    level, first, nodes = 0, size, list(leaves)
    while nodes:
        if level % HEIGHT == 0:
            runs.append(Run(level // HEIGHT, first, nodes))
        if first & 1:
            nodes = [peaks.pop(), *nodes]
        if len(nodes) & 1:
            fresh.append(nodes[-1])
        pair = iter(nodes)
        nodes = [
            sha256(b"\x01" + left + right).digest() for left, right in zip(pair, pair, strict=False)
        ]
        level, first = level + 1, first >> 1
    return Grown(size + len(leaves), (*peaks, *reversed(fresh)), tuple(runs))


def root_of(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree with this frontier."""
    if not frontier:
        return EMPTY_ROOT
    found = frontier[-1]
    for left in reversed(frontier[:-1]):
        found = node_hash(left, found)
    return found


def split(frontier: bytes) -> tuple[bytes, ...]:
    """A frontier that was stored as its hashes joined."""
    return tuple(frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES))


class Tree:
    """A tree of `size` entries, read through its tiles. Sizes and indices are not trusted:
    ValueError for what is outside the tree, or a tile that lacks a hash.
    """

    def __init__(self, size: int, tile: Tile) -> None:
        self.size = size
        self._tile = tile
        self._kept: OrderedDict[tuple[int, int], list[list[bytes]]] = OrderedDict()

    def root(self, size: int | None = None) -> bytes:
        """Of the whole tree, or of its first `size` entries."""
        size = self._checked(size)
        return self._over(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """RFC 6962 section 2.1.1: the path of entry `index` in the tree of `size`."""
        size = self._checked(size)
        if not 0 <= index < size:
            raise ValueError(f"entry {index} is not in a tree of {size}")
        path, start, end = [], 0, size
        while end - start > 1:
            middle = start + _half(end - start)
            if index < middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, size1: int, size2: int | None = None) -> list[bytes]:
        """RFC 6962 section 2.1.2: that the tree of `size2` begins with that of `size1` (> 0)."""
        size2 = self._checked(size2)
        if not 0 < size1 <= size2:
            raise ValueError(f"a tree of {size2} does not continue one of {size1}")
        path, start, end, whole = [], 0, size2, True
        while size1 != end:
            middle = start + _half(end - start)
            if size1 <= middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._over(start, end))
        return path[::-1]

    def _checked(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise ValueError(f"there is no tree of {size}: the log has {self.size} entries")
        return size

    def _over(self, start: int, end: int) -> bytes:
        """The hash over entries start to end, a range that RFC 6962's splitting leads to."""
        found: bytes | None = None
        for level in _levels_up(end - start):  # the complete subtrees of the range, last first
            end -= 1 << level
            node = self._node(level, end >> level)
            found = node if found is None else node_hash(node, found)
        assert found is not None  # noqa: S101 - ranges are not empty
        return found

    def _node(self, level: int, index: int) -> bytes:
        inner = level % HEIGHT
        first = index << inner
        rows = self._rows(level // HEIGHT, first // WIDTH)
        at = (first % WIDTH) >> inner
        if at >= len(rows[inner]):
            raise ValueError(f"the tree's tiles lack node {index} of level {level}")
        return rows[inner][at]

    def _rows(self, level: int, index: int) -> list[list[bytes]]:
        """All nodes of a tile: its hashes, and what can be hashed of them, level by level."""
        key = (level, index)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        rows = [list(split(self._tile(level, index)))]
        while len(rows) < HEIGHT:
            pair = iter(rows[-1])
            rows.append([node_hash(a, b) for a, b in zip(pair, pair, strict=False)])
        self._kept[key] = rows
        if len(self._kept) > KEPT_TILES:
            self._kept.popitem(last=False)
        return rows


def _half(count: int) -> int:
    """The largest power of two below `count`, which is 2 or more."""
    return 1 << ((count - 1).bit_length() - 1)


def _levels_up(size: int) -> list[int]:
    """The levels of the complete subtrees of a tree of `size`, smallest first."""
    return [level for level in range(size.bit_length()) if size >> level & 1]
