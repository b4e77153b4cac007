"""Receipts' form: the specification's, and as another implementation reads it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proofbundle import tlogproof as theirs

from sealproof.checkpoint import parse_checkpoint
from sealproof.errors import ProofError
from sealproof.tlogproof import MAX_BYTES, MAX_HASHES, TlogProof, parse_proof
from tests.support.small_log import SmallLog

LOG = SmallLog(13)
INDEX = 5


def proof(extra: bytes = b"") -> TlogProof:
    note = parse_checkpoint(LOG.note())[1]
    return TlogProof(INDEX, tuple(LOG.tree.inclusion(INDEX)), note, extra)


def test_it_reads_back() -> None:
    for extra in (b"", b"\0leaf"):
        written = str(proof(extra)).encode()
        found = parse_proof(written)
        assert found == proof(extra)
        assert found.check(LOG.entries[INDEX]).size == 13


def test_another_implementation_verifies_it_and_writes_the_same() -> None:
    mine = proof(LOG.entries[INDEX])
    found = theirs.verify_tlog_proof(str(mine), LOG.entries[INDEX], LOG.key.verifier.vkey)
    assert found["ok"] is True
    assert theirs.verify_tlog_proof(str(mine), b"other", LOG.key.verifier.vkey)["ok"] is False
    written = theirs.format_tlog_proof(mine.index, mine.path, str(mine.note), mine.extra)
    assert written == str(mine)


def test_it_proves_its_leaf_alone() -> None:
    with pytest.raises(ProofError, match="another root"):
        proof().check(b"another")


GOOD = str(proof(b"leaf"))
HASH = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "bad",
    [
        "",
        GOOD.replace("@v1", "@v2"),
        GOOD.replace("\nindex 5", ""),
        GOOD.replace("index 5", "index 05"),
        GOOD.replace("index 5", "index -5"),
        GOOD.replace("index 5", "index 5 "),
        GOOD.replace("extra ", "extra  "),
        GOOD.replace("extra ", "extra *"),
        GOOD.replace("extra", "Extra"),
        GOOD.replace("index 5\n", "index 5\n" + f"{HASH}\n" * MAX_HASHES),
        GOOD.replace("index 5\n", "index 5\n\n"),
        GOOD.replace("index 5\n", "index 5\nAAAA\n "),
        GOOD.split("\n\n")[0],
        GOOD[:-1],
        GOOD + "\n",
        GOOD.replace("\n", "\r\n"),
        GOOD + "x" * MAX_BYTES,
    ],
)
def test_what_is_no_proof_is_refused(bad: str) -> None:
    with pytest.raises(ProofError):
        parse_proof(bad.encode())


def test_a_short_hash_is_refused_when_it_is_checked() -> None:
    odd = parse_proof(GOOD.replace("index 5\n", "index 5\nAAAA\n").encode())
    with pytest.raises(ProofError, match="3 bytes"):
        odd.check(LOG.entries[INDEX])


@given(st.binary(max_size=100), st.integers(0, len(GOOD)))
def test_arbitrary_bytes_are_a_proof_or_refused(raw: bytes, at: int) -> None:
    for case in (raw, GOOD.encode()[:at] + raw, GOOD.encode()[:at] + raw + GOOD.encode()[at:]):
        try:
            parse_proof(case)
        except ProofError:
            continue
