"""What a witness answers to a checkpoint, in the order that c2sp.org/tlog-witness asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sealproof.checkpoint import Checkpoint
from sealproof.errors import ProofError
from sealproof.merkle import EMPTY_ROOT, check_consistency
from sealproof.note import VerifierKey
from sealproof.witness.request import Request


@dataclass(frozen=True)
class WitnessVerdict:
    """`status` OK: remember the checkpoint, then cosign it. `why`: in words, for people.

    size: the size that the client should have named; None where that is not what is wrong.
    evidence: the log has signed this, and it does not follow from what it signed before, or was
    not shown to.
    """

    status: HTTPStatus
    why: str = ""
    size: int | None = None
    evidence: bool = False


def judge(
    request: Request, known: Checkpoint | None, keys: Sequence[VerifierKey]
) -> WitnessVerdict:
    """keys: those that are trusted for the checkpoint's origin. known: the newest one that was
    cosigned for it.
    """
    head = request.head
    known = known or Checkpoint(head.origin, 0, EMPTY_ROOT)  # every log begins empty
    if not keys:
        return WitnessVerdict(
            HTTPStatus.NOT_FOUND, f"this witness does not know the log {head.origin}"
        )
    try:
        request.note.check(keys)
    except ProofError as error:
        return WitnessVerdict(HTTPStatus.FORBIDDEN, str(error))
    if request.old > head.size:
        return WitnessVerdict(HTTPStatus.BAD_REQUEST, "the old size is above the checkpoint's")
    if request.old != known.size:
        why = f"the newest checkpoint here has the size {known.size}"
        return WitnessVerdict(HTTPStatus.CONFLICT, why, size=known.size)
    if head.size == known.size and head.root != known.root:
        why = f"another root is known for the size {head.size}"
        return WitnessVerdict(HTTPStatus.CONFLICT, why, evidence=True)
    try:
        _continues(request, known)
    except ProofError as error:
        return WitnessVerdict(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), evidence=True)
    return WitnessVerdict(HTTPStatus.OK)


def _continues(request: Request, known: Checkpoint) -> None:
    if request.old:
        old, new = known, request.head
        check_consistency(old.size, new.size, old.root, new.root, request.proof)
    elif request.proof:  # every tree continues the empty one
        raise ProofError("from the size 0 there is nothing to prove")
