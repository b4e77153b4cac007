"""One shipment's evidence bundle, from the journal. `sealproof.bundle` is its reader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO

import msgspec

from sealproof import bundle_files as files
from sealproof.history import Disclosure, read_entry
from sealproof.leaves import canonical
from sealproof.note import SignedNote, SignerKey
from tracker.domain.errors import NotFound, Refused
from tracker.domain.finding import FindingType
from tracker.domain.shipment import Shipment, as_opened, public
from tracker.evidence.certification import certification
from tracker.evidence.checkpoints import Witnessed, chosen, newest_of, witnessed
from tracker.evidence.pack import Pack, TooGreat
from tracker.evidence.report import Told, report
from tracker.log.tree import Tree
from tracker.ports import HeardRow, Records, StoredCheckpoint

RECEIPTED = (FindingType.CUSTODY_ACCEPTED, FindingType.SHIPMENT_CLOSED)
"""Entries for which receipts are handed out."""


@dataclass(frozen=True)
class Wanted:
    """disclose: personal values with their salts. readings: the raw telemetry. since: sizes of
    checkpoints that the reader kept. drawn: the map, a PNG. keys: of the log, to sign it all.
    """

    disclose: bool = False
    readings: bool = True
    since: Sequence[int] = ()
    drawn: bytes | None = None
    keys: Sequence[SignerKey] = field(default=(), repr=False)


@dataclass(frozen=True)
class Packed:
    """What is in the bundle. size: of the checkpoint that all of it is proved against."""

    entries: int
    readings: int
    disclosed: int
    checkpoints: int
    size: int


def write(file: BinaryIO, records: Records, shipment: str, wanted: Wanted, now: datetime) -> Packed:
    """Write the bundle to `file`, which can be sought. `now` is when the report says it was made.

    Raises NotFound for an unknown shipment; Refused while no released checkpoint holds its newest
    entry, or if the bundle is greater than a verifier reads.
    """
    pack = Pack(file)
    try:
        packed = _Bundle(records, shipment, wanted, now).pack(pack)
    except TooGreat as error:
        raise Refused(
            f"{error}, more than verifiers read",
            mend="leave the telemetry out (--no-readings), if it has any",
        ) from error
    pack.close()
    return packed


class _Bundle:
    def __init__(self, records: Records, shipment: str, wanted: Wanted, now: datetime) -> None:
        self.records, self.wanted, self.now = records, wanted, now
        stored = records.shipment(shipment)
        rows = list(records.entries(scope=shipment))
        if stored is None or not rows:
            raise NotFound(
                f"there is no shipment {shipment}", mend="`tracker shipment list` names them"
            )
        self.rows, self.entries = rows, [read_entry(row.index, row.leaf) for row in rows]
        self.shipment, self.origin = shipment, str(self.entries[0].said["origin"])
        self.head = newest_of(records, rows[-1].index)
        self.tree = Tree(self.head.size, records.tile)
        self.checkpoints = self._checkpoints()
        self.bound = max((one.heard.count for one in self.entries if one.heard), default=0)
        opened = as_opened(stored.document, self.entries[0].facts.get("document_sha256"))
        self.declared = None if opened is None else public(opened)
        self.named = msgspec.json.decode(stored.document, type=Shipment)

    def _checkpoints(self) -> list[Witnessed]:
        indices = [row.index for row in self.rows]
        receipts = [row.index for row in self.rows if row.type in RECEIPTED]
        stored = [one for one in self._released() if one.size <= self.head.size]
        attestations = self.records.attestations(since=stored[0].size)
        needed = chosen(indices, receipts, stored, attestations, self.wanted.since)
        return [witnessed(one, attestations) for one in needed]

    def _released(self) -> list[StoredCheckpoint]:
        """From one before the shipment's first entry on, looking back further and further: of the
        whole log there may be millions.
        """
        first, back = self.rows[0].index, 1
        since = min([first, *self.wanted.since])
        while True:
            since = max(0, since - back)
            found = self.records.checkpoints(since=since)
            if since == 0 or (found and found[0].size <= first):
                return found
            back *= 8

    def pack(self, pack: Pack) -> Packed:
        pack.add(files.ENTRIES, b"".join(row.leaf + b"\n" for row in self.rows))
        pack.add(files.PROOFS, canonical(self._proofs()))
        for one in self.checkpoints:
            pack.add(f"checkpoints/{one.size}.note", str(one.note).encode())
            for authority, token in one.stamps:
                pack.add(f"timestamps/{one.size}.{_plain(authority)}.tsr", token)
        if self.declared is not None:
            pack.add(files.SHIPMENT, self.declared)
        disclosed = self._disclosed() if self.wanted.disclose else []
        if self.wanted.disclose:
            pack.add(files.DISCLOSED, canonical(disclosed))
        if self.wanted.readings:
            pack.stream(files.READINGS, self._readings())
        told = self._told([Disclosure(d["entry"], d["place"], d["value"]) for d in disclosed])
        pack.add(files.REPORT, report(told).encode())
        pack.add(files.CERTIFICATION, certification(told).encode())
        self._seal(pack)
        return Packed(
            entries=len(self.rows),
            readings=self.bound if self.wanted.readings else 0,
            disclosed=len(disclosed),
            checkpoints=len(self.checkpoints),
            size=self.head.size,
        )

    def _seal(self, pack: Pack) -> None:
        """The manifest over all that is packed, and the log's signature over that."""
        manifest = canonical(
            {
                "format": files.FORMAT,
                "origin": self.origin,
                "shipment": self.shipment,
                "files": dict(sorted(pack.digests.items())),
            }
        )
        pack.add(files.MANIFEST, manifest)
        if self.wanted.keys:
            digest = sha256(manifest).hexdigest()
            text = files.statement(self.origin, self.shipment, digest)
            note = SignedNote(text, tuple(key.sign(text) for key in self.wanted.keys))
            pack.add(files.NOTE, str(note).encode())

    def _proofs(self) -> dict[str, Any]:
        size = self.head.size
        return {
            "size": size,
            "inclusion": [
                {"index": row.index, "path": files.written(self.tree.inclusion(row.index))}
                for row in self.rows
            ],
            "consistency": [
                {"size": one.size, "path": files.written(self.tree.consistency(one.size))}
                for one in self.checkpoints
                if one.size < size
            ],
        }

    def _disclosed(self) -> list[dict[str, str]]:
        """What was not erased."""
        return [
            {"entry": row.id, "place": one.place, "salt": one.salt.hex(), "value": one.value}
            for row in self.rows
            for one in row.secrets
        ]

    def _readings(self) -> Iterator[bytes]:
        """Those that the entries bind; what came after the last entry is bound by none yet."""
        rows = (row for row in self.records.heard(scope=self.shipment) if row.number is not None)
        for row in rows:
            if row.number is not None and row.number < self.bound:
                yield canonical(reading(row)) + b"\n"

    def _told(self, disclosed: Iterable[Disclosure]) -> Told:
        return Told(
            made=self.now,
            origin=self.origin,
            shipment=self.shipment,
            entries=tuple(self.entries),
            disclosed=tuple(disclosed),
            declared=None if self.declared is None else json.loads(self.declared),
            names={one.id: one.name for one in self.named.custodians if one.name}
            if self.wanted.disclose
            else {},
            checkpoints=tuple(self.checkpoints),
            readings=self.bound,
            with_readings=self.wanted.readings,
            drawn=self.wanted.drawn,
        )


def reading(row: HeardRow) -> dict[str, Any]:
    """A line of readings.jsonl: the parts of what the log binds, see `verify.readings.record`."""
    device, received_us, dialect, buffered, body = row.record.split(b"\0")
    return {
        "body": body.decode(),
        "buffered": buffered == b"1",
        "device": device.decode(),
        "dialect": dialect.decode(),
        "received_at_us": int(received_us),
    }


def _plain(name: str) -> str:
    """As a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name)[:64]
