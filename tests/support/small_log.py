"""A log in memory: entries, its tree, and checkpoints signed with its key."""

from __future__ import annotations

from collections.abc import Iterable

from sealproof.checkpoint import Checkpoint
from sealproof.merkle import leaf_hash
from sealproof.note import SignerKey, new_signer
from tests.support.works import at
from tracker.log.tree import Tree, grow
from tracker.ports import StoredCheckpoint

ORIGIN = "log.example/custody"


class SmallLog:
    """`key` signs it; by default a new one."""

    def __init__(
        self, size: int = 0, *, key: SignerKey | None = None, entries: Iterable[bytes] = ()
    ) -> None:
        self.key = key or new_signer(ORIGIN)
        self.entries = [*entries]
        self.grow_to(size)

    def grow_to(self, size: int, told: str = "entry") -> SmallLog:
        """Append until there are `size` entries, each of which tells its number."""
        self.entries += [b"%s %d" % (told.encode(), n) for n in range(len(self.entries), size)]
        return self

    def fork(self, start: int, size: int) -> SmallLog:
        """Another course from entry `start` on, signed with the same key."""
        return SmallLog(key=self.key, entries=self.entries[:start]).grow_to(size, "other")

    @property
    def tree(self) -> Tree:
        grown = grow(0, (), [leaf_hash(one) for one in self.entries])
        levels = {run.level: run.hashes for run in grown.runs}
        return Tree(
            len(self.entries),
            lambda level, index: b"".join(levels[level][256 * index : 256 * (index + 1)]),
        )

    def head(self, size: int | None = None) -> Checkpoint:
        size = len(self.entries) if size is None else size
        return Checkpoint(self.key.name, size, self.tree.root(size))

    def note(self, size: int | None = None) -> bytes:
        """The signed checkpoint at this size, or now."""
        return str(self.head(size).signed(self.key)).encode()

    def stored(self, size: int | None = None) -> StoredCheckpoint:
        head = self.head(size)
        return StoredCheckpoint(size=head.size, note=self.note(size), released_at=at(0))

    def proof(self, old: int, size: int | None = None) -> list[bytes]:
        """That the tree at `size` continues that at `old`; empty from the size 0."""
        return self.tree.consistency(old, size) if old else []
