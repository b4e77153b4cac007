"""From what was proved of checkpoints to a grade for the entries that they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sealproof.anchors import Anchor
from sealproof.grades import Grade
from sealproof.policy import TrustPolicy

NO_POLICY = (
    "no policy was given, so no key, witness or authority is trusted: anybody could have made this"
)


@dataclass(frozen=True)
class Standing:
    """The grade of entries that are proved to be in the log, and why it is no other."""

    grade: Grade
    rests_on: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def standing(
    first: int,
    last: int,
    anchors: Sequence[Anchor],
    kept: Anchor | None,
    policy: TrustPolicy | None,
) -> Standing:
    """Of the entries from index `first` to `last`.

    anchors: checkpoints that the log was proved to continue, signed by keys of the policy. kept:
    the one that the verifier itself kept, likewise. An entry stands on a checkpoint that holds it,
    so one that is newer than all that was seen outside lowers the grade of them all.
    """
    if policy is None:
        return Standing(Grade.CONSISTENT, (), (NO_POLICY,))
    everything = [*anchors, *([] if kept is None else [kept])]
    quorum = max((anchor.size for anchor in everything if anchor.quorum), default=0)
    seen = max((anchor.size for anchor in everything if anchor.seen or anchor is kept), default=0)
    rests = tuple(_rests_on(last, everything, kept))
    levels = ((Grade.WITNESSED, quorum), (Grade.ANCHORED, seen))
    grade = next((level for level, size in levels if size > last), Grade.CONSISTENT)
    above = [(level, size) for level, size in levels if level > grade and size > first]
    warnings = [
        f"entries before index {size} of the log are {level.name}; newer ones are only {grade.name}"
        for level, size in above
    ]
    warnings += policy.unknown
    if seen <= first:
        warnings.append("no checkpoint that holds any of these entries was seen outside the log")
    return Standing(grade, rests, tuple(warnings))


def _rests_on(last: int, anchors: Sequence[Anchor], kept: Anchor | None) -> Iterator[str]:
    """Strongest first; of each kind the first checkpoint that holds all the entries."""
    holding = sorted(
        (anchor for anchor in anchors if anchor.size > last), key=lambda anchor: anchor.size
    )
    for anchor in holding:
        if anchor.quorum:
            names = ", ".join(str(seen) for seen in anchor.seen if seen.kind == "cosignature")
            yield f"the checkpoint of {anchor.size} entries, which your quorum has seen: {names}"
            break
    if kept is not None and kept.size > last:
        yield f"the checkpoint of {kept.size} entries that you kept"
    told: set[str] = set()
    for anchor in holding:
        for seen in anchor.seen:
            if seen.by not in told and not (anchor.quorum and seen.kind == "cosignature"):
                told.add(seen.by)
                yield f"the checkpoint of {anchor.size} entries, {seen}"
    for vkey in sorted({key for anchor in holding for key in anchor.signed_by}):
        yield f"the log's signature ({vkey})"
