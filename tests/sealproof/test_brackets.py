"""When an entry was appended, as others saw the log grow: against the definition, in full."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sealproof.anchors import Anchor, Seen
from sealproof.brackets import Bracket, Brackets
from sealproof.checkpoint import Checkpoint
from sealproof.grades import Grade
from sealproof.grading import standing
from sealproof.policy import TrustPolicy

START = datetime(2026, 3, 2, tzinfo=UTC)


def anchor(size: int, *minutes: int, quorum: bool = False) -> Anchor:
    seen = [Seen("w", START + timedelta(minutes=one), "cosignature") for one in sorted(minutes)]
    return Anchor(Checkpoint("log", size, bytes(32)), (), tuple(seen), quorum)


anchors = st.lists(
    st.builds(
        lambda size, minutes: anchor(size, *minutes),
        st.integers(1, 12),
        st.lists(st.integers(0, 20), max_size=3),
    ),
    max_size=8,
)


@given(anchors, st.integers(0, 13))
def test_it_is_the_bracket_of_the_definition(known: list[Anchor], index: int) -> None:
    """Seen by T2: the earliest sight of a tree that holds it. After T1: the latest sight, before
    that, of a tree that does not."""
    sights = [(one.size, seen.at) for one in known for seen in one.seen]
    before = min((at for size, at in sights if size > index), default=None)
    after = max(
        (at for size, at in sights if size <= index and (before is None or at < before)),
        default=None,
    )
    assert Brackets(known).of(index) == Bracket(after, before)


def test_nobody_outside_says_nothing() -> None:
    assert Brackets([]).of(0) == Bracket(None, None)


# Grades


@given(st.integers(0, 12), st.integers(0, 12), anchors, st.sets(st.integers(0, 7)))
def test_a_grade_is_that_of_the_newest_entry(
    first: int, length: int, known: list[Anchor], quorums: set[int]
) -> None:
    last = first + length
    known = [
        Anchor(one.checkpoint, one.signed_by, one.seen, quorum=n in quorums and bool(one.seen))
        for n, one in enumerate(known)
    ]
    found = standing(first, last, known, None, TrustPolicy())
    holding = [one for one in known if one.size > last]
    expected = Grade.CONSISTENT
    if any(one.seen for one in holding):
        expected = Grade.ANCHORED
    if any(one.quorum for one in holding):
        expected = Grade.WITNESSED
    assert found.grade is expected
    assert standing(first, last, known, None, None).grade is Grade.CONSISTENT


def test_a_kept_checkpoint_anchors_what_it_holds() -> None:
    assert standing(0, 4, [], anchor(5), TrustPolicy()).grade is Grade.ANCHORED
    found = standing(0, 5, [], anchor(5), TrustPolicy())
    assert found.grade is Grade.CONSISTENT
    assert "before index 5 of the log are ANCHORED" in found.warnings[0]
