"""The parts of the report that say what it rests on, and how to verify that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sealproof.checkpoint import parse_text
from sealproof.history import HistoryEntry
from tracker.evidence.checkpoints import Witnessed
from tracker.evidence.markup import Safe, element, paragraph, table


def proofs(
    origin: str, entries: Sequence[HistoryEntry], checkpoints: Sequence[Witnessed]
) -> Iterator[Safe]:
    head = parse_text(checkpoints[-1].note.text)
    yield paragraph(
        f"Each entry is proved to be in the log as its checkpoint of {head.size:,} entries has it, "
        "and that checkpoint to continue the others below. Witnesses and time-stamping authorities "
        "are outside the operator's hands; who signs under the log's own name is the operator."
    )
    yield table(
        ("Checkpoint of", "Root (SHA-256)", "Signed by", "Time-stamped by"),
        (
            (
                f"{one.size:,} entries",
                element("code", parse_text(one.note.text).root.hex()),
                ", ".join(signature.name for signature in one.note.signatures),
                ", ".join(name for name, _ in one.stamps),
            )
            for one in _shown(checkpoints)
        ),
        empty="",
    )
    if len(checkpoints) > SHOWN:
        yield paragraph(f"{len(checkpoints)} checkpoints are in the bundle; the ends are shown.")
    first, last = entries[0], entries[-1]
    yield table(
        ("Entry", "Index in the log", "Leaf hash"),
        ((one.id, one.index, element("code", one.hash.hex())) for one in (first, last)),
        empty="",
    )


SHOWN = 12
"""Checkpoints named in the report; the newest is always one of them."""


def _shown(checkpoints: Sequence[Witnessed]) -> Sequence[Witnessed]:
    if len(checkpoints) <= SHOWN:
        return checkpoints
    return [*checkpoints[: SHOWN // 2], *checkpoints[-SHOWN // 2 :]]


def recipe(origin: str) -> Iterator[Safe]:
    yield paragraph(
        "You need Python 3.11 or newer, the package cryptography, and tracker-verify, a file "
        "(sealproof.pyz or a wheel) that reads no network and no database of the operator. Get it "
        "from where you trust it, not from the operator of the log, and compare its SHA-256. Write "
        "down whom you believe in a file of your own:"
    )
    yield element(
        "pre",
        f"log <the key of {origin}, which you were given on another way than this bundle>\n"
        "witness broker <the key of a witness that you trust>\n"
        "quorum broker\n",
    )
    yield element("pre", "python3 sealproof.pyz bundle.zip --policy policy.txt\n")
    yield paragraph(
        "It answers WITNESSED, ANCHORED, CONSISTENT or BROKEN, and says why. CONSISTENT means only "
        "that the bundle agrees with itself: whoever holds the log's key can make such a one. If "
        "you kept a receipt or a checkpoint of this log, add --since and that file: a log that was "
        "rewritten since does not continue it."
    )
