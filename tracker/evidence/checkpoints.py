"""Released checkpoints with what outsiders said of them, and which of them a bundle needs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sealproof.errors import ProofError
from sealproof.note import Signature, SignedNote, parse_note, parse_signature
from tracker.domain.errors import Refused
from tracker.ports import Attestation, Records, StoredCheckpoint

MOST = 1_000
"""Checkpoints in one bundle: with their proofs some 1.5 MB."""


@dataclass(frozen=True)
class Witnessed:
    """A released checkpoint; `note` has the witnesses' lines too. stamps: (authority, token)."""

    size: int
    note: SignedNote
    stamps: tuple[tuple[str, bytes], ...]


def newest_of(records: Records, index: int) -> StoredCheckpoint:
    """The newest released checkpoint that holds the entry. Raises Refused if none does."""
    found = records.checkpoints(since=index + 1)
    if not found:
        raise Refused(
            f"no released checkpoint holds entry {index} of the log yet",
            mend="`tracker log checkpoint` releases one",
        )
    return found[-1]


def witnessed(stored: StoredCheckpoint, attestations: Iterable[Attestation]) -> Witnessed:
    """The checkpoint with those of the attestations that are its own."""
    mine = [one for one in attestations if one.size == stored.size]
    note = parse_note(stored.note)
    lines = [line for one in mine if one.kind == "cosignature" if (line := _line(one)) is not None]
    stamps = {one.name: one.body for one in mine if one.kind == "timestamp"}
    return Witnessed(stored.size, note.plus(lines), tuple(sorted(stamps.items())))


def _line(attestation: Attestation) -> Signature | None:
    try:
        return parse_signature(attestation.body.decode().removesuffix("\n"))
    except (ProofError, UnicodeDecodeError):
        return None  # whatever a witness answered: no verifier could read it


def chosen(
    indices: Sequence[int],
    receipts: Iterable[int],
    stored: Sequence[StoredCheckpoint],
    attestations: Iterable[Attestation],
    wanted: Iterable[int],
) -> list[StoredCheckpoint]:
    """Those that a bundle of the entries at `indices` needs, the smallest first.

    The newest; around each entry the nearest that outsiders saw, for the time of its appending;
    around the first and the last, and after the entries of `receipts`, the nearest released, which
    is what their receipts rest on; those of the sizes `wanted`. At most some MOST, thinned evenly.
    """
    by_size = {one.size: one for one in stored if one.size > 0}
    released = sorted(by_size)
    seen = sorted({one.size for one in attestations} & by_size.keys())
    brackets = {size for index in indices for size in _around(seen, index)}
    needed = {released[-1], *_around(released, indices[0]), *_around(released, indices[-1])}
    needed.update(size for index in receipts for size in _around(released, index)[-1:])
    needed.update(by_size.keys() & set(wanted))
    spare = sorted(brackets - needed)
    needed.update(spare[:: 1 + len(spare) // MOST])
    return [by_size[size] for size in sorted(needed)]


def _around(sizes: Sequence[int], index: int) -> list[int]:
    """The greatest of these sizes that does not hold the entry, and the smallest that does."""
    at = bisect_right(sizes, index)
    return [*sizes[max(at - 1, 0) : at], *sizes[at : at + 1]]
