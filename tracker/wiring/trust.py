"""What signs the custody log, and where its checkpoints, keys and receipts are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config
from tracker.domain.errors import UsageError
from tracker.wiring.database import journal, records

if TYPE_CHECKING:
    from sealproof.grades import Verdict
    from sealproof.note import SignedNote, SignerKey, VerifierKey
    from sealproof.trust import Trust
    from tracker.adapters.checkpoint_book import FileBook
    from tracker.adapters.keys.log_key import FileKeyRing
    from tracker.app.trust.signing import LogSigner
    from tracker.ports import Clock, LogKeys, SignedLog, StoredCheckpoint


def checkpoint_book(config: Config) -> FileBook:
    """The released checkpoints, outside the database."""
    from tracker.adapters.checkpoint_book import FileBook

    return FileBook(Path(config.log.checkpoints))


def key_ring(config: Config) -> FileKeyRing:
    """The log's keys, in their files."""
    from tracker.adapters.keys.log_key import FileKeyRing

    return FileKeyRing(Path(config.log.key_file), config.log.origin)


def log_signer(config: Config, journal: SignedLog, clock: Clock) -> LogSigner | None:
    """Signs the log, once its database was checked against what was released of it; None for a log
    without a key, which is not signed.

    Raises LogContradicted for a database that is not the newest; UsageError for a key that cannot
    be used, or is gone though it signed before.
    """
    signer = _signer(config, journal, clock, key_ring(config).keys)
    if signer is not None:
        signer.check()
    return signer


def _signer(
    config: Config, journal: SignedLog, clock: Clock, keys: Callable[[], LogKeys]
) -> LogSigner | None:
    from tracker.app.trust.signing import LogSigner

    book = checkpoint_book(config)
    if not key_ring(config).exists():
        if book.newest() is not None:
            raise UsageError(
                "the log's key is gone, and checkpoints were signed with it",
                where=config.log.key_file,
                mend="put it back; if it is lost, begin a new log: `tracker init` in a new folder",
            )
        return None
    return LogSigner(journal=journal, book=book, keys=keys, clock=clock, origin=config.log.origin)


def checkpoint(config: Config, *, release: bool) -> StoredCheckpoint | None:
    """The newest released checkpoint, None if there is none; release: sign first what is new.

    The database is checked against it. Raises UsageError if the log has no key to sign with,
    LogContradicted as `log_signer` does.
    """
    from tracker.adapters.clock import SystemClock
    from tracker.ports import LogKeys

    if not release:
        with records(config) as opened:
            signer = _signer(
                config, opened, SystemClock(), lambda: LogKeys((), key_ring(config).known())
            )
            if signer is None:
                raise unsigned(config)
            return signer.agreed()
    with journal(config) as opened:
        signer = log_signer(config, opened, SystemClock())
        if signer is None:
            raise unsigned(config)
        signer.release()
    return checkpoint_book(config).newest()


def unsigned(config: Config) -> UsageError:
    return UsageError(
        "the custody log is not signed: it has no key",
        where=config.log.key_file,
        mend="`tracker key new` makes one",
    )


def new_log_key(path: Path, origin: str) -> SignerKey:
    """A key for the log of this name, in a file for its owner alone. Raises Refused if there is a
    key.
    """
    from tracker.adapters.keys.log_key import FileKeyRing

    return FileKeyRing(path, origin).make()


def log_keys(config: Config) -> list[VerifierKey]:
    """All keys that ever signed this log, the newest first. Raises UsageError without a key."""
    return key_ring(config).known()


def log_key(config: Config) -> SignerKey:
    """The key that signs this log now. Raises UsageError without one."""
    return key_ring(config).current()


def check_log(
    config: Config,
    *,
    trust: Trust,
    kept: SignedNote | None,
    progress: Callable[[int, int], None],
) -> Verdict:
    """The verdict on the configured log, from its stored bytes. Raises UsageError where there is
    neither a policy nor a key to tell whose checkpoints are believed, and checkpoints are there.
    """
    from tracker.app.trust.log_check.log import check
    from tracker.app.trust.log_check.telemetry import heads_of

    released = list(checkpoint_book(config).all())  # before the database, which may grow meanwhile
    ring = key_ring(config)
    with records(config) as opened, opened.snapshot() as snapshot:
        return check(
            snapshot,
            origin=config.log.origin,
            own=ring.known() if ring.exists() else [],
            heads=heads_of(snapshot),
            released=released,
            trust=trust,
            kept=kept,
            progress=progress,
        )
