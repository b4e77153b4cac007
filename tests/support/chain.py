"""What must hold of any custody log, whatever happened to the tracker that wrote it."""

from __future__ import annotations

from collections import defaultdict

from sealproof.merkle import leaf_hash
from tracker.log import leaf
from tracker.ports import Records


def assert_whole(records: Records) -> int:
    """Indices, sequences, links and keys of every entry, from the leaves' bytes; their number."""
    tails: dict[str, tuple[int, str | None]] = defaultdict(lambda: (0, None))
    keys: set[str] = set()
    count = 0
    for index, row in enumerate(records.entries()):
        said = leaf.parse(row.leaf)
        seq, prev = tails[row.scope]
        assert row.index == index
        assert (said["scope"], said["seq"], said["prev"]) == (row.scope, seq, prev), said
        assert (said["id"], said["type"]) == (row.id, row.type)
        assert said["key"] not in keys, f"a finding twice: {said}"
        keys.add(said["key"])
        tails[row.scope] = (seq + 1, leaf_hash(row.leaf).hex())
        count += 1
    return count
