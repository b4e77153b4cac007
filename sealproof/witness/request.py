"""The body of an add-checkpoint request (c2sp.org/tlog-witness).

old <size, decimal>
<base64 of each hash of the consistency proof>     63 at most

<the checkpoint, a signed note>
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from sealproof.checkpoint import Checkpoint, parse_checkpoint
from sealproof.errors import ProofError
from sealproof.note import SignedNote, decimal, unb64

MAX_BYTES = 65_536
"""63 hashes and a checkpoint with 128 signatures are some 20 KB."""
MAX_HASHES = 63
_OLD = "old "


@dataclass(frozen=True)
class Request:
    """`old`: the size that the witness should know; `proof` leads from there to `head`."""

    old: int
    proof: tuple[bytes, ...]
    note: SignedNote
    head: Checkpoint


def write_request(old: int, proof: list[bytes], note: bytes) -> bytes:
    """The request's body."""
    lines = [f"{_OLD}{old}", *(base64.b64encode(digest).decode() for digest in proof), "", ""]
    return "\n".join(lines).encode() + note


def parse_request(raw: bytes) -> Request:
    """Raises ProofError for what is no such request; signatures and proof are not looked at."""
    if len(raw) > MAX_BYTES:
        raise ProofError(f"a request of {len(raw):,} bytes, and at most {MAX_BYTES:,} are read")
    head, blank, note = raw.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise ProofError("the request's first lines are ASCII") from error
    if not blank or not lines[0].startswith(_OLD):
        raise ProofError("a request is 'old <size>', hashes, an empty line, and a checkpoint")
    old = decimal(lines[0].removeprefix(_OLD))
    if len(lines) - 1 > MAX_HASHES:
        raise ProofError(f"a proof of {len(lines) - 1} hashes, and at most {MAX_HASHES} are read")
    proof = tuple(unb64(line) for line in lines[1:])
    if any(len(digest) != 32 for digest in proof):
        raise ProofError("a hash has 32 bytes")
    checkpoint, signed = parse_checkpoint(note)
    return Request(old, proof, signed, checkpoint)
