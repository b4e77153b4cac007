"""One entry's receipt (c2sp.org/tlog-proof): its place, its path, and the signed checkpoint.

c2sp.org/tlog-proof@v1
extra <base64>              ours: the leaf itself, so that the receipt can be read
index <decimal>
<base64 of each hash of the path>

<the checkpoint, a signed note>
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from sealproof.checkpoint import Checkpoint, parse_checkpoint
from sealproof.errors import ProofError
from sealproof.merkle import check_inclusion, leaf_hash
from sealproof.note import SignedNote, decimal, unb64

HEADER = "c2sp.org/tlog-proof@v1"
MAX_BYTES = 1_000_000
MAX_HASHES = 63


@dataclass(frozen=True)
class TlogProof:
    """`extra` is not authenticated by itself: the path is what proves it."""

    index: int
    path: tuple[bytes, ...]
    note: SignedNote
    extra: bytes = b""

    def __str__(self) -> str:
        extra = [f"extra {base64.b64encode(self.extra).decode()}"] if self.extra else []
        path = [base64.b64encode(digest).decode() for digest in self.path]
        return "\n".join([HEADER, *extra, f"index {self.index}", *path, "", str(self.note)])

    def check(self, leaf: bytes) -> Checkpoint:
        """The checkpoint that holds this leaf. Its signatures are still to be checked.

        Raises ProofError if the path does not lead from the leaf to the root.
        """
        head, _ = parse_checkpoint(str(self.note).encode())
        check_inclusion(self.index, head.size, leaf_hash(leaf), self.path, head.root)
        return head


def parse_proof(raw: bytes) -> TlogProof:
    """Raises ProofError."""
    if len(raw) > MAX_BYTES:
        raise ProofError(f"a proof of {len(raw):,} bytes, and at most {MAX_BYTES:,} are read")
    try:
        head, blank, note = raw.decode().partition("\n\n")
    except UnicodeDecodeError as error:
        raise ProofError(f"the proof is not UTF-8: {error}") from error
    lines = head.split("\n")
    if not blank or lines.pop(0) != HEADER:
        raise ProofError(f"not a proof: its first line is {HEADER!r}, its checkpoint comes last")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = unb64(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise ProofError("the proof names no index")
    index = decimal(lines.pop(0).removeprefix("index "))
    if len(lines) > MAX_HASHES:
        raise ProofError(f"a path of {len(lines)} hashes, and at most {MAX_HASHES} are read")
    path = tuple(unb64(line) for line in lines)
    return TlogProof(index, path, parse_checkpoint(note.encode())[1], extra)
