"""The quick reading of a leaf takes exactly what the definitive one takes, and says the same."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.log.test_leaf import GOOD, entry, findings, older
from tracker.domain.finding import Finding
from tracker.log.document import read, read_all
from tracker.log.leaf import LeafError, parse


def said(leaf: bytes) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(read(leaf))
    if found["heard"] is None:
        del found["heard"]
    return found


def written(members: dict[str, Any]) -> bytes:
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@given(findings)
def test_what_is_written_is_read(finding: Finding) -> None:
    leaf = entry(finding).leaf
    assert said(leaf) == parse(leaf)


@given(st.data())
def test_a_changed_leaf_is_read_as_the_definitive_way_reads_it(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    changed = GOOD[:at] + data.draw(st.binary(max_size=3)) + GOOD[at + 1 :]
    try:
        found = said(changed)
    except LeafError:
        return
    assert found == parse(changed)


@pytest.mark.parametrize(
    "changes",
    [
        {"heard": None},
        {"heard": {"count": -1, "digest": None}},
        {"heard": {"count": 1, "digest": None, "more": 1}},
        {"seq": "0"},
        {"payload": {}},
        {"v": True},
        {"commitments": {"payload.actor": 1}},
        {"zones": None},
    ],
    ids=str,
)
def test_members_of_another_kind_are_refused(changes: dict[str, Any]) -> None:
    members = {**json.loads(GOOD), **changes}
    leaf = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    with pytest.raises(LeafError):
        read(leaf)


def test_a_float_is_refused_even_where_it_would_be_written_the_same() -> None:
    leaf = GOOD.replace(b'"lock_count":3', b'"lock_count":1.5')
    assert leaf != GOOD
    with pytest.raises(LeafError):
        read(leaf)


@pytest.mark.parametrize("version", [1, 2])
def test_a_leaf_of_an_older_layout_is_read(version: int) -> None:
    old = written(older(version))
    assert said(old) == parse(old)
    assert (read(old).heard is None) == (version == 1)
    assert (read(old).payload.detail, read(old).payload.code) == ("opened by José", msgspec.UNSET)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_payload_of_another_version_is_refused(version: int) -> None:
    members = older(version) if version < 3 else json.loads(GOOD)
    other = json.loads(GOOD)["payload"] if version < 3 else older(2)["payload"]
    for payload in (other, {**members["payload"], **other}):
        leaf = written({**members, "payload": payload})
        with pytest.raises(LeafError, match="payload"):
            read(leaf)
        assert isinstance(read_all([GOOD, leaf])[1], LeafError)


OTHER = GOOD.replace(b'"lock_count":3', b'"lock_count":4')
odd_leaves = st.sampled_from(
    [
        GOOD,
        OTHER,
        written(older(2)),
        written(older(1)),
        b"",
        b"\n",
        GOOD + b"\n",
        GOOD + b"\n" + OTHER,
        GOOD[:-1],
        b" " + GOOD,
        b"{}",
    ]
)


@given(st.lists(odd_leaves, max_size=5))
def test_many_at_once_are_read_as_one_by_one(leaves: list[bytes]) -> None:
    """Not even newlines in them, which divide those that are read together, make a difference."""

    def told(leaf: bytes) -> object:
        try:
            return read(leaf)
        except LeafError as error:
            return error.what

    found = read_all(leaves)
    assert [one.what if isinstance(one, LeafError) else one for one in found] == [
        told(leaf) for leaf in leaves
    ]
