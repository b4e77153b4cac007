"""RFC 6962 section 2.1, RFC 9162 section 2.1.3.2 and 2.1.4.2: the SHA-256 Merkle tree's proofs.

A proof is a sequence of 32-byte hashes, lowest first. Nothing here trusts its input: lengths,
ranges and the exact number of hashes are checked, and a proof that is refused raises ProofError.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sealproof.errors import ProofError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256 over 0x00 and the leaf, 32 bytes."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 over 0x01 and both children, 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def check_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Raises ProofError unless the leaf with hash `leaf` is entry `index` of the tree."""
    _hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofError(f"entry {index} cannot be in a tree of {size}")
    fn, sn, computed = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise ProofError("the inclusion proof has too many hashes")
        if fn & 1 or fn == sn:
            computed = node_hash(sibling, computed)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            computed = node_hash(computed, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofError("the inclusion proof has too few hashes")
    if computed != root:
        raise ProofError("the inclusion proof leads to another root")


def check_consistency(
    size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]
) -> None:
    """Raises ProofError unless the tree of `size2` begins with all of that of `size1`.

    `size1` must be positive: every tree continues the empty one, so such a proof says nothing
    (a witness that has seen nothing yet accepts an empty proof by itself).
    """
    if not 0 < size1 <= size2:
        raise ProofError(f"a tree of {size2} cannot be proved to continue one of {size1}")
    if size1 == size2:
        if proof:
            raise ProofError("two trees of one size need no proof")
        if root1 != root2:
            raise ProofError(f"two different roots for the size {size1}")
        return
    _hashes(root1, root2, *proof)
    fn, sn = size1 - 1, size2 - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    rest = list(proof)
    if not rest:
        raise ProofError("the consistency proof has too few hashes")
    # A whole subtree begins with itself: its root is the old one, and is not in the proof.
    old = new = root1 if not size1 & (size1 - 1) else rest.pop(0)
    for sibling in rest:
        if sn == 0:
            raise ProofError("the consistency proof has too many hashes")
        if fn & 1 or fn == sn:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofError("the consistency proof has too few hashes")
    if old != root1:
        raise ProofError("the consistency proof starts from another old root")
    if new != root2:
        raise ProofError("the consistency proof leads to another new root")


def _hashes(*values: bytes) -> None:
    for value in values:
        if len(value) != HASH_BYTES:
            raise ProofError(f"a hash of {len(value)} bytes, and {HASH_BYTES} are needed")
