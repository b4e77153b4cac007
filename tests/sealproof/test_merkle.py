"""The tree's proofs: published vectors, another implementation, and every small tree."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealproof.errors import ProofError
from sealproof.merkle import EMPTY_ROOT, check_consistency, check_inclusion, leaf_hash
from tests.support.small_log import SmallLog

VECTORS, NEGATIVE = 196, 184
ROOTS_OF_ANY_LENGTH = 2
"""Vectors of two equal trees whose roots are texts, not 32 bytes: they have nothing to hash."""


def unpacked(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def run(vector: dict[str, Any]) -> None:
    proof = [unpacked(one) for one in vector["proof"] or ()]
    if "leafIdx" in vector:
        check_inclusion(
            vector["leafIdx"],
            vector["treeSize"],
            unpacked(vector["leafHash"]),
            proof,
            unpacked(vector["root"]),
        )
    else:
        roots = unpacked(vector["root1"]), unpacked(vector["root2"])
        check_consistency(vector["size1"], vector["size2"], *roots, proof)


@pytest.mark.shared_data
def test_all_published_vectors(shared_data: Path) -> None:
    files = sorted((shared_data / "merkle").rglob("*.json"))
    assert len(files) == VECTORS
    odd = refused = 0
    for file in files:
        vector = json.loads(file.read_text())
        try:
            run(vector)
            accepted = True
        except ProofError:
            accepted, refused = False, refused + 1
        if "root1" in vector and len(unpacked(vector["root1"])) != 32:
            odd += 1
        # From an empty tree the vectors accept an empty proof, which says nothing: ours refuses it.
        empty = vector.get("size1") == 0
        assert accepted == (not vector["wantErr"] and not empty), file
    assert refused >= NEGATIVE
    assert odd >= ROOTS_OF_ANY_LENGTH


sizes = st.integers(1, 70)


@given(sizes, st.data())
def test_each_proof_proves_its_own_entry_and_no_other(size: int, data: st.DataObject) -> None:
    log = SmallLog(size)
    index = data.draw(st.integers(0, size - 1))
    path, root = log.tree.inclusion(index), log.tree.root()
    leaf = leaf_hash(log.entries[index])
    check_inclusion(index, size, leaf, path, root)
    other = data.draw(st.integers(-2, size + 2).filter(lambda one: one != index))
    wrong: list[tuple[Any, ...]] = [
        (other, size, leaf, path, root),
        (index, size, leaf_hash(b"another"), path, root),
        (index, size, leaf, [*path, root], root),
        (index, size, leaf, [b"", *path], root),
        (index, size, leaf, [*path[:-1], bytes(31)] if path else [bytes(32)], root),
    ]
    wrong += [(index, size, leaf, path[:-1], root)] if path else []
    for case in wrong:
        with pytest.raises(ProofError):
            check_inclusion(*case)


@given(sizes, sizes, st.data())
def test_a_tree_continues_what_it_grew_from_and_no_fork(
    size1: int, size2: int, data: st.DataObject
) -> None:
    size1, size2 = sorted((size1, size2))
    log = SmallLog(size2)
    root1, root2 = log.tree.root(size1), log.tree.root()
    path = log.tree.consistency(size1)
    check_consistency(size1, size2, root1, root2, path)
    start = data.draw(st.integers(0, size1 - 1))
    fork = log.fork(start, size2)
    for ours, theirs in ((path, fork.tree.root()), (fork.tree.consistency(size1), root2)):
        if size1 < size2:
            with pytest.raises(ProofError):
                check_consistency(size1, size2, root1, theirs, ours)
    with pytest.raises(ProofError):
        check_consistency(size1, size2, fork.tree.root(size1), root2, path)
    with pytest.raises(ProofError):
        check_consistency(size1, size2, root1, root2, [*path, root1])


@pytest.mark.parametrize(("size1", "size2"), [(0, 0), (0, 3), (4, 3), (-1, 3)])
def test_nothing_is_proved_from_an_empty_tree_or_backwards(size1: int, size2: int) -> None:
    with pytest.raises(ProofError, match="continue"):
        check_consistency(size1, size2, EMPTY_ROOT, EMPTY_ROOT, [])


def test_the_verifier_is_not_fooled_by_an_inner_node_as_a_leaf() -> None:
    """The leaf's and the node's hashes are told apart by their first byte."""
    log = SmallLog(4)
    left = log.tree.root(2)
    with pytest.raises(ProofError):
        check_inclusion(0, 2, leaf_hash(left), [log.tree.consistency(2)[0]], log.tree.root())


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 100])
def test_roots_are_those_of_another_implementation(size: int) -> None:
    log = SmallLog(size)
    theirs = pymerkle.InmemoryTree(algorithm="sha256")  # RFC 6962's prefixes are its default
    for entry in log.entries:
        theirs.append_entry(entry)
    assert log.tree.root() == theirs.get_root()
    half = (size + 1) // 2
    assert log.tree.root(half) == theirs.get_root(half)
