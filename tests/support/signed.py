"""An office whose log is signed, and an adversary who owns its database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from sealproof.grades import Verdict
from sealproof.note import SignedNote, new_signer, parse_note
from sealproof.trust import Trust
from tests.support.office import Office, message, reading, trip
from tracker.adapters.checkpoint_book import FileBook
from tracker.adapters.journal import SqlJournal
from tracker.app.trust.log_check.log import Progress, check
from tracker.app.trust.log_check.telemetry import heads_of
from tracker.app.trust.signing import LogSigner
from tracker.app.unit_of_work import fresh_salt
from tracker.domain.codes import Code
from tracker.domain.command import AcceptCustody, OfferCustody
from tracker.domain.finding import Finding, FindingType
from tracker.log.document import read
from tracker.log.leaf import Chain, entry
from tracker.ports import LogKeys, NewEntry, StoredCheckpoint, Work

ORIGIN = "test/log"


class SignedOffice(Office):
    """`key` signs; `book` is the file of released checkpoints, outside the database."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = folder / "tracker.db"
        self.key = new_signer(ORIGIN)
        self.book = FileBook(folder / "checkpoints.jsonl")
        self.signer = self.signing(self.journal)

    def signing(self, journal: SqlJournal) -> LogSigner:
        keys = LogKeys((self.key,), [self.key.verifier])
        return LogSigner(
            journal=journal, book=self.book, keys=lambda: keys, clock=self.clock, origin=ORIGIN
        )

    def drive(self) -> None:
        """A shipment with a dozen readings, a handover, a cut: every kind of row."""
        self.open(trip("S1", "L1", custodians=[{"id": "acme"}, {"id": "fast"}]))
        for minute in range(6):
            said = reading(minute, north_km=minute, seal={"state": "sealed", "number": "MXL1"})
            self.hear(message("L1", said), message("L9", reading(minute)))
        self.hand_over()
        cut = reading(7, north_km=7, seal={"state": "cut", "number": "MXL1", "event": "cut"})
        self.hear(message("L1", cut))

    def hand_over(self) -> None:
        now = self.clock.now()
        self.commands.submit(
            "S1", OfferCustody(at=now, by="ana", releaser="acme", receiver="fast", number="MXL1")
        )
        self.commands.submit("S1", AcceptCustody(at=now, by="eva", receiver="fast", number="MXL1"))

    def hand_over_again(self) -> None:
        """More of the same, at the desk's own time."""
        now = self.commands.now()
        self.commands.submit(
            "S1", OfferCustody(at=now, by="eva", releaser="fast", receiver="acme", number="MXL1")
        )

    def hand_over_again_by(self, receiver: str) -> None:
        """The offer of `hand_over_again` is accepted."""
        now = self.commands.now()
        self.commands.submit(
            "S1", AcceptCustody(at=now, by="ana", receiver=receiver, number="MXL1")
        )

    def verdict(
        self,
        *,
        kept: SignedNote | None = None,
        trust: Trust | None = None,
        journal: SqlJournal | None = None,
        released: Iterable[StoredCheckpoint] | None = None,
        progress: Progress = lambda _done, _all: None,
    ) -> Verdict:
        records = journal or self.journal
        return check(
            records,
            origin=ORIGIN,
            own=[self.key.verifier],
            heads=heads_of(records),
            released=self.book.all() if released is None else released,
            trust=trust,
            kept=kept,
            progress=progress,
        )

    def released(self) -> SignedNote:
        """The newest checkpoint, as an outsider would keep it."""
        self.signer.release()
        newest = self.book.newest()
        assert newest is not None
        return parse_note(newest.note)

    def tamper(self, statement: str, values: Sequence[Any] = ()) -> int:
        """What whoever owns the database file can do; rows touched."""
        with closing(sqlite3.connect(self.path)) as raw, raw:
            return raw.execute(statement, values).rowcount

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as raw:
            return raw.execute(query).fetchall()


def rebuilt(source: SqlJournal, path: Path, *, reasons: dict[int, str], size: int) -> SqlJournal:
    """A forged journal: the source's first `size` entries, some with another reason, every hash,
    link and node over them made anew, as its owner could.
    """
    forged = SqlJournal.open(f"sqlite:///{path}")
    chains: dict[str, Chain] = {}
    entries = []
    for row in source.entries(limit=size):
        finding = _finding(row.leaf)
        if row.index in reasons:
            finding = replace(finding, facts={**finding.facts, "reason": reasons[row.index]})
        chain = chains.get(row.scope, Chain())
        made = entry(
            finding,
            origin=ORIGIN,
            chain=chain,
            rules_version="2",
            zones_version="z",
            salt=fresh_salt,
        )
        chains[row.scope] = Chain(seq=chain.seq + 1, prev=made.hash)
        entries.append(
            NewEntry(
                id=made.id,
                leaf=made.leaf,
                scope=made.scope,
                seq=made.seq,
                key=made.key,
                hash=made.hash,
                finding=finding,
                secrets=made.secrets,
            )
        )
    kept = {one.scope for one in entries}
    shipments = [stored for stored in source.shipments() if stored.id in kept]
    forged.commit(Work(entries=entries, shipments=shipments), {})
    return forged


def _finding(leaf: bytes) -> Finding:
    said = read(leaf)
    payload = said.payload
    return Finding(
        type=FindingType(said.type),
        scope=said.scope,
        occurred_at=datetime.fromisoformat(said.occurred_at),
        recorded_at=datetime.fromisoformat(said.recorded_at),
        device=payload.device,
        late=payload.late,
        lat=None if payload.lat is None else float(payload.lat),
        lon=None if payload.lon is None else float(payload.lon),
        zone=payload.zone,
        code=Code(str(payload.code)),
        evidence=said.raw,
        facts=payload.facts,
    )
