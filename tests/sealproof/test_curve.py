"""Keys that their owner could disown: points of small order, with a part of it, spelt otherwise."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealproof.curve import PRIME, _decode, _plus, is_honest
from sealproof.errors import ProofError
from sealproof.note import COSIGNATURE, ED25519, new_signer, parse_vkey

EIGHTH = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
OTHER_EIGHTH = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
SMALL = [
    bytes([*(number).to_bytes(32, "little")[:31], (number >> 248) | sign << 7])
    for number in (
        0,
        1,
        PRIME - 1,
        PRIME,
        PRIME + 1,
        *(int.from_bytes(bytes.fromhex(text), "little") for text in (EIGHTH, OTHER_EIGHTH)),
    )
    for sign in (0, 1)
]


def _vkey(public: bytes, kind: int) -> str:
    raw = bytes([kind]) + public
    key_id = sha256(b"log.example\n" + raw).digest()[:4].hex()
    return f"log.example+{key_id}+{base64.b64encode(raw).decode()}"


@pytest.mark.parametrize("kind", [ED25519, COSIGNATURE])
@pytest.mark.parametrize("public", SMALL, ids=bytes.hex)
def test_a_key_of_small_order_is_refused(public: bytes, kind: int) -> None:
    with pytest.raises(ProofError, match="could be disowned"):
        parse_vkey(_vkey(public, kind))


def test_a_key_with_a_part_of_small_order_is_refused() -> None:
    honest, small = _decode(new_signer("x").verifier.public), _decode(bytes.fromhex(EIGHTH))
    assert honest is not None
    assert small is not None
    x, y, z, _ = _plus(honest, small)
    x, y = x * pow(z, -1, PRIME) % PRIME, y * pow(z, -1, PRIME) % PRIME
    with pytest.raises(ProofError, match="could be disowned"):
        parse_vkey(_vkey((y | (x & 1) << 255).to_bytes(32, "little"), ED25519))


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_arbitrary_bytes_are_judged(public: bytes) -> None:
    assert is_honest(public) in (True, False)


def test_every_new_key_is_honest() -> None:
    for _ in range(10):
        key = new_signer("log.example").verifier
        assert parse_vkey(key.vkey) == key
