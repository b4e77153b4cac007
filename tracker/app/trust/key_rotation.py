"""Going over to the log's next key, so that everybody can follow it."""

from __future__ import annotations

from sealproof.note import SignerKey
from tracker.app.commands import CommandHandler
from tracker.app.trust.signing import LogSigner
from tracker.domain.command import RotateKey
from tracker.domain.state import LOG_SCOPE
from tracker.ports import CheckpointBook, KeyRing, LogKeys, StoredCheckpoint


def rotate(
    commands: CommandHandler, ring: KeyRing, book: CheckpointBook, by: str
) -> tuple[StoredCheckpoint, SignerKey]:
    """1. An entry that says so. 2. A checkpoint that both keys sign. 3. The key's file.

    Interrupted anywhere, it is finished by rotating again. Gives back the double-signed checkpoint
    and the new key.
    """
    old, new = ring.current(), ring.next()
    command = RotateKey(at=commands.now(), by=by, key=new.verifier.vkey, previous=old.verifier.vkey)
    commands.record(LOG_SCOPE, command, release=False)
    both = LogKeys((new, old), ring.known())
    signer = LogSigner(
        journal=commands.journal,
        book=book,
        keys=lambda: both,
        clock=commands.clock,
        origin=commands.origin,
    )
    double = signer.endorse()
    ring.promote(new)
    return double, new
