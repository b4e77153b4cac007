"""An evidence bundle, verified: `check_bundle`. Its files are described in `bundle_files`.

Trust comes from the verifier's policy and kept checkpoint alone. Then, in this order:

 1. the archive: its layout, names, number and sizes, before anything is unpacked (`archive`)
 2. the manifest: every file listed, no other there, each as it was packed
 3. the entries: each a leaf, all of one shipment and log, chained from the first on (`history`)
 4. the manifest's signature by the log's key, where there is one
 5. each entry is in the tree of the greatest checkpoint
 6. that one continues every other checkpoint, the one that the verifier kept too
 7. each checkpoint: signed by a key of the policy; its cosignatures and time-stamps (`anchors`)
 8. readings, personal values and the shipment's declaration are those that the entries bind
 9. when each entry was appended, as others saw it, against when it says it was (`brackets`)

A bundle that cannot be read (1, 2, or any part of it) ends there; else all faults are gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sealproof.anchors import Anchor
from sealproof.archive import Archive
from sealproof.brackets import Brackets, wrong_times
from sealproof.bundle_bound import Bound, check_bound
from sealproof.bundle_files import (
    ENTRIES,
    NOTE,
    REPORT,
    read_checkpoints,
    read_manifest,
    read_proofs,
    read_stamps,
    statement,
)
from sealproof.errors import ProofError
from sealproof.grades import Grade, LogFault, Verdict
from sealproof.grading import standing
from sealproof.history import (
    Completeness,
    Disclosure,
    HistoryEntry,
    completeness,
    faults_in,
    read_entry,
)
from sealproof.merkle import check_consistency, check_inclusion
from sealproof.note import parse_note
from sealproof.trust import KeptCheckpoint, Trust


@dataclass(frozen=True)
class Bundle:
    """What a bundle says, and what that is worth: nothing while `verdict` is BROKEN.

    readings: how many there are, None if they are not in the bundle.
    """

    verdict: Verdict
    origin: str = ""
    shipment: str = ""
    entries: tuple[HistoryEntry, ...] = ()
    completeness: Completeness | None = None
    disclosed: tuple[Disclosure, ...] = ()
    readings: int | None = None


def check_bundle(file: BinaryIO, trust: Trust, kept: KeptCheckpoint | None = None) -> Bundle:
    """Whatever is wrong with the bundle is a fault, never an exception. Raises ProofError only if
    what the verifier `kept` is not signed by a log of its policy.
    """
    held = None if kept is None else trust.judge(kept.note)
    try:
        check = _Check(Archive(file), trust, held)
        return check.run(None if kept is None else kept.entry)
    except ProofError as error:
        return Bundle(Verdict(Grade.BROKEN, faults=(LogFault(str(error)),)))


class _Check:
    """One bundle under way. Raises ProofError for one that cannot be read."""

    def __init__(self, archive: Archive, trust: Trust, kept: Anchor | None) -> None:
        self.archive, self.trust, self.kept = archive, trust, kept
        self.manifest = read_manifest(archive)
        self.proofs = read_proofs(archive)
        self.notes = read_checkpoints(archive)
        self.head, _ = self.notes[max(self.notes)]
        self.faults: list[LogFault] = []
        self.warnings: list[str] = []
        self.doubts: list[str] = []

    def run(self, receipted: HistoryEntry | None) -> Bundle:
        entries = self._entries()
        self._check(self._signed)
        self._check_inclusion(entries)
        self._check_consistency()
        if receipted is not None and receipted.scope == self.manifest.shipment:
            self._check(lambda: _holds(entries, receipted))
        anchors = list(self._anchors())
        bound = check_bound(self.archive, entries)
        self.faults += bound.faults
        self.warnings += bound.warnings
        complete = completeness(entries, self.head.size)
        if complete.unseen:
            self.warnings.append(complete.unseen)
        held = [] if self.kept is None else [self.kept]
        self.doubts += wrong_times(entries, Brackets([*anchors, *held]))
        return Bundle(
            verdict=self._verdict(entries, anchors, bound),
            origin=self.manifest.origin,
            shipment=self.manifest.shipment,
            entries=tuple(entries),
            completeness=complete,
            disclosed=bound.disclosed,
            readings=bound.readings,
        )

    def _check(
        self, check: Callable[[], None], entry: HistoryEntry | None = None, of: str = ""
    ) -> None:
        """What fails is a fault: of the entry, or of what `of` names."""
        try:
            check()
        except ProofError as error:
            where = (None, None) if entry is None else (entry.index, entry.id)
            self.faults.append(LogFault(f"{of}{error}", *where))

    def _entries(self) -> list[HistoryEntry]:
        """Raises ProofError if one cannot be read: what is no leaf has no place in a chain."""
        leaves = self.archive.read(ENTRIES).split(b"\n")
        if leaves.pop() or not leaves or len(leaves) != len(self.proofs.inclusion):
            raise ProofError(f"{len(leaves)} entries, and {len(self.proofs.inclusion)} proofs")
        entries = []
        for number, leaf in enumerate(leaves):
            try:
                entries.append(read_entry(self.proofs.inclusion[number][0], leaf))
            except ProofError as error:
                raise ProofError(f"line {number + 1} of {ENTRIES}: {error}") from error
        self.faults += faults_in(entries, self.manifest.origin, self.manifest.shipment)
        return entries

    def _signed(self) -> None:
        """The log's key stands for the bundle as a whole, the report too, which no entry binds."""
        if NOTE not in self.archive.members:
            self.warnings.append(f"the bundle as a whole is unsigned: {REPORT} may be anybody's")
            return
        note, manifest = parse_note(self.archive.read(NOTE)), self.manifest
        if note.text != statement(manifest.origin, manifest.shipment, manifest.digest):
            raise ProofError(f"{NOTE} is of another bundle")
        if self.trust.policy is not None:
            try:
                note.check(self.trust.policy.keys(manifest.origin, self.head.size))
            except ProofError as error:
                raise ProofError(f"{NOTE}: {error}") from error

    def _check_inclusion(self, entries: Sequence[HistoryEntry]) -> None:
        size, root = self.head.size, self.head.root
        if self.proofs.size != size:
            raise ProofError(f"the proofs are not of the greatest checkpoint's tree ({size})")
        for entry, (index, path) in zip(entries, self.proofs.inclusion, strict=True):
            try:
                check_inclusion(index, size, entry.hash, path, root)
            except ProofError as error:
                self.faults.append(LogFault(str(error), index, entry.id))

    def _check_consistency(self) -> None:
        proofs = self.proofs.consistency
        for size in sorted(proofs.keys() ^ (self.notes.keys() - {self.head.size})):
            lacks = "has no checkpoint" if size in proofs else "is missing"
            self.faults.append(LogFault(f"the consistency proof from {size} entries {lacks}"))
        for size in sorted(proofs.keys() & self.notes.keys()):
            old, _ = self.notes[size]
            try:
                check_consistency(size, self.head.size, old.root, self.head.root, proofs[size])
            except ProofError as error:
                reason = f"the log does not continue its checkpoint of {size} entries: {error}"
                self.faults.append(LogFault(reason))
        if self.kept is not None:
            self._check(self._continues_kept)

    def _continues_kept(self) -> None:
        """The checkpoint that the verifier kept is one of the bundle's, which are proved to be of
        one log; whoever hides a fork would leave just that one out.
        """
        assert self.kept is not None  # noqa: S101 - for the type checker
        kept = self.kept.checkpoint
        if kept.origin != self.manifest.origin:
            raise ProofError(f"the checkpoint that you kept is of the log {kept.origin}")
        if kept.size > self.head.size:
            raise ProofError(
                f"it ends at {self.head.size} entries of the log, before the checkpoint of "
                f"{kept.size} that you kept; ask for a newer bundle"
            )
        if kept.size not in self.notes:
            raise ProofError(
                f"it does not show that the log continues the checkpoint of {kept.size} entries "
                "that you kept; ask for a bundle exported with --since and that checkpoint"
            )
        if self.notes[kept.size][0].root != kept.root:
            raise ProofError(
                f"the log was forked: of {kept.size} entries it has another root than the "
                "checkpoint that you kept"
            )

    def _anchors(self) -> Iterator[Anchor]:
        stamps: dict[int, dict[str, bytes]] = {}
        for size, authority, token in read_stamps(self.archive):
            if size not in self.notes:
                self.faults.append(LogFault(f"a time-stamp of {size} entries has no checkpoint"))
            stamps.setdefault(size, {})[authority] = token
        for size, (checkpoint, note) in sorted(self.notes.items()):
            try:
                if checkpoint.origin != self.manifest.origin:
                    raise ProofError(f"it is of the log {checkpoint.origin}")
                anchor = self.trust.judge(note, stamps.get(size))
            except ProofError as error:
                self.faults.append(LogFault(f"the checkpoint of {size} entries: {error}"))
                continue
            for name in anchor.idle:
                self.warnings.append(
                    f"the time-stamp by {name} of the checkpoint of {size} entries counts for "
                    "nothing: it is by no authority that your policy names"
                )
            yield anchor

    def _verdict(
        self, entries: Sequence[HistoryEntry], anchors: Sequence[Anchor], bound: Bound
    ) -> Verdict:
        kinds = [sighting.kind for anchor in anchors for sighting in anchor.seen]
        checked = {
            "files": len(self.manifest.files),
            "entries": len(entries),
            "checkpoints": len(self.notes),
            "cosignatures": kinds.count("cosignature"),
            "time-stamps": kinds.count("timestamp"),
            "readings": bound.readings or 0,
            "personal values": len(bound.disclosed),
        }
        if self.faults:
            return Verdict(
                Grade.BROKEN,
                faults=tuple(self.faults),
                warnings=(*self.warnings, *self.doubts),
                checked=checked,
            )
        stands = standing(
            entries[0].index, entries[-1].index, anchors, self.kept, self.trust.policy
        )
        return Verdict(
            stands.grade,
            rests_on=stands.rests_on,
            warnings=(*stands.warnings, *self.warnings, *self.doubts),
            checked=checked,
            doubts=tuple(self.doubts),
        )


def _holds(entries: Sequence[HistoryEntry], receipted: HistoryEntry) -> None:
    """The entry of a receipt is there: an omission that the receipt proves."""
    if receipted.seq >= len(entries) or entries[receipted.seq].hash != receipted.hash:
        raise ProofError(f"it leaves out {receipted.id}, of which you hold a receipt")
