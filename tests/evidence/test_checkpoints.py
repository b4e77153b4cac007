"""Which checkpoints a bundle needs."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tracker.evidence import checkpoints
from tracker.evidence.checkpoints import MOST, chosen
from tracker.ports import Attestation, StoredCheckpoint

AT = datetime(2026, 3, 2, tzinfo=UTC)


def stored(size: int) -> StoredCheckpoint:
    return StoredCheckpoint(size=size, note=b"", released_at=AT)


def seen(size: int) -> Attestation:
    return Attestation(size=size, kind="timestamp", name="t", body=b"", at=AT)


sizes = st.sets(st.integers(1, 60), min_size=1, max_size=20)


@given(sizes, sizes, st.lists(st.integers(0, 58), min_size=1, max_size=6, unique=True).map(sorted))
def test_the_nearest_ones_are_there(
    released: set[int], attested: set[int], indices: list[int]
) -> None:
    released.add(60)
    picked = [
        one.size
        for one in chosen(
            indices, [], [stored(n) for n in sorted(released)], [seen(n) for n in attested], []
        )
    ]
    assert picked == sorted(picked)
    assert picked[-1] == 60
    for index in indices:
        for wanted in (released & attested, released if index in (indices[0], indices[-1]) else ()):
            lacking = [n for n in wanted if n <= index]
            holding = [n for n in wanted if n > index]
            assert not lacking or max(lacking) in picked
            assert not holding or min(holding) in picked
    assert len(picked) <= 1 + 4 + 2 * len(indices)


def test_there_are_never_too_many() -> None:
    count = 6 * MOST
    every = [stored(n) for n in range(1, count)]
    picked = chosen(range(count - 1), [], every, [seen(n) for n in range(1, count)], [7])
    assert len(picked) <= MOST + 10
    assert {1, 7, count - 1} <= {one.size for one in picked}


def test_a_checkpoint_of_nothing_is_left_out() -> None:
    assert [one.size for one in chosen([0], [], [stored(0), stored(1)], [], [0])] == [1]
    assert checkpoints.MOST < 4_096, "what verifiers read at most"
