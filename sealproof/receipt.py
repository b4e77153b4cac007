"""A receipt, verified: one entry's proof, handed out when custody passed (see `tlogproof`)."""

from __future__ import annotations

from dataclasses import dataclass

from sealproof.anchors import Anchor
from sealproof.brackets import Brackets, wrong_times
from sealproof.checkpoint import Checkpoint
from sealproof.errors import ProofError
from sealproof.grades import Grade, LogFault, Verdict
from sealproof.grading import standing
from sealproof.history import HistoryEntry, read_entry
from sealproof.tlogproof import parse_proof
from sealproof.trust import KeptCheckpoint, Trust


@dataclass(frozen=True)
class Receipt:
    """What a receipt says: `entry` None if it cannot be read."""

    verdict: Verdict
    entry: HistoryEntry | None = None
    checkpoint: Checkpoint | None = None


def check_receipt(raw: bytes, trust: Trust, kept: KeptCheckpoint | None = None) -> Receipt:
    """Whatever is wrong with the receipt is a fault, never an exception. Raises ProofError only if
    what the verifier `kept` is not signed by a log of its policy.
    """
    held = None if kept is None else trust.judge(kept.note)
    try:
        proof = parse_proof(raw)
        entry = read_entry(proof.index, proof.extra)
        checkpoint = proof.check(proof.extra)
        if entry.said["origin"] != checkpoint.origin:
            raise ProofError(f"an entry of {entry.said['origin']} under {checkpoint.origin}")
        anchor = trust.judge(proof.note)
        if held is not None:
            _check_same(checkpoint, held)
    except ProofError as error:
        return Receipt(Verdict(Grade.BROKEN, faults=(LogFault(str(error)),)))
    stands = standing(proof.index, proof.index, [anchor], held, trust.policy)
    wrong = tuple(wrong_times([entry], Brackets([anchor])))
    return Receipt(
        Verdict(
            stands.grade, stands.rests_on, (), (*stands.warnings, *wrong), {"entries": 1}, wrong
        ),
        entry,
        checkpoint,
    )


def _check_same(checkpoint: Checkpoint, held: Anchor) -> None:
    """A receipt has no consistency proof: only its own checkpoint can be told from a fork's."""
    kept = held.checkpoint
    if kept.size != checkpoint.size or kept.origin != checkpoint.origin:
        raise ProofError(
            f"it is of a tree of {checkpoint.size}, the checkpoint that you kept of {kept.size}; "
            "only a bundle can show that one continues the other"
        )
    if kept.root != checkpoint.root:
        raise ProofError("the log was forked: the checkpoint that you kept has another root")
