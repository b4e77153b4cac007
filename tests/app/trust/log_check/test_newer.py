"""Entries that nobody outside has seen yet: the verdict counts them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from sealproof.checkpoint import cosign
from sealproof.grades import Grade, Verdict
from sealproof.note import COSIGNATURE, SignedNote, SignerKey, new_signer
from sealproof.policy import parse_policy
from sealproof.trust import Trust
from tests.support.office import START
from tests.support.signed import SignedOffice
from tracker.ports import Attestation


def newer(verdict: Verdict) -> int | None:
    """How many entries the verdict says are newer than all that was seen outside; None if it says
    nothing of the kind.
    """
    said = "".join(verdict.warnings)
    found = re.findall(r"the last (\d+) entries are newer than all that was seen outside", said)
    assert len(found) <= 1
    return int(found[0]) if found else None


def trust(office: SignedOffice, witness: SignerKey) -> Trust:
    key = witness.verifier.vkey
    text = f"log {office.key.verifier.vkey}\nwitness w {key}\nquorum w\n"
    return Trust(parse_policy(text))


def witnessed(office: SignedOffice, witness: SignerKey) -> int:
    """The log as it is now is released and cosigned; its size."""
    note = office.released()
    size: int = office.journal.head().size
    line = cosign(note.text, witness, START + timedelta(minutes=10)).line
    office.journal.attest(
        Attestation(
            size=size,
            kind="cosignature",
            name=witness.name,
            body=line.encode(),
            at=START + timedelta(minutes=10),
        )
    )
    return size


def grown(office: SignedOffice) -> SignedNote:
    """Some more entries, released too."""
    office.hand_over_again()
    return office.released()


def test_a_checkpoint_of_the_whole_log_leaves_none_newer(office: SignedOffice) -> None:
    verdict = office.verdict(kept=office.released())
    assert (verdict.grade, newer(verdict)) == (Grade.ANCHORED, None)


def test_they_are_counted_from_the_checkpoint_that_was_kept(office: SignedOffice) -> None:
    kept, size = office.released(), office.journal.head().size
    grown(office)
    more = office.journal.head().size - size
    assert more > 0
    verdict = office.verdict(kept=kept)
    assert (verdict.grade, newer(verdict)) == (Grade.ANCHORED, more)


def test_where_nothing_was_seen_outside_none_is_newer_than_it(office: SignedOffice) -> None:
    verdict = office.verdict()
    assert (verdict.grade, newer(verdict)) == (Grade.CONSISTENT, None)


@pytest.fixture
def witness() -> SignerKey:
    return new_signer("insurer.example/w", COSIGNATURE)


def test_they_are_counted_from_what_the_witnesses_saw(
    office: SignedOffice, witness: SignerKey
) -> None:
    size = witnessed(office, witness)
    verdict = office.verdict(trust=trust(office, witness))
    assert (verdict.grade, newer(verdict)) == (Grade.WITNESSED, None)
    grown(office)
    verdict = office.verdict(trust=trust(office, witness))
    assert (verdict.grade, newer(verdict)) == (
        Grade.WITNESSED,
        office.journal.head().size - size,
    )


def test_the_newest_seen_by_anybody_counts(office: SignedOffice, witness: SignerKey) -> None:
    """An old word of the witnesses, a newer checkpoint kept, and entries newer than both."""
    witnessed(office, witness)
    kept = grown(office)
    verdict = office.verdict(kept=kept, trust=trust(office, witness))
    assert (verdict.grade, newer(verdict)) == (Grade.WITNESSED, None)
    size = office.journal.head().size
    office.hand_over_again_by("acme")
    verdict = office.verdict(kept=kept, trust=trust(office, witness))
    more = office.journal.head().size - size
    assert more > 0
    assert newer(verdict) == more
