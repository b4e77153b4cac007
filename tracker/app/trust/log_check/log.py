"""The whole log: entries, tree, released checkpoints, telemetry, and who outside has seen what.

A log grows, so a few of its newest entries may be newer than all that was seen outside (`unseen` of
the policy). Beyond those it is graded by the least of it: whoever rewrites what nobody has seen yet
gets no grade for the rest.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from sealproof.anchors import Anchor
from sealproof.brackets import Brackets, wrong_time
from sealproof.checkpoint import Checkpoint, parse_checkpoint, parse_text
from sealproof.commitments import opens
from sealproof.errors import ProofError
from sealproof.grades import Grade, LogFault, Verdict
from sealproof.merkle import EMPTY_ROOT
from sealproof.note import SignedNote, VerifierKey, parse_signature
from sealproof.policy import UNSEEN
from sealproof.trust import Trust
from tracker.app.trust.log_check.entries import EntryChecks
from tracker.app.trust.log_check.telemetry import Heads, Telemetry
from tracker.domain.shipment import as_opened, is_as_amended
from tracker.domain.times import moment
from tracker.log.leaf import SALT_BYTES
from tracker.log.tree import WIDTH, Run, grow, root_of
from tracker.ports import Attestation, Records, StoredCheckpoint, StoredEntry, StoredSecret

AT_ONCE = 8 * WIDTH
"""Entries that are entered into the tree together."""
_GARBAGE = (TypeError, ValueError, AttributeError, OverflowError, RecursionError)
"""What comes of a column that holds another type, or value, than the journal ever writes."""
Row = TypeVar("Row")
Progress = Callable[[int, int], None]
"""(entries checked, entries in all)"""


def check(
    records: Records,
    *,
    origin: str,
    own: Sequence[VerifierKey],
    heads: Heads,
    released: Iterable[StoredCheckpoint] = (),
    trust: Trust | None = None,
    kept: SignedNote | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Verdict:
    """The verdict on the log.

    own: the log's own keys, believed where there is no policy (`trust`). heads: what each scope's
    state says of its telemetry. released: checkpoints from the book outside the database.
    kept: the checkpoint that the verifier kept itself.
    """
    return _Check(records, origin, own, heads, released, trust or Trust(), kept, progress).verdict()


class _Check:
    def __init__(
        self,
        records: Records,
        origin: str,
        own: Sequence[VerifierKey],
        heads: Heads,
        released: Iterable[StoredCheckpoint],
        trust: Trust,
        kept: SignedNote | None,
        progress: Progress,
    ) -> None:
        self.records, self.origin, self.own, self.trust = records, origin, own, trust
        self.heads, self.progress = heads, progress
        self.faults: list[LogFault] = []
        self.warnings: list[str] = []
        self.doubts: list[str] = []
        self.entries = EntryChecks(origin)
        self.checkpoints = self._all(released)
        self.claims: list[tuple[str, Checkpoint]] = []
        self.anchors = list(self._anchors())
        self.kept = self._judged("the checkpoint that you kept", kept, ()) if kept else None
        self.outside = [*self.anchors, *([self.kept] if self.kept else [])]
        self.roots: dict[int, bytes] = {0: EMPTY_ROOT}
        self._held: dict[int, tuple[int, bytes]] = {}

    def verdict(self) -> Verdict:
        head = self.records.head()
        self._read_entries(head.size)
        count = self.entries.count
        if count != head.size:
            self._fault(f"{count} entries are there, and {head.size} were counted")
        elif self.roots[count] != head.root:
            self._fault("the tree's stored frontier is not that of its entries")
        self._check_roots(count)
        telemetry = Telemetry(self.entries.demands, self.heads, self.entries.bound_whole)
        self.faults += telemetry.faults(self._readable("readings", self.records.heard))
        if telemetry.unbound:
            self.warnings.append(
                f"{telemetry.unbound} readings were stored before entries bound them: nothing "
                "proves those"
            )
        self._check_secrets()
        self._check_files()
        faults = sorted(
            [*self.entries.faults, *self.faults],
            key=lambda fault: (fault.index is None, fault.index or 0),
        )
        return Verdict(
            grade=Grade.BROKEN if faults else self._grade(count),
            rests_on=() if faults else tuple(self._rests_on()),
            faults=tuple(faults),
            warnings=(*self.warnings, *self.doubts),
            checked={
                "entries": count,
                "checkpoints": len(self.checkpoints),
                "readings": telemetry.count,
            },
            doubts=tuple(self.doubts),
        )

    # Entries and their tree

    def _read_entries(self, size: int) -> None:
        """Into the tree in portions that end where a checkpoint does, so that each root is had."""
        ends = sorted({said.size for _, said in self.claims})
        brackets = Brackets(self.outside)
        frontier: tuple[bytes, ...] = ()
        planted = 0
        for rows, ended in self._portions(ends):
            first = self.entries.count
            for index, recorded in enumerate(self.entries.take(rows), first):
                if recorded is not None and self.outside:
                    self._check_time(index, recorded, brackets)
            count = self.entries.count
            if ended or count - planted >= AT_ONCE:
                planted, frontier = self._plant(planted, frontier)
                self.progress(count, size)
        planted, frontier = self._plant(planted, frontier)
        self.progress(planted, size)

    def _portions(self, ends: Sequence[int]) -> Iterator[tuple[list[StoredEntry], bool]]:
        """Rows to be judged together, and whether a checkpoint ends with them."""
        stored, count = self.records.stored_entries(), 0
        while True:
            after = bisect_right(ends, count)
            end = ends[after] if after < len(ends) else None
            room = WIDTH if end is None else min(WIDTH, end - count)
            rows = list(itertools.islice(stored, room))
            if not rows:
                return
            count += len(rows)
            yield rows, count == end

    def _plant(self, planted: int, frontier: tuple[bytes, ...]) -> tuple[int, tuple[bytes, ...]]:
        fresh = self.entries.hashes
        grown = grow(planted, frontier, fresh)
        self.entries.hashes = []
        for run in grown.runs:
            self._check_tiles(run)
        self.roots[grown.size] = root_of(grown.frontier)
        return grown.size, grown.frontier

    def _check_tiles(self, run: Run) -> None:
        """What the stored tiles say of these nodes."""
        done = 0
        while done < len(run.hashes):
            index, begun = divmod(run.first + done, WIDTH)
            part = run.hashes[done : done + WIDTH - begun]
            stored = self._tile(run.level, index)[begun * 32 : (begun + len(part)) * 32]
            if stored != b"".join(part):
                wrong = next(n for n, one in enumerate(part) if stored[n * 32 : n * 32 + 32] != one)
                self._fault(
                    f"tile {index} of level {run.level} of the stored tree is not that of its "
                    "entries: one of them was altered, or the tile",
                    (run.first + done + wrong) * WIDTH**run.level,
                )
            done += len(part)

    def _tile(self, level: int, index: int) -> bytes:
        """Read once, though many checkpoints may end in it."""
        held = self._held.get(level)
        if held is None or held[0] != index:
            held = self._held[level] = (index, self.records.tile(level, index))
        return held[1]

    def _check_time(self, index: int, recorded: int, brackets: Brackets) -> None:
        what = f"the entry at index {index}"
        wrong = wrong_time(what, moment(recorded), brackets.of(index))
        if wrong is not None:
            self.doubts.append(wrong)

    # Checkpoints

    def _all(self, released: Iterable[StoredCheckpoint]) -> list[StoredCheckpoint]:
        """Those in the book and those in the database; equal ones once."""
        stored = self._readable("checkpoints", self.records.checkpoints)
        both = {one.note: one for one in itertools.chain(released, stored)}
        return sorted(both.values(), key=lambda one: one.size)

    def _anchors(self) -> Iterator[Anchor]:
        attested: dict[int, list[Attestation]] = {}
        for word in self._readable("attestations", self.records.attestations):
            attested.setdefault(word.size, []).append(word)
        for one in self.checkpoints:
            what = f"the released checkpoint of {one.size} entries"
            try:
                said, note = parse_checkpoint(one.note)
                if said.size != one.size:
                    raise ProofError(f"its note is of {said.size} entries")
                self._check_signature(note)
            except (ProofError, *_GARBAGE) as error:
                self._fault(f"{what}: {error}")
                continue
            self.claims.append((what, said))
            found = attested.get(one.size, ())
            if found and (anchor := self._judged(what, note, found)) is not None:
                yield anchor

    def _check_signature(self, note: SignedNote) -> None:
        said = parse_text(note.text)
        if said.origin != self.origin:
            raise ProofError(f"it is of {said.origin}, and this log is {self.origin}")
        policy = self.trust.policy
        note.check(self.own if policy is None else policy.keys(self.origin, said.size))

    def _judged(
        self, what: str, note: SignedNote, attested: Iterable[Attestation]
    ) -> Anchor | None:
        """What the checkpoint is proved to be; None (and a fault) if it is not what it claims.

        A kept checkpoint is the verifier's own: without a policy, the log's keys are believed.
        """
        stamps: dict[str, bytes] = {}
        try:
            for one in attested:
                if one.kind == "timestamp":
                    stamps[one.name] = one.body
                else:
                    note = note.plus([parse_signature(one.body.decode().rstrip("\n"))])
            self._check_signature(note)
            self.claims.append((what, parse_text(note.text)))
            if self.trust.policy is not None:
                return self.trust.judge(note, stamps)
            return Anchor(parse_text(note.text), (), (), quorum=False)
        except (ProofError, *_GARBAGE) as error:
            self._fault(f"{what}: {error}")
            return None

    def _check_roots(self, count: int) -> None:
        for what, said in dict.fromkeys(self.claims):
            if said.size > count:
                self._fault(
                    f"{what} says {said.size}, and {count} are there: the end is missing", count
                )
            elif self.roots.get(said.size) != said.root:
                self._fault(f"{what} has another root: one of the first {said.size} was altered")

    # The rest

    def _check_secrets(self) -> None:
        """Personal values that are kept must be those committed to; what is gone was erased."""
        for secret in self._readable("personal values", self.records.kept_secrets):
            committed = self.entries.commitments.get(secret.entry, {}).get(secret.place)
            if committed is None or not _opens(secret, committed):
                self._fault(f"what is kept of {secret.entry}, {secret.place}, was altered")

    def _check_files(self) -> None:
        """The shipments' files must be those that were opened. Entries of version 1 hashed the
        people in them too, who may be erased since: theirs are not proved.
        """
        missing = dict.fromkeys(self.entries.opened)
        for stored in self._readable("shipments", self.records.shipments):
            missing.pop(stored.id, None)
            if stored.id not in self.entries.opened:
                continue
            try:
                same = as_opened(stored.document, self.entries.opened[stored.id]) is not None
                if stored.id in self.entries.amended:
                    same &= is_as_amended(stored.document, self.entries.amended[stored.id])
            except _GARBAGE:
                same = False
            if not same:
                self._fault(f"the file of {stored.id} is not the one that was opened, or amended")
        for gone in missing:
            self._fault(f"the file of {gone}, which was opened, is gone")

    def _grade(self, count: int) -> Grade:
        quorum = max((one.size for one in self.outside if one.quorum), default=0)
        seen = max((one.size for one in self.outside if one.seen or one is self.kept), default=0)
        if count > max(quorum, seen) > 0:
            newer = count - max(quorum, seen)
            self.warnings.append(
                f"the last {newer} entries are newer than all that was seen outside"
            )
        policy = self.trust.policy
        unseen = UNSEEN if policy is None else policy.unseen
        levels = ((Grade.WITNESSED, quorum), (Grade.ANCHORED, max(quorum, seen)))
        for level, size in levels:
            if size and count - size <= unseen:
                return level
            if size:
                self.warnings.append(
                    f"the first {size} entries are {level.name}, and {count - size} are newer, "
                    f"more than {unseen}: they lower the grade"
                )
        if seen or quorum:
            return Grade.CONSISTENT
        self.warnings.append(
            "nothing held outside was given: whoever has the log's key could have rewritten it; "
            "--since CHECKPOINT compares it with one that you kept"
        )
        return Grade.CONSISTENT

    def _rests_on(self) -> Iterator[str]:
        """Of each kind the newest checkpoint, the strongest first."""
        newest = sorted(self.outside, key=lambda one: one.size, reverse=True)
        for one in newest:
            if one.quorum:
                names = ", ".join(str(seen) for seen in one.seen if seen.kind == "cosignature")
                yield f"the checkpoint of {one.size} entries, which your quorum has seen: {names}"
                break
        if self.kept is not None:
            yield f"the checkpoint of {self.kept.size} entries that you kept"
        told: set[str] = set()
        for one in newest:
            for seen in one.seen:
                if seen.by not in told:
                    told.add(seen.by)
                    yield f"the checkpoint of {one.size} entries, {seen}"

    def _readable(self, what: str, read: Callable[[], Iterable[Row]]) -> Iterator[Row]:
        """The rows up to the first that no tracker wrote: that is a fault."""
        try:
            yield from read()
        except _GARBAGE as error:
            self._fault(f"a row of the {what} cannot be read: {error}")

    def _fault(self, reason: str, index: int | None = None) -> None:
        self.faults.append(LogFault(reason, index))


def _opens(secret: StoredSecret, committed: str) -> bool:
    try:
        return len(secret.salt) == SALT_BYTES and opens(secret.salt, secret.value, committed)
    except _GARBAGE:
        return False
