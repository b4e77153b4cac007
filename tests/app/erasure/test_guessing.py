"""What was erased cannot be guessed: a dictionary against all that is left."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from sealproof.commitments import commitment
from tests.support.office import START
from tests.support.people import (
    DISPATCHER,
    EVERYBODY,
    GUARD,
    PeopledOffice,
)
from tests.support.signed import ORIGIN
from tracker.domain.codes import Code
from tracker.domain.finding import Finding, FindingType
from tracker.domain.shipment import Shipment
from tracker.log.leaf import key


def test_ten_thousand_names_find_nobody(office: PeopledOffice) -> None:
    salts = [secret.salt for secret in office.journal.kept_secrets()]
    declared = _document(office, "S2")
    assert _guessed(office, [DISPATCHER, "Someone Else"], salts, declared) == {DISPATCHER}
    office.erase_shipment("S1")
    office.erase_shipment("S2")
    office.erase_person(DISPATCHER)
    office.erase_person(GUARD)
    left = [secret.salt for secret in office.journal.kept_secrets()]
    assert left, "of those who were not erased"
    names = [f"{first} {last}" for first in _SYLLABLES for last in _SYLLABLES][: 10_000 - 6]
    assert _guessed(office, [*names, *EVERYBODY], left, declared) == set()


_SYLLABLES = [a + b for a in "BCDFGHJLMN" for b in ("ano", "eli", "ina", "oro", "uz", "ax", "it",
                                                    "ela", "on", "ar")]  # fmt: skip


def _guessed(
    office: PeopledOffice, names: Iterable[str], salts: list[bytes], declared: Shipment
) -> set[str]:
    """Which of the names can be told from what is left, the hashes in all leaves; by somebody who
    knows everything else that was `declared`.
    """
    rows = list(office.journal.entries())
    text = b"\n".join(row.leaf for row in rows).decode()
    seen = set(re.findall(r"[0-9a-f]{32,64}", text))
    keys = [b"", bytes(32), ORIGIN.encode(), *salts]
    officer = next(row for row in rows if b'"officer":null' in row.leaf)
    said = _said(officer.leaf)
    found = set()
    for name in names:
        finding = replace(said, actor=name, facts={**said.facts, "officer": name})
        first, *others = declared.custodians
        named = replace(declared, custodians=(replace(first, name=name), *others))
        guesses = {
            hashlib.sha256(name.encode()).hexdigest(),
            hashlib.sha256(name.encode()).hexdigest()[:32],
            hashlib.sha256(msgspec.json.encode(named)).hexdigest(),
            key(finding),
            *(commitment(salt, name) for salt in keys),
        }
        # A key is the same whoever it was, and so tells nothing.
        guesses -= {key(said)}
        if guesses & seen:
            found.add(name)
    return found


def _said(leaf: bytes) -> Finding:
    said = json.loads(leaf)
    return Finding(
        type=FindingType(said["type"]),
        scope=said["scope"],
        occurred_at=msgspec.convert(said["occurred_at"], type=type(START)),
        recorded_at=START,
        zone=said["payload"]["zone"],
        code=Code(said["payload"]["code"]),
        facts=said["payload"]["facts"],
    )


def _document(office: PeopledOffice, shipment: str) -> Shipment:
    stored = office.journal.shipment(shipment)
    assert stored is not None
    return msgspec.json.decode(stored.document, type=Shipment)
