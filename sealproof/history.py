"""One shipment's custody entries: each whole, none missing between the first and the last.

The Merkle proofs say that entries are in the log. That none is left out is said by `seq` and `prev`
up to the last entry, and of the end by an entry that states the count: the one that closes the
shipment, or the one made when its record was handed out. What was never recorded, nothing shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sealproof.commitments import opens
from sealproof.errors import ProofError
from sealproof.grades import LogFault
from sealproof.leaves import PAYLOADS, parse_leaf
from sealproof.merkle import HASH_BYTES, leaf_hash
from sealproof.strict import count, hex_bytes, members, moment, read_json, typed
from sealproof.wording import words

CLOSED, HANDED_OUT = "shipment_closed", "shipment_head"
"""Types of the entries that state how many there are."""


@dataclass(frozen=True)
class TelemetryHead:
    """How many readings an entry binds, and the running hash over them (None before the first)."""

    count: int
    digest: bytes | None


@dataclass(frozen=True)
class HistoryEntry:
    """A leaf, read. `hash` is that of its leaf; `heard` None in leaves of version 1."""

    index: int
    hash: bytes
    id: str
    scope: str
    seq: int
    prev: bytes | None
    type: str
    occurred_at: datetime
    recorded_at: datetime
    heard: TelemetryHead | None
    said: Mapping[str, Any]

    @property
    def payload(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.said["payload"]
        return found

    @property
    def facts(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.payload["facts"]
        return found

    @property
    def code(self) -> str:
        """What it says; "" in leaves of versions 1 and 2, which have words instead."""
        return str(self.payload.get("code", ""))

    @property
    def detail(self) -> str:
        """The same in words: those that an old leaf holds, else made of code and facts."""
        written = self.payload.get("detail")
        return words(self.code, self.facts) if written is None else str(written)


def read_entry(index: int, leaf: bytes) -> HistoryEntry:
    """Raises ProofError unless these are bytes that a log could have written as an entry."""
    said = parse_leaf(leaf)
    payload = members(said["payload"], {*PAYLOADS[said["v"]]}, "the payload")
    typed(payload["late"], bool, "late")
    for name in payload.keys() & {"code", "detail"}:
        typed(payload[name], str, name)
    for name in ("actor", "device", "zone", "lat", "lon"):
        if payload[name] is not None:
            typed(payload[name], str, name)
    typed(payload["facts"], dict, "facts")
    commitments = typed(said["commitments"], dict, "commitments")
    for place, committed in commitments.items():
        hex_bytes(committed, HASH_BYTES, f"the commitment to {place}")
        if _at(said, place) is not None:
            raise ProofError(f"it commits to {place}, and shows it")
    entry = HistoryEntry(
        index=index,
        hash=leaf_hash(leaf),
        id=typed(said["id"], str, "id"),
        scope=typed(said["scope"], str, "scope"),
        seq=count(said["seq"], "seq"),
        prev=None if said["prev"] is None else hex_bytes(said["prev"], HASH_BYTES, "prev"),
        type=typed(said["type"], str, "type"),
        occurred_at=moment(said["occurred_at"], "occurred_at"),
        recorded_at=moment(said["recorded_at"], "recorded_at"),
        heard=_heard(said["heard"]) if "heard" in said else None,
        said=said,
    )
    typed(said["origin"], str, "origin")
    typed(said["key"], str, "key")
    if entry.id != f"{entry.scope}#{entry.seq}":
        raise ProofError(f"its id is {entry.id}, and it is {entry.scope}#{entry.seq}")
    return entry


def _heard(value: Any) -> TelemetryHead:
    said = members(value, {"count", "digest"}, "heard")
    number = count(said["count"], "heard.count")
    if (number == 0) != (said["digest"] is None):
        raise ProofError("heard has a digest without readings, or readings without a digest")
    digest = hex_bytes(said["digest"], HASH_BYTES, "heard.digest") if number else None
    return TelemetryHead(number, digest)


def _at(said: Any, place: str) -> Any:
    """What stands at "payload.facts.officer". Raises ProofError if there is no such place."""
    for name in place.split("."):
        if not isinstance(said, dict) or name not in said:
            raise ProofError(f"it commits to {place}, where nothing is")
        said = said[name]
    return said


def faults_in(entries: Sequence[HistoryEntry], origin: str, scope: str) -> Iterator[LogFault]:
    """What keeps these from being all of the scope's entries from its first on, in order."""
    keys: set[str] = set()
    before: HistoryEntry | None = None
    for number, entry in enumerate(entries):
        reason = _first_fault(entry, before, number, origin, scope)
        if entry.said["key"] in keys:
            reason = reason or "it records once more what an entry before it does"
        if reason:
            yield LogFault(reason, entry.index, entry.id)
        keys.add(entry.said["key"])
        before = entry


def _first_fault(
    entry: HistoryEntry, before: HistoryEntry | None, number: int, origin: str, scope: str
) -> str | None:
    if entry.said["origin"] != origin:
        return f"it is of the log {entry.said['origin']}, not of {origin}"
    if entry.scope != scope:
        return f"it is of {entry.scope}, not of {scope}"
    if entry.seq != number:
        return f"entry {scope}#{number} is missing before it"
    if entry.prev != (before.hash if before else None):
        return "the entry before it is not the one that it was chained to"
    if before is not None and entry.index <= before.index:
        return "it stands in the log before the entry that it follows"
    if before is not None and before.heard is not None:
        if entry.heard is None or entry.heard.count < before.heard.count:
            return "it binds fewer readings than the entry before it"
        if entry.heard.count == before.heard.count and entry.heard.digest != before.heard.digest:
            return "it binds other readings than the entry before it"
    if entry.type in (CLOSED, HANDED_OUT) and entry.facts.get("entries") != entry.seq + 1:
        return f"it states {entry.facts.get('entries')} entries, and is number {entry.seq + 1}"
    return None


@dataclass(frozen=True)
class Completeness:
    """`closed`: an entry states that it is the last; `stated`: the last that states the count.
    `held`: how many entries the log held after the last one that is here.
    """

    closed: bool
    stated: HistoryEntry | None
    after: int
    last: HistoryEntry
    held: int

    @property
    def unseen(self) -> str:
        """What may have been left out at the end; "" if the log ended there too.

        Whoever makes the bundle chooses where it ends. An entry that states a count says how many
        there were then: of what came later it knows nothing.
        """
        if not self.held:
            return ""
        return (
            f"complete as of {self.last.seq + 1} entries at {self.last.said['recorded_at']}; the "
            f"log held {self.held:,} more, and nothing shows that none of them is this shipment's"
        )

    def __str__(self) -> str:
        return "; ".join(part for part in (self._stated(), self.unseen) if part)

    def _stated(self) -> str:
        if self.stated is None:
            return (
                "open: no entry states how many there are, so newer ones may have been left out; "
                "up to the last one none is missing"
            )
        what = "closed" if self.closed else "open, handed out"
        more = f"; {self.after} entries came after that" if self.after else ""
        return (
            f"{what}: entry {self.stated.id}, recorded {self.stated.said['recorded_at']}, states "
            f"{self.stated.seq + 1} entries, and all of them are here{more}"
        )


def completeness(entries: Sequence[HistoryEntry], size: int) -> Completeness:
    """Of entries that are chained: how far their end is proved, in a log of `size` entries."""
    last = entries[-1]
    held = max(size - 1 - last.index, 0)
    stated = [one for one in entries if one.type in (CLOSED, HANDED_OUT)]
    closed = any(one.type == CLOSED for one in entries)
    if not stated:
        return Completeness(closed=False, stated=None, after=0, last=last, held=held)
    return Completeness(closed, stated[-1], len(entries) - 1 - stated[-1].seq, last, held)


@dataclass(frozen=True)
class Disclosure:
    """A personal value that an entry commits to."""

    entry: str
    place: str
    value: str


def read_disclosed(raw: bytes, entries: Iterable[HistoryEntry]) -> list[Disclosure]:
    """Raises ProofError unless each is what its entry committed to."""
    known = {entry.id: entry for entry in entries}
    found = []
    for one in typed(read_json(raw, "disclosed.json"), list, "disclosed.json"):
        said = members(one, {"entry", "place", "salt", "value"}, "a disclosed value")
        name, place = typed(said["entry"], str, "entry"), typed(said["place"], str, "place")
        salt, value = hex_bytes(said["salt"], 32, "salt"), typed(said["value"], str, "value")
        entry = known.get(name)
        committed = None if entry is None else entry.said["commitments"].get(place)
        if committed is None or not _opens(salt, value, committed):
            raise ProofError(f"what is disclosed of {name} at {place} is not what was recorded")
        found.append(Disclosure(name, place, value))
    return found


def _opens(salt: bytes, value: str, committed: str) -> bool:
    try:
        return opens(salt, value, committed)
    except UnicodeEncodeError:  # a lone surrogate, which JSON can say and no text holds
        return False
