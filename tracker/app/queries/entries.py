"""Custody entries as everybody reads them: from the leaves' bytes, not from the columns beside.

This is the one reader of a leaf. Audits, maps, commands and reports stand on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from sealproof.wording import words
from tracker.domain.codes import Fact
from tracker.domain.errors import Unreadable
from tracker.domain.finding import FindingType
from tracker.domain.personal import ERASED
from tracker.log import document
from tracker.log.leaf import LeafError
from tracker.ports import EntryRow

_ACTOR = "payload.actor"
_FACTS = "payload.facts."
_ANSWERS = frozenset(
    {FindingType.SHIPMENT_CLOSED, FindingType.ALERT_ACKNOWLEDGED, FindingType.ALERT_CLOSED}
)
"""Types whose `written` words were the author's own."""


class CustodyEntry(Struct, frozen=True, kw_only=True):
    """One custody entry.

    code, facts: what it says. written: the words that leaves of versions 1 and 2 hold instead of a
    code, which then is "".
    index: its place in the log. at: when it happened. actor: who declared it, if that was disclosed
    and not erased. hidden: the places in the leaf whose value it only commits to ("payload.actor").
    people: facts that name somebody, disclosed and not erased; in `facts` they are null.
    lat, lon: degrees, WGS 84. zones, rules: their versions in force. evidence: the identity of the
    reading that it rests on. heard: how many readings of the scope were stored by then; None in
    leaves of version 1.
    """

    index: int
    id: str
    scope: str
    seq: int
    type: str
    at: datetime
    recorded_at: datetime
    code: str = ""
    written: str | None = None
    device: str | None = None
    zone: str | None = None
    lat: float | None = None
    lon: float | None = None
    late: bool = False
    actor: str | None = None
    hidden: frozenset[str] = frozenset()
    facts: dict[str, Fact] = {}
    people: dict[str, str] = {}
    zones: str = ""
    rules: str = ""
    evidence: str | None = None
    heard: int | None = None

    def text(self, name: str) -> str | None:
        """A fact, as text; None if it is absent or null."""
        value = self.facts.get(name)
        return None if value is None else str(value)

    def person(self, name: str) -> str | None:
        """A fact that names somebody, as people are shown it; None if nobody was named."""
        if (named := self.people.get(name)) is not None:
            return named
        return ERASED if _FACTS + name in self.hidden else self.text(name)

    @property
    def detail(self) -> str:
        """What it says, in words: to be read, and to decide nothing."""
        return words(self.code, self.facts | self.people) if self.written is None else self.written

    @property
    def given(self) -> str:
        """The reason or note that its author gave; "" without one."""
        if self.written is not None and self.type in _ANSWERS:
            return self.written
        return self.text("reason") or self.text("note") or ""

    @property
    def declared(self) -> bool:
        """A person declared it: a name belongs to it, disclosed or not, erased or not."""
        return self.actor is not None or _ACTOR in self.hidden

    @property
    def by(self) -> str | None:
        """Who is behind it, as people are shown it."""
        return ERASED if self.actor is None and _ACTOR in self.hidden else self.actor

    @property
    def alert(self) -> str | None:
        """The alert that it tells of."""
        return self.text("alert")


def read(rows: Iterable[EntryRow]) -> tuple[CustodyEntry, ...]:
    """In the log's order. Raises Unreadable for bytes that are no leaf."""
    return tuple(map(entry_of, rows))


def document_of(row: EntryRow, *, disclosed: bool = True) -> dict[str, Any]:
    """As `--json` and the interface write it. disclosed: with what its commitments hide, unless
    that was erased.
    """
    fields = msgspec.structs.asdict(row)
    del fields["secrets"]
    told = row.disclosed if disclosed else {}
    return {**fields, "leaf": msgspec.Raw(row.leaf), "disclosed": told}


def entry_of(row: EntryRow) -> CustodyEntry:
    """Raises Unreadable for bytes that are no leaf."""
    try:
        leaf = document.read(row.leaf)
    except LeafError as error:
        raise Unreadable(
            error.what, where=f"entry {row.id}", mend="tracker log verify says what was altered"
        ) from error
    payload = leaf.payload
    people = {
        place.removeprefix(_FACTS): value
        for place, value in row.disclosed.items()
        if place.startswith(_FACTS)
    }
    return CustodyEntry(
        index=row.index,
        id=leaf.id,
        scope=leaf.scope,
        seq=leaf.seq,
        type=leaf.type,
        at=datetime.fromisoformat(leaf.occurred_at),
        recorded_at=datetime.fromisoformat(leaf.recorded_at),
        code="" if payload.code is UNSET else payload.code,
        written=None if payload.detail is UNSET else payload.detail,
        device=payload.device,
        zone=payload.zone,
        lat=None if payload.lat is None else float(payload.lat),
        lon=None if payload.lon is None else float(payload.lon),
        late=payload.late,
        actor=row.disclosed.get(_ACTOR, payload.actor),
        hidden=frozenset(leaf.commitments),
        facts=payload.facts,
        people=people,
        zones=leaf.zones,
        rules=leaf.rules,
        evidence=leaf.raw,
        heard=None if leaf.heard is None else leaf.heard.count,
    )
