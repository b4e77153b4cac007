"""What signs the custody log and what reads its proofs, from a configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config
from tracker.domain.errors import ServiceUnreachable, UsageError
from tracker.domain.finding import Finding, FindingType
from tracker.notary import Keys, Notary

_WITH_RECEIPT = {FindingType.CUSTODY_ACCEPTED, FindingType.SHIPMENT_CLOSED}

if TYPE_CHECKING:
    from tracker.adapters.checkpoint_book import FileBook
    from tracker.checking.telemetry import Heads
    from tracker.desk import Desk
    from tracker.ports import Clock, Journal, SignedLog, StoredCheckpoint
    from tracker.verify.grades import Verdict
    from tracker.verify.note import SignedNote, SignerKey, VerifierKey
    from tracker.verify.trust import Trust


def book(config: Config) -> FileBook:
    """The released checkpoints, outside the database."""
    from tracker.adapters.checkpoint_book import FileBook

    return FileBook(Path(config.log.checkpoints))


def notary(config: Config, journal: SignedLog, clock: Clock) -> Notary | None:
    """Signs the log, once its database was checked against what was released of it; None for a log
    without a key, which is not signed.

    Raises LogContradicted for a database that is not the newest; UsageError for a key that cannot
    be used, or is gone though it signed before.
    """
    from tracker.adapters import log_key

    path = Path(config.log.key_file)
    if not path.exists():
        if book(config).newest() is not None:
            raise UsageError(
                "the log's key is gone, and checkpoints were signed with it",
                where=str(path),
                mend="put it back; if it is lost, begin a new log: `tracker init` in a new folder",
            )
        return None
    made = signing(config, journal, clock, lambda: Keys((log_key.read(path),), log_key.known(path)))
    made.check()
    return made


def signing(config: Config, journal: SignedLog, clock: Clock, keys: Callable[[], Keys]) -> Notary:
    """A notary with these keys; it has not looked at the database yet."""
    return Notary(
        journal=journal, book=book(config), keys=keys, clock=clock, origin=config.log.origin
    )


def checkpoint(config: Config, *, release: bool) -> StoredCheckpoint | None:
    """The newest released checkpoint, None if there is none; release: sign first what is new.

    The database is checked against it. Raises UsageError if the log has no key to sign with,
    LogContradicted as `notary` does.
    """
    from tracker import wiring
    from tracker.adapters.clock import SystemClock

    with wiring.journal(config) as journal:
        signs = notary(config, journal, SystemClock())
        if signs is None:
            raise UsageError(
                "the custody log is not signed: it has no key",
                where=config.log.key_file,
                mend="`tracker key new` makes one",
            )
        if release:
            signs.release()
    return book(config).newest()


def new_key(path: Path, origin: str) -> SignerKey:
    """A key for the log of this name, in a file for its owner alone. Raises Refused if there is a
    key.
    """
    from tracker.adapters import log_key

    return log_key.make(path, origin)


def keys(config: Config) -> list[VerifierKey]:
    """All keys that ever signed this log, the newest first. Raises UsageError without a key."""
    from tracker.adapters import log_key

    return log_key.known(Path(config.log.key_file))


def signer(config: Config) -> SignerKey:
    """The key that signs this log now. Raises UsageError without one."""
    from tracker.adapters import log_key

    return log_key.read(Path(config.log.key_file))


def rotate(config: Config, desk: Desk, by: str) -> tuple[StoredCheckpoint, SignerKey]:
    """Go over to the next key: an entry that says so, then a checkpoint that both keys sign, then
    the key's file. Interrupted anywhere, it is finished by rotating again.
    """
    from tracker.adapters import log_key
    from tracker.domain.command import RotateKey
    from tracker.domain.state import LOG_SCOPE

    path = Path(config.log.key_file)
    old, new = log_key.read(path), log_key.next_of(path, config.log.origin)
    told = RotateKey(at=desk.now(), by=by, key=new.verifier.vkey, previous=old.verifier.vkey)
    desk.record(LOG_SCOPE, told, release=False)
    both = Keys((new, old), log_key.known(path))
    double = signing(config, desk.journal, desk.clock, lambda: both).endorse()
    log_key.promote(path, new)
    return double, new


def check(
    config: Config,
    *,
    trust: Trust,
    kept: SignedNote | None,
    progress: Callable[[int, int], None],
) -> Verdict:
    """The verdict on the configured log, from its stored bytes. Raises UsageError where there is
    neither a policy nor a key to tell whose checkpoints are believed, and checkpoints are there.
    """
    from tracker import wiring
    from tracker.checking.log import check as verdict_on

    released = list(book(config).all())  # before the database: it may be written to meanwhile
    with wiring.records(config) as opened, opened.snapshot() as records:
        believed = Path(config.log.key_file).exists()
        heads = heads_of(records)
        return verdict_on(
            records,
            origin=config.log.origin,
            own=keys(config) if believed else [],
            heads=heads,
            released=released,
            trust=trust,
            kept=kept,
            progress=progress,
        )


def heads_of(records: Journal) -> Heads:
    """What each scope's state says of its telemetry. Raises ServiceUnreachable where states or
    shipments are none that the tracker writes.
    """
    from tracker import engine
    from tracker.rules import ORDER

    records.head()  # says so if there is none
    try:
        states = records.load().states
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ServiceUnreachable(
            f"the shipments or states were altered, or are damaged: {error}",
            mend="stop the tracker and restore a backup",
        ) from error
    heads: dict[str, tuple[int, str | None] | None] = {}
    for one in states:
        try:
            state = engine.decode(one.body, ORDER)
        except (TypeError, ValueError, RecursionError):  # msgspec's errors are ValueErrors
            heads[one.scope] = None
        else:
            heads[one.scope] = (state.heard, state.heard_digest)
    return heads


def hand_receipts(config: Config, findings: Iterable[Finding]) -> list[Path]:
    """Write a receipt of each handover and delivery among these findings, for the parties to keep:
    it proves the entry to whoever doubts it later. None where the log is not signed.
    """
    from tracker import wiring
    from tracker.evidence.receipts import file_name, receipt

    told = {(one.scope, one.type.value) for one in findings if one.type in _WITH_RECEIPT}
    if not told or book(config).newest() is None:
        return []
    written = []
    with wiring.records(config) as records:
        for scope, type_ in sorted(told):
            row = [one for one in records.entries(scope=scope) if one.type == type_][-1]
            path = Path(config.log.receipts) / file_name(row)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(str(receipt(records, row.index)), encoding="utf-8")
            written.append(path)
    return written
