"""C2SP checkpoints (c2sp.org/tlog-checkpoint) and witnesses' cosignatures (tlog-cosignature).

    <origin>
    <size, decimal>
    <root hash, base64>

A cosignature is a note signature of type 4 whose body is a time (8 bytes, POSIX seconds) and an
Ed25519 signature over "cosignature/v1", the time and the checkpoint's text.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime

from sealproof.errors import ProofError
from sealproof.merkle import HASH_BYTES
from sealproof.note import (
    COSIGNATURE,
    Signature,
    SignedNote,
    SignerKey,
    VerifierKey,
    decimal,
    parse_note,
    unb64,
)

_LATEST = 253_402_300_799
"""9999-12-31T23:59:59Z, the last second that a datetime can hold."""


@dataclass(frozen=True)
class Checkpoint:
    """A tree's head: how many entries, and the root over all of them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text, with its final newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, *keys: SignerKey) -> SignedNote:
        """The checkpoint as a note that these keys sign."""
        text = self.text
        return SignedNote(text, tuple(key.sign(text) for key in keys))


def parse_text(text: str) -> Checkpoint:
    """The checkpoint that a note's text is. Extension lines are passed over. Raises ProofError."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise ProofError("not a checkpoint: origin, size and root, each on its line")
    origin, size, root = lines[:3]
    root_hash = unb64(root)
    if len(root_hash) != HASH_BYTES:
        raise ProofError(f"the checkpoint's root has {len(root_hash)} bytes, not {HASH_BYTES}")
    return Checkpoint(origin, decimal(size), root_hash)


def parse_checkpoint(raw: bytes) -> tuple[Checkpoint, SignedNote]:
    """A signed checkpoint's content; its signatures are not looked at. Raises ProofError."""
    note = parse_note(raw)
    return parse_text(note.text), note


def cosign(text: str, key: SignerKey, at: datetime) -> Signature:
    """A witness's cosignature (`key` of kind COSIGNATURE) over a checkpoint's text."""
    seconds = int(at.timestamp())
    signature = key.private.sign(_cosigned(text, seconds))
    return Signature(key.name, key.verifier.id, seconds.to_bytes(8, "big") + signature)


def cosigned_at(note: SignedNote, key: VerifierKey) -> datetime | None:
    """When this witness cosigned the checkpoint, by its own clock; None if it did not.

    Raises ProofError for a line that claims the witness and is not its cosignature.
    """
    if key.kind != COSIGNATURE:
        return None
    for signature in note.signatures:
        if signature.by(key):
            seconds = int.from_bytes(signature.body[:8], "big")
            if (
                len(signature.body) != 72
                or seconds > _LATEST
                or not key.verifies(signature.body[8:], _cosigned(note.text, seconds))
            ):
                raise ProofError(f"the cosignature of {key.name} is not valid")
            return datetime.fromtimestamp(seconds, UTC)
    return None


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
