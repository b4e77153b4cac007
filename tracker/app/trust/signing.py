"""Signing the log: after the commit, before anybody is shown it.

A checkpoint says how many entries the log has and the root over them. It is signed when both are
durable, written to a book outside the database, and only then shown; so of each size that was ever
released there is one root. A database that is behind its own book, or contradicts it, is a restored
backup or was tampered with, and nothing more is appended to it.
"""

from __future__ import annotations

from collections.abc import Callable

from sealproof.checkpoint import Checkpoint, parse_checkpoint
from sealproof.errors import ProofError
from tracker.domain.errors import Refused
from tracker.log.tree import Tree
from tracker.ports import CheckpointBook, Clock, LogHead, LogKeys, SignedLog, StoredCheckpoint

WAY_OUT = (
    "put the newest database back (the one this book belongs to); if it is lost, keep this one and "
    "the book as evidence and begin a new log: `tracker init` in an empty folder, and open the "
    "shipments under way there anew"
)


class LogContradicted(Refused):
    """The database is not the one of which checkpoints were released."""


class LogSigner:
    """One object, one thread. `keys` is asked at each signing: a key may be replaced meanwhile."""

    def __init__(
        self,
        *,
        journal: SignedLog,
        book: CheckpointBook,
        keys: Callable[[], LogKeys],
        clock: Clock,
        origin: str,
    ) -> None:
        self.journal, self.book, self.clock, self.origin = journal, book, clock, origin
        self._keys = keys

    def check(self) -> None:
        """Before anything is appended: the database holds all that was released of it.

        Raises LogContradicted with the way out.
        """
        newest = self.agreed()
        if newest is not None:
            self.journal.release(newest)  # written to the book, and then the machine stopped

    def agreed(self) -> StoredCheckpoint | None:
        """The newest released checkpoint; the database holds all of which it was released. Writes
        nothing. Raises LogContradicted, as `check` does.
        """
        newest = self._newest()
        if newest is not None:
            self._continued(self._read(newest), self.journal.head())
        return newest

    def _newest(self) -> StoredCheckpoint | None:
        """In the book. What is in the database was in the book before it."""
        newest = self.book.newest()
        told = self.journal.checkpoints(since=newest.size + 1 if newest else 0)
        if told:
            newest = self.book.newest()  # another process may have released it just now
            if newest is None or newest.size < told[-1].size:
                raise LogContradicted(
                    f"the book of released checkpoints is gone or cut: the database knows one of "
                    f"{told[-1].size} entries",
                    where=self.book.place,
                    mend="put back the newest copy of the book; without it nothing shows that this "
                    "database is the newest. If it is lost, keep the database as evidence and "
                    "begin a new log: `tracker init` in an empty folder",
                )
        return newest

    def release(self) -> StoredCheckpoint | None:
        """Sign what is committed, unless that was done already; the checkpoint, released.

        Raises LogContradicted rather than sign a second root for a size, or a shorter log.
        """
        with self.book.locked():
            newest, head = self.book.newest(), self.journal.head()
            if newest is not None:
                self._continued(self._read(newest), head)
            if head.size == (newest.size if newest else 0):
                return None
            return self._sign(head)

    def endorse(self) -> StoredCheckpoint:
        """Sign the log as it is now with all signers, though its size was released before: the
        double-signed checkpoint of a rotation.
        """
        with self.book.locked():
            newest, head = self.book.newest(), self.journal.head()
            if newest is not None:
                self._continued(self._read(newest), head)
            return self._sign(head)

    def _sign(self, head: LogHead) -> StoredCheckpoint:
        note = Checkpoint(self.origin, head.size, head.root).signed(*self._keys().signers)
        made = StoredCheckpoint(
            size=head.size, note=str(note).encode(), released_at=self.clock.now()
        )
        self.book.append(made)
        self.journal.release(made)
        return made

    def _read(self, newest: StoredCheckpoint) -> Checkpoint:
        try:
            checkpoint, note = parse_checkpoint(newest.note)
            note.check(self._keys().trusted)
        except ProofError as error:
            raise LogContradicted(
                f"the newest released checkpoint is not one of this log's: {error}",
                where=self.book.place,
                mend="put back the book, or the key, that belongs to this database",
            ) from error
        if checkpoint.origin != self.origin:
            raise LogContradicted(
                f"the released checkpoints are of {checkpoint.origin}, this log is {self.origin}",
                where=self.book.place,
                mend="name the log's own book: [log] checkpoints",
            )
        return checkpoint

    def _continued(self, released: Checkpoint, head: LogHead) -> None:
        if head.size < released.size:
            raise LogContradicted(
                f"this database has {head.size} custody entries, and checkpoints of "
                f"{released.size} were released: it is an older copy",
                where=self.book.place,
                mend=WAY_OUT,
            )
        try:
            root = Tree(head.size, self.journal.tile).root(released.size)
        except ValueError as error:
            raise LogContradicted(f"the log's tree is damaged: {error}", mend=WAY_OUT) from error
        if root != released.root:
            raise LogContradicted(
                f"the first {released.size} custody entries are not those of which a checkpoint "
                "was released: the log was rewritten",
                where=self.book.place,
                mend="`tracker log verify` says where; " + WAY_OUT,
            )
