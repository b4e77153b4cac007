"""The body of add-checkpoint: what is written is read, and nothing else is."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealproof.errors import ProofError
from sealproof.note import MAX_SIGNATURES, Signature
from sealproof.witness.request import MAX_BYTES, MAX_HASHES, parse_request, write_request
from tests.support.small_log import SmallLog

LOG = SmallLog(9)
NOTE = LOG.note()
HASH = base64.b64encode(bytes(32)).decode()


@given(
    st.integers(0, 10**19 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_HASHES)
)
def test_what_is_written_is_read(old: int, proof: list[bytes]) -> None:
    read = parse_request(write_request(old, proof, NOTE))
    assert (read.old, list(read.proof), read.head) == (old, proof, LOG.head())
    assert str(read.note).encode() == NOTE


def test_the_greatest_request_fits() -> None:
    note = parse_request(write_request(0, [], NOTE)).note
    more = [Signature(f"k{n}", bytes(4), bytes(72)) for n in range(MAX_SIGNATURES - 1)]
    raw = write_request(10**19 - 1, [bytes(32)] * MAX_HASHES, str(note.plus(more)).encode())
    assert len(raw) < MAX_BYTES
    assert len(parse_request(raw).note.signatures) == MAX_SIGNATURES


def said(head: str) -> bytes:
    return f"{head}\n\n".encode() + NOTE


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        b"old 0\n\n",
        NOTE,
        said("old"),
        said("old "),
        said("old -1"),
        said("old 01"),
        said("old +1"),
        said("old 1 "),
        said("Old 1"),
        said("old 1\r"),
        said("old 0x1"),
        said("old ١"),
        said("old 99999999999999999999"),
        said(f"old 1\n{HASH[:-4]}"),
        said(f"old 1\n{HASH} "),
        said(f"old 1\n{HASH[:-1]}"),
        said("old 1\n" + base64.b64encode(bytes(33)).decode()),
        said("old 1\n" + base64.urlsafe_b64encode(b"\xff" * 32).decode()),
        said("old 1" + f"\n{HASH}" * (MAX_HASHES + 1)),
        said("old 1").replace(b"\n\n", b"\n", 1),
        said("old 1") + b"x",
        said("old 1").replace(b"\n9\n", b"\n09\n"),
        said("old 1") + b"x" * MAX_BYTES,
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_what_is_malformed_is_refused(raw: bytes) -> None:
    with pytest.raises(ProofError):
        parse_request(raw)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(ProofError):
        parse_request(raw)


@given(st.data())
def test_damaged_requests_are_refused_or_read(data: st.DataObject) -> None:
    raw = bytearray(write_request(4, LOG.proof(4), NOTE))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = parse_request(bytes(raw))
    except ProofError:
        return
    assert write_request(read.old, list(read.proof), str(read.note).encode()) == bytes(raw)
