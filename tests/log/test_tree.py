"""The log's tree, grown in any portions and read through tiles, against RFC 6962 written down."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealproof.merkle import EMPTY_ROOT, check_consistency, check_inclusion, node_hash
from tracker.log.tree import WIDTH, Grown, Tree, grow, root_of, split


def naive(leaves: list[bytes]) -> bytes:
    """Section 2.1 of RFC 6962, word by word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(naive(leaves[:half]), naive(leaves[half:]))


def hashes(count: int, start: int = 0) -> list[bytes]:
    return [sha256(b"%d" % number).digest() for number in range(start, start + count)]


class Kept:
    """Tiles as a database would keep them."""

    def __init__(self) -> None:
        self.grown = Grown(0, (), ())
        self.tiles: dict[tuple[int, int], bytes] = {}

    def append(self, leaves: list[bytes]) -> None:
        self.grown = grow(self.grown.size, self.grown.frontier, leaves)
        for run in self.grown.runs:
            for at, hash_ in enumerate(run.hashes, run.first):
                key = (run.level, at // WIDTH)
                assert len(self.tiles.get(key, b"")) == at % WIDTH * 32
                self.tiles[key] = self.tiles.get(key, b"") + hash_

    def tree(self) -> Tree:
        return Tree(self.grown.size, lambda level, index: self.tiles[level, index])


@given(st.lists(st.integers(0, 300), max_size=12), st.data())
@settings(max_examples=40, deadline=None)
def test_any_portions_give_the_same_tree(portions: list[int], data: st.DataObject) -> None:
    kept, leaves = Kept(), hashes(sum(portions))
    done = 0
    for count in portions:
        kept.append(leaves[done : done + count])
        done += count
    tree = kept.tree()
    assert root_of(kept.grown.frontier) == tree.root() == naive(leaves)
    if not leaves:
        return
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    root = naive(leaves[:size])
    assert tree.root(size) == root
    check_inclusion(index, size, leaves[index], tree.inclusion(index, size), root)
    check_consistency(size, len(leaves), root, tree.root(), tree.consistency(size))


def test_every_proof_of_every_small_tree() -> None:
    leaves = hashes(40)
    kept = Kept()
    kept.append(leaves)
    tree = kept.tree()
    for size in range(1, 41):
        for index in range(size):
            path = tree.inclusion(index, size)
            check_inclusion(index, size, leaves[index], path, naive(leaves[:size]))
        for old in range(1, size + 1):
            proof = tree.consistency(old, size)
            check_consistency(old, size, naive(leaves[:old]), naive(leaves[:size]), proof)


def test_tiles_cost_little_more_than_a_hash_an_entry() -> None:
    kept = Kept()
    kept.append(hashes(100_000))
    assert sum(map(len, kept.tiles.values())) < 100_000 * 32 * 1.005


def test_outside_the_tree_is_refused() -> None:
    kept = Kept()
    kept.append(hashes(5))
    tree = kept.tree()
    for wrong in (lambda: tree.inclusion(5), lambda: tree.inclusion(-1), lambda: tree.root(6)):
        with pytest.raises(ValueError, match="5"):
            wrong()
    for old, new in ((0, 5), (4, 3), (3, 6)):
        with pytest.raises(ValueError, match="tree"):
            tree.consistency(old, new)


def test_a_tile_that_lacks_a_hash_is_told() -> None:
    kept = Kept()
    kept.append(hashes(5))
    with pytest.raises(ValueError, match="lack"):
        Tree(6, lambda level, index: kept.tiles.get((level, index), b"")).root()


def test_the_empty_tree() -> None:
    assert root_of(()) == EMPTY_ROOT == Tree(0, lambda _level, _index: b"").root()
    assert split(b"") == ()


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="not the frontier of a tree of 3"):
        grow(3, [bytes(32)], [bytes(32)])
