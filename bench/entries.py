"""Custody entries by the million, chained as the log chains them, and journals filled with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from sealproof.merkle import leaf_hash
from tracker.adapters.journal import SqlJournal
from tracker.domain.codes import Code, Fact
from tracker.domain.finding import Finding, FindingType
from tracker.log import leaf
from tracker.log.document import HeardCount, LeafDocument, LeafPayload
from tracker.ports import NewEntry, Work

ORIGIN = "bench/log"
T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
OPEN, EACH = 20, 30
"""Shipments under way at once, which take turns, and entries of each."""
PORTION = 10_000
"""Entries of one commit while a journal is filled."""
_KINDS: tuple[tuple[FindingType, Code, dict[str, Fact]], ...] = (
    (FindingType.ZONE_ENTERED, Code.ZONE_ENTERED, {"kind": "yard", "name": "Monterrey"}),
    (
        FindingType.SEAL_STATE,
        Code.SEALED,
        {
            "from": "ARMED",
            "lock_count": None,
            "named": "MX1234567",
            "number": "MX1234567",
            "to": "SEALED",
        },
    ),
    (
        FindingType.ALERT_RAISED,
        Code.STANDING_UNPLANNED,
        {
            "alert": "BENCH-1",
            "count": 1,
            "kind": "unplanned_stop",
            "minutes": 64,
            "severity": "critical",
            "status": "raised",
        },
    ),
    (FindingType.READINGS_BOUND, Code.READINGS_BOUND, {"fresh": 31, "readings": 31}),
)
_written = msgspec.json.Encoder(order="sorted").encode
"""For ASCII this is RFC 8785, and fast enough for a million; `write` compares the first."""


class Author:
    """Writes entry after entry. None of them binds readings, for there are none."""

    def __init__(self) -> None:
        self.count = 0
        self._tails: dict[str, tuple[int, str]] = {}

    def write(self, count: int) -> list[NewEntry]:
        made = [self._next() for _ in range(count)]
        if made:
            leaf.parse(made[0].leaf)  # raises unless it is a leaf to the byte
        return made

    def _next(self) -> NewEntry:
        number, self.count = self.count, self.count + 1
        scope = f"BENCH-{number // (OPEN * EACH) * OPEN + number % OPEN:06}"
        seq, prev = self._tails.get(scope, (0, None))
        kind, code, facts = _KINDS[number % 7 % len(_KINDS)]
        moment = T0 + timedelta(seconds=number)
        finding = Finding(
            type=kind,
            scope=scope,
            occurred_at=moment,
            recorded_at=moment,
            device=f"TRUCK-{number % OPEN:03}",
            lat=25.6866142,
            lon=-100.3161126,
            zone="monterrey.plant",
            code=code,
            evidence="8c32604184b07b8587313f7e0a786d6d",
            facts=facts,
        )
        key = sha256(b"%d" % number).hexdigest()[:32]
        written = _written(_document(finding, seq, prev, key))
        hash_ = leaf_hash(written)
        if seq + 1 == EACH:
            del self._tails[scope]
        else:
            self._tails[scope] = (seq + 1, hash_.hex())
        return NewEntry(
            id=f"{scope}#{seq}",
            leaf=written,
            scope=scope,
            seq=seq,
            key=key,
            hash=hash_,
            finding=finding,
        )


def filled(folder: Path, size: int) -> tuple[SqlJournal, Author, list[bytes]]:
    """A journal of so many entries, the author who can go on, and all leaf hashes."""
    journal, author = SqlJournal.open(f"sqlite:///{folder / f'{size}.db'}"), Author()
    hashes: list[bytes] = []
    for count in _portions(size):
        entries = author.write(count)
        journal.commit(Work(entries=entries), {})
        hashes += [one.hash for one in entries]
    return journal, author, hashes


def _portions(size: int) -> Iterator[int]:
    yield from (min(PORTION, size - at) for at in range(0, size, PORTION))


def _document(finding: Finding, seq: int, prev: str | None, key: str) -> LeafDocument:
    moment = finding.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return LeafDocument(
        attachments=[],
        commitments={},
        heard=HeardCount(0, None),
        id=f"{finding.scope}#{seq}",
        key=key,
        occurred_at=moment,
        origin=ORIGIN,
        payload=LeafPayload(
            actor=None,
            code=finding.code.value,
            device=finding.device,
            facts=finding.facts,
            lat=f"{finding.lat:.7f}",
            late=False,
            lon=f"{finding.lon:.7f}",
            zone=finding.zone,
        ),
        prev=prev,
        raw=finding.evidence,
        recorded_at=moment,
        rules="3",
        scope=finding.scope,
        seq=seq,
        type=finding.type.value,
        v=leaf.VERSION,
        zones="2b602b316765bbca",
    )
