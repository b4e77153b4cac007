"""No changed bundle is accepted, and nothing makes the verifier fall over.

A forger cannot sign as the log. Either the log's signature over the whole bundle stays (then it is
of another manifest), or it is stripped (then only what the entries bind is proved, and said so).
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealproof.archive import Archive
from sealproof.bundle import Bundle, check_bundle
from sealproof.errors import ProofError
from sealproof.grades import Grade
from tests.support.bundles import forged, packed, unpacked
from tests.support.chest import TRUST

FLIPS = (0x01, 0x80)
UNBOUND = {"report.html", "certification.html"}
"""Bound by nothing but the log's signature over the whole bundle."""
EACH_OF_THE_REPORT = 97
"""Of a file of many kilobytes that only its hash stands for, every so manieth byte is tried."""


def check(raw: bytes) -> Bundle:
    return check_bundle(io.BytesIO(raw), TRUST)


def flipped(content: bytes, step: int = 1) -> Iterator[bytes]:
    for place in range(0, len(content), step):
        flip = FLIPS[place % 2]
        yield content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]


def names(small: bytes) -> list[str]:
    return sorted(unpacked(small))


def test_the_small_bundle_has_every_kind_of_file(small: bytes) -> None:
    assert check(small).verdict.grade is Grade.WITNESSED
    kinds = {name.partition("/")[0] for name in names(small)}
    assert kinds == {
        "manifest.json", "bundle.note", "entries.jsonl", "proofs.json", "checkpoints",
        "readings.jsonl", "shipment.json", "disclosed.json", *UNBOUND,
    }  # fmt: skip


def test_every_byte_of_every_file_is_signed_for(small: bytes) -> None:
    """The manifest is made to fit; the log's signature is not."""
    for name, content in unpacked(small).items():
        step = EACH_OF_THE_REPORT if name in UNBOUND else 4
        for changed in flipped(content, step):
            found = check(forged(small, {name: changed})).verdict
            assert found.grade is Grade.BROKEN, name


def test_without_the_signature_every_byte_that_entries_bind_still_is(small: bytes) -> None:
    """A changed line of a witness no longer counts; all else is noticed."""
    bare = forged(small, {"bundle.note": None})
    honest = check(bare)
    assert honest.verdict.grade is Grade.WITNESSED
    for name, content in unpacked(bare).items():
        if name in UNBOUND or name == "manifest.json":
            continue
        for changed in flipped(content):
            found = check(forged(bare, {name: changed}))
            if found.verdict.grade is Grade.BROKEN:
                continue
            assert name.startswith("checkpoints/"), name
            assert found.verdict.grade < honest.verdict.grade or b"witness" not in changed
            assert found.entries == honest.entries


def test_every_byte_of_the_archive_matters_or_changes_nothing(small: bytes) -> None:
    """A bit may stay unread only inside compressed data, and then every file is the same."""
    files = unpacked(small)
    spans = [
        (one.start, one.start + one.packed) for one in Archive(io.BytesIO(small)).members.values()
    ]
    accepted = 0
    for place in range(len(small)):
        raw = small[:place] + bytes([small[place] ^ FLIPS[place % 2]]) + small[place + 1 :]
        if check(raw).verdict.grade is Grade.BROKEN:
            continue
        accepted += 1
        assert any(start <= place < end for start, end in spans)
        archive = Archive(io.BytesIO(raw))
        assert {name: archive.read(name) for name in archive.members} == files
    assert accepted < len(files) * 2


@pytest.mark.parametrize("step", [1, 7])
def test_every_beginning_and_end_cut_off_is_refused(small: bytes, step: int) -> None:
    for at in range(step, len(small), 61):
        assert check(small[:-at]).verdict.grade is Grade.BROKEN
        assert check(small[at:]).verdict.grade is Grade.BROKEN


@given(st.binary(max_size=500))
def test_arbitrary_bytes_are_broken(raw: bytes) -> None:
    assert check(raw).verdict.grade is Grade.BROKEN


junk = st.binary(max_size=80) | st.sampled_from(
    [b"{}", b"[]", b"null", b"0", b"\n", b"[" * 9_999, b'{"a":' * 9_999, b"\xff\xfe", b'""']
)


@settings(max_examples=150)
@given(st.data())
def test_any_file_may_be_anything(small: bytes, data: st.DataObject) -> None:
    """Several files at once replaced by junk, or spliced with it; the manifest fits or is junk."""
    contents = unpacked(small)
    for name in data.draw(st.lists(st.sampled_from(sorted(contents)), min_size=1, max_size=4)):
        content, piece = contents[name], data.draw(junk)
        at = data.draw(st.integers(0, len(content)))
        contents[name] = data.draw(
            st.sampled_from([piece, content[:at] + piece, content[:at] + piece + content[at:]])
        )
    if contents == unpacked(small):
        return
    if contents["manifest.json"] == unpacked(small)["manifest.json"]:
        changes: dict[str, bytes | None] = dict(contents)
        del changes["manifest.json"]
        raw = forged(small, changes)
    else:
        raw = packed(contents)
    assert check(raw).verdict.grade is Grade.BROKEN


@given(st.lists(st.tuples(st.from_regex(r"[a-z./]{1,12}", fullmatch=True), junk), max_size=4))
def test_any_archive_may_come(files: list[tuple[str, bytes]]) -> None:
    assert check(packed(dict(files))).verdict.grade is Grade.BROKEN


def test_proof_errors_are_the_only_ones(small: bytes) -> None:
    """What `check_bundle` catches is a ProofError: nothing else is swallowed on the way."""
    with pytest.raises(ProofError):
        Archive(io.BytesIO(small[:-1]))
