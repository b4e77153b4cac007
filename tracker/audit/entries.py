"""Custody entries as audits read them: from the leaves' bytes, never from the columns beside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from tracker.audit.finding import Unreadable
from tracker.domain.finding import Fact
from tracker.log import document
from tracker.log.leaf import LeafError
from tracker.ports import EntryRow


class Entry(Struct, frozen=True, kw_only=True):
    """One custody entry.

    at: when it happened. actor: who declared it, if that was disclosed and not erased.
    hidden: the places in the leaf whose value it only commits to ("payload.actor"). zones: the
    version of the zones in force.
    """

    id: str
    seq: int
    type: str
    at: datetime
    recorded_at: datetime
    detail: str = ""
    device: str | None = None
    zone: str | None = None
    late: bool = False
    actor: str | None = None
    hidden: frozenset[str] = frozenset()
    facts: dict[str, Fact] = {}
    zones: str = ""

    def text(self, name: str) -> str | None:
        """A fact, as text; None if it is absent or null."""
        value = self.facts.get(name)
        return None if value is None else str(value)

    @property
    def declared(self) -> bool:
        """A person declared it: a name belongs to it, disclosed or not, erased or not."""
        return self.actor is not None or "payload.actor" in self.hidden


def read(rows: Iterable[EntryRow]) -> tuple[Entry, ...]:
    """In the log's order. Raises Unreadable for bytes that are no leaf."""
    return tuple(map(_read, rows))


def _read(row: EntryRow) -> Entry:
    try:
        said = document.read(row.leaf)
    except LeafError as error:
        raise Unreadable(
            error.what, where=f"entry {row.id}", mend="tracker log verify says what was altered"
        ) from error
    payload = said.payload
    return Entry(
        id=said.id,
        seq=said.seq,
        type=said.type,
        at=datetime.fromisoformat(said.occurred_at),
        recorded_at=datetime.fromisoformat(said.recorded_at),
        detail=payload.detail,
        device=payload.device,
        zone=payload.zone,
        late=payload.late,
        actor=row.disclosed.get("payload.actor", payload.actor),
        hidden=frozenset(said.commitments),
        facts=payload.facts,
        zones=said.zones,
    )
