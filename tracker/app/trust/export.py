"""Handing out one shipment's evidence bundle: everything that proves its record to a stranger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from sealproof.bundle import check_bundle
from sealproof.checkpoint import parse_checkpoint, parse_text
from sealproof.errors import ProofError
from sealproof.history import CLOSED, HANDED_OUT
from sealproof.policy import Party, TrustPolicy
from sealproof.trust import Trust, read_kept
from tracker.app.commands import CommandHandler
from tracker.app.trust.attestation import Attestor, newest_checkpoint
from tracker.domain.command import RecordHead
from tracker.domain.errors import Refused, TrackerError, UsageError
from tracker.evidence.bundle import Packed, Wanted, write
from tracker.log.tree import Tree
from tracker.ports import KeyRing, Records, Store

Warn = Callable[[str], None]


class Exported(Struct, frozen=True, kw_only=True):
    """What was written. sha256: of the file, in hex."""

    packed: Packed
    sha256: str


class Exporter:
    """Exports from one log. attestors: the outsiders whose word on it is asked for. Where they or
    anything else that the bundle can do without fail, `warn` is told, and it is left out.
    """

    def __init__(
        self,
        *,
        store: Store,
        commands: CommandHandler,
        ring: KeyRing,
        attestors: Sequence[Attestor],
        warn: Warn,
    ) -> None:
        self.store, self.commands, self.ring = store, commands, ring
        self.attestors, self.warn = attestors, warn

    def export(
        self,
        file: BinaryIO,
        shipment: str,
        *,
        by: str,
        disclose: bool = False,
        readings: bool = True,
        since: Iterable[Path] = (),
        drawn: bytes | None = None,
    ) -> Exported:
        """Write the bundle to `file`, which can be sought and read.

        1. The checkpoints that its reader kept (`since`) are ones that this log released.
        2. An entry states how many entries there are, unless the last one does.
        3. The log is signed, 4. and outsiders are asked for their word on it.
        5. The bundle is written, 6. and verified as a stranger would verify it.

        drawn: the map, as PNG. Raises NotFound, UsageError, Refused.
        """
        sizes = [_kept_size(self.store, kept) for kept in since]
        if not _ends_with_count(self.store, shipment):
            self.commands.record(shipment, RecordHead(at=self.commands.now(), by=by))
        self.commands.sign()
        self._ask_outsiders()
        wanted = Wanted(
            disclose=disclose,
            readings=readings,
            since=sizes,
            drawn=drawn,
            keys=(self.ring.current(),),
        )
        packed = write(file, self.store, shipment, wanted, self.commands.now())
        return Exported(packed=packed, sha256=self._proved(file))

    def _ask_outsiders(self) -> None:
        """Once, now: the checkpoint is new. Who does not answer is named, and left out."""
        newest = newest_checkpoint(self.store)
        if newest is None:
            return
        given = {(word.kind, word.name) for word in self.store.attestations(size=newest.size)}
        for attestor in self.attestors:
            if (attestor.kind, attestor.name) in given:
                continue
            try:
                self.store.attest(attestor.attest(newest, Tree(newest.size, self.store.tile)))
            except TrackerError as error:
                self.warn(f"without the {attestor.kind} of {attestor.name}: {error}")

    def _proved(self, file: BinaryIO) -> str:
        """The file's digest, once it was verified as a stranger would. Raises Refused."""
        own = tuple(Party(key.name, key) for key in self.ring.known())
        verdict = check_bundle(file, Trust(TrustPolicy(logs=own))).verdict
        if verdict.exit_code:
            raise Refused(
                f"the bundle would not stand: {verdict.faults[0]}",
                mend="`tracker log verify` says what is wrong with the log",
            )
        file.seek(0)
        digest = hashlib.sha256()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
        return digest.hexdigest()


def _ends_with_count(records: Records, shipment: str) -> bool:
    last = None
    for last in records.entries(scope=shipment):  # noqa: B007 - the last one is wanted
        pass
    return last is not None and last.type in (CLOSED, HANDED_OUT)


def _kept_size(records: Records, file: Path) -> int:
    """Of a checkpoint that this log released. Raises UsageError for what is none, Refused for one
    of another course of the log.
    """
    try:
        kept = parse_text(read_kept(file).note.text)
    except (ProofError, OSError) as error:
        raise UsageError(f"is no checkpoint: {error}", where=str(file)) from error
    for stored in records.checkpoints(since=kept.size):
        if stored.size == kept.size and parse_checkpoint(stored.note)[0] == kept:
            return kept.size
    raise Refused(
        f"this log never released that checkpoint of {kept.size} entries",
        where=str(file),
        mend="`tracker log verify --since` with it says what differs",
    )
