"""The leaf's bytes: the canonical form is RFC 8785's, and nothing else is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sealproof.errors import ProofError
from sealproof.leaves import EXACT, VERSIONS, canonical, parse_leaf
from tests.support.works import leaves

LEAF = leaves(2)[1][0].leaf
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-EXACT, EXACT) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)


@given(values)
def test_the_canonical_form_is_that_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(
    st.dictionaries(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])), values)
)
def test_the_short_way_is_the_same_without_keys_beyond_the_plane(value: dict[str, Any]) -> None:
    if all(ord(letter) < 0x10000 for letter in json.dumps(value, ensure_ascii=False)):
        assert canonical(value, plain=True) == rfc8785.dumps(value)


def test_keys_are_ordered_as_utf_16() -> None:
    assert canonical({"\U0001f600": 1, "\ufffd": 2}) == '{"\U0001f600":1,"\ufffd":2}'.encode()


def test_leaves_of_both_versions_are_read() -> None:
    said = parse_leaf(LEAF)
    assert said.keys() == VERSIONS[2]
    old = canonical({**{k: v for k, v in said.items() if k != "heard"}, "v": 1})
    assert parse_leaf(old)["v"] == 1


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(ProofError):
        parse_leaf(raw)


@given(st.integers(0, len(LEAF) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_says_something_else(place: int, flip: int) -> None:
    try:
        said = parse_leaf(LEAF[:place] + bytes([LEAF[place] ^ flip]) + LEAF[place + 1 :])
    except ProofError:
        return
    assert said != parse_leaf(LEAF)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b'{"v":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"v":1e400}',
        b'{"v":1.0}',
        b'{"v":-0}',
        b'{"v":NaN}',
        b'{"v":2,"v":2}',
        b'{"v":"\\ud800"}',
        b'{"v":true}',
        b'{"v":3}',
        b'{"v":' + b"9" * 10_000 + b"}",
        LEAF + b"\n",
        b" " + LEAF,
        b"\xef\xbb\xbf" + LEAF,
        LEAF.decode().encode("utf-16"),
    ],
)
def test_what_no_log_writes_is_refused(raw: bytes) -> None:
    with pytest.raises(ProofError):
        parse_leaf(raw)
