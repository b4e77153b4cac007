"""What a bundle brings besides its entries, and the entries bind: telemetry, names, declaration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sealproof.archive import Archive
from sealproof.bundle_files import DISCLOSED, READINGS, SHIPMENT
from sealproof.errors import ProofError
from sealproof.grades import LogFault
from sealproof.history import Disclosure, HistoryEntry, read_disclosed
from sealproof.telemetry import check_readings


@dataclass(frozen=True)
class Bound:
    """readings: how many there are, None if they are not in the bundle."""

    readings: int | None
    disclosed: tuple[Disclosure, ...]
    faults: tuple[LogFault, ...]
    warnings: tuple[str, ...]


def check_bound(archive: Archive, entries: Sequence[HistoryEntry]) -> Bound:
    """Whatever is not as the entries bind it is a fault."""
    faults: list[LogFault] = []
    warnings: list[str] = []
    readings: int | None = None
    disclosed: list[Disclosure] = []
    try:
        if READINGS in archive.members:
            readings = check_readings(archive.lines(READINGS), entries)
        elif count := max((entry.heard.count for entry in entries if entry.heard), default=0):
            warnings.append(f"the {count:,} readings that it binds are not in the bundle")
    except ProofError as error:
        faults.append(LogFault(f"{READINGS}: {error}"))
    try:
        if DISCLOSED in archive.members:
            disclosed = read_disclosed(archive.read(DISCLOSED), entries)
    except ProofError as error:
        faults.append(LogFault(str(error)))
    if SHIPMENT in archive.members:
        first = entries[0]
        digest = sha256(archive.read(SHIPMENT)).hexdigest()
        if first.facts.get("document_sha256") != digest:
            faults.append(LogFault(f"{SHIPMENT} is not what {first.id} was opened with"))
    return Bound(readings, tuple(disclosed), tuple(faults), tuple(warnings))
