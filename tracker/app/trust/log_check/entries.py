"""Each entry: its leaf strictly, its columns against the leaf, its place in its scope's chain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from sealproof.grades import LogFault
from sealproof.merkle import leaf_hash
from tracker.domain.finding import FindingType
from tracker.domain.times import micros
from tracker.log.document import LeafDocument, read_all
from tracker.log.leaf import LeafError
from tracker.ports import StoredEntry


class Tail(Struct, frozen=True, gc=False):
    """Where a scope's chain stands: how many entries, the last one's hash (hex), what it bound;
    binds: it is of a version that binds readings, be it none.
    """

    seq: int = 0
    hash: str | None = None
    heard: int = 0
    digest: str | None = None
    binds: bool = False


_NEW = Tail()
_SAME = 10
"""So many columns stand in the leaf just as they are stored; the first of `StoredEntry`."""
_NUMBERS = (float, int)


class EntryChecks:
    """Fed one row after the other, from the first; collects the leaf hashes and the faults.

    demands: by scope, what the entries bind of its readings: (count, digest in hex, entry index),
    each count once, rising. opened, amended: by scope, the hash of the shipment's file as it was
    opened, and as it was amended last. bound_whole: scopes that began when readings were bound
    already.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.faults: list[LogFault] = []
        self.hashes: list[bytes] = []
        self.tails: dict[str, Tail] = {}
        self.demands: dict[str, list[tuple[int, str | None, int]]] = {}
        self.opened: dict[str, object] = {}
        self.amended: dict[str, object] = {}
        self.bound_whole: set[str] = set()
        self.commitments: dict[str, dict[str, str]] = {}
        self.count = 0
        self._keys: set[str] = set()

    def take(self, rows: Sequence[StoredEntry]) -> list[int | None]:
        """Judge rows; for each the time at which its leaf says that it was recorded, None if it
        cannot be read. Quicker for some hundred rows than for one.
        """
        leaves = [row.leaf if isinstance(row.leaf, bytes) else b"" for row in rows]
        hashes = [leaf_hash(leaf) for leaf in leaves]
        self.hashes += hashes
        return list(map(self._judge, rows, read_all(leaves), hashes))

    def _judge(self, row: StoredEntry, said: LeafDocument | LeafError, hash_: bytes) -> int | None:
        index, self.count = self.count, self.count + 1
        if isinstance(said, LeafError):
            self._fault(index, row, said.what)
            return None
        try:
            recorded = micros(datetime.fromisoformat(said.recorded_at))
            occurred = micros(datetime.fromisoformat(said.occurred_at))
        except (ValueError, OverflowError, TypeError) as error:
            self._fault(index, row, f"its times: {error}")
            return None
        tail = self.tails.get(said.scope, _NEW)
        wrong = self._columns(index, row, said, occurred, recorded) or self._chain(said, tail)
        if wrong:
            self._fault(index, row, wrong)
        self._remember(index, said, hash_, tail)
        return recorded

    def _columns(
        self, index: int, row: StoredEntry, said: LeafDocument, occurred: int, recorded: int
    ) -> str | None:
        """What a column says that the leaf does not."""
        payload = said.payload
        expected = (
            index,
            said.id,
            said.scope,
            said.seq,
            said.key,
            said.type,
            occurred,
            recorded,
            payload.device,
            payload.late,
        )
        if (
            row[:_SAME] == expected
            and _degrees(row.lat) == payload.lat
            and _degrees(row.lon) == payload.lon
            and row.zone == payload.zone
        ):
            return None
        return _difference(row, (*expected, payload.lat, payload.lon, payload.zone))

    def _chain(self, said: LeafDocument, tail: Tail) -> str | None:
        if said.origin != self.origin:
            return f"it is of the log {said.origin}, and this log is {self.origin}"
        if said.id != f"{said.scope}#{said.seq}":
            return f"its id is {said.id}, and it is number {said.seq} of {said.scope}"
        if said.key in self._keys:
            return "it records once more what an entry before it does"
        if said.seq != tail.seq:
            return f"entry {said.scope}#{tail.seq} is missing before it"
        if said.prev != tail.hash:
            return "the entry of its scope before it is not the one that it was chained to"
        if said.heard is None and tail.binds:
            return "it binds no readings, and the entry before it does"
        if said.heard is not None and (
            said.heard.count < tail.heard
            or (said.heard.count == tail.heard and said.heard.digest != tail.digest)
        ):
            return "it binds other readings than the entry before it"
        return None

    def _remember(self, index: int, said: LeafDocument, hash_: bytes, tail: Tail) -> None:
        self._keys.add(said.key)
        if said.seq == 0 and said.type == FindingType.SHIPMENT_OPENED and said.heard is not None:
            self.opened[said.scope] = said.payload.facts.get("document_sha256")
        if said.type == FindingType.SHIPMENT_AMENDED:
            self.amended[said.scope] = said.payload.facts.get("document_sha256")
        if said.seq == 0 and said.heard is not None and said.heard.count == 0:
            self.bound_whole.add(said.scope)
        if said.commitments:
            self.commitments[said.id] = said.commitments
        heard = said.heard
        if heard is None:
            self.tails[said.scope] = Tail(said.seq + 1, hash_.hex())
            return
        if heard.count > tail.heard:
            bound = (heard.count, heard.digest, index)
            self.demands.setdefault(said.scope, []).append(bound)
        self.tails[said.scope] = Tail(said.seq + 1, hash_.hex(), heard.count, heard.digest, True)

    def _fault(self, index: int, row: StoredEntry, reason: str) -> None:
        self.faults.append(LogFault(reason, index, row.id if isinstance(row.id, str) else None))


def _difference(row: StoredEntry, expected: tuple[object, ...]) -> str:
    """The first column that says something else. expected: of all columns but the leaf."""
    found = (*row[:_SAME], _degrees(row.lat), _degrees(row.lon), row.zone)
    place = next(n for n, wanted in enumerate(expected) if found[n] != wanted)
    if place == 0:
        return f"it stands at {row[0]}, and {expected[0]} comes next: entries are missing or moved"
    name = StoredEntry._fields[place]
    return f"the column {name!r} says {row[place]!r}, its leaf {expected[place]!r}"


def _degrees(column: object) -> str | bytes | None:
    """As the leaf writes it; b"", which no leaf says, for what is no number."""
    if column is None:
        return None
    return f"{column:.7f}" if isinstance(column, _NUMBERS) else b""
