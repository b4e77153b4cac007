"""Archives from strangers: one layout is read, and no other."""

from __future__ import annotations

import io
import struct
import tracemalloc
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealproof import archive
from sealproof.archive import Archive
from sealproof.errors import ProofError
from tests.support.bundles import packed

FILES = {"a.txt": b"one\ntwo\n", "b/c.json": b"{}" * 5_000, "empty": b""}
GOOD = packed(FILES)


def opened(raw: bytes) -> Archive:
    return Archive(io.BytesIO(raw))


def everything(raw: bytes) -> dict[str, bytes]:
    found = opened(raw)
    return {name: found.read(name) for name in found.members}


def test_what_is_packed_is_read() -> None:
    assert everything(GOOD) == FILES
    assert list(opened(GOOD).lines("a.txt")) == [b"one", b"two"]
    assert list(opened(GOOD).lines("empty")) == []
    with pytest.raises(ProofError, match=r"b/c\.json does not end"):
        list(opened(GOOD).lines("b/c.json"))
    with pytest.raises(ProofError, match="none is missing"):
        opened(GOOD).read("none")


def test_other_tools_read_it_too() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as theirs:
        assert theirs.testzip() is None
        assert {name: theirs.read(name) for name in theirs.namelist()} == FILES


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,5}(/[a-z]{1,5})?", fullmatch=True),
        st.binary(max_size=300),
        max_size=5,
    )
)
def test_any_files_come_back(files: dict[str, bytes]) -> None:
    assert everything(packed(files)) == files


def written(*members: tuple[zipfile.ZipInfo, bytes], comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a name that is there twice
        for info, content in members:
            made.writestr(info, content)
        made.comment = comment
    return file.getvalue()


def member(name: str = "a.txt", **changes: Any) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr = 3, archive.ATTRIBUTES
    for key, value in changes.items():
        setattr(info, key, value)
    return info


def test_the_plain_member_below_is_read_so_only_its_change_is_refused() -> None:
    assert everything(written((member(), b"x"))) == {"a.txt": b"x"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"PK",
        b"PK\5\6" + bytes(18)[:-1],
        written((member("../a"), b"")),
        written((member("/a"), b"")),
        written((member("a/../b"), b"")),
        written((member("a/b/c"), b"")),
        written((member("a\\b"), b"")),
        written((member("C:a"), b"")),
        written((member(".hidden"), b"")),
        written((member("ñ"), b"")),
        written((member("a" * 129), b"")),
        written((member("a/"), b"")),
        written((member(), b"x"), (member(), b"y")),
        written((member(external_attr=0o120777 << 16), b"/etc/passwd")),
        written((member(external_attr=0o040755 << 16), b"")),
        written((member(external_attr=0o104755 << 16), b"")),
        written((member(compress_type=zipfile.ZIP_BZIP2), b"x")),
        written((member(compress_type=zipfile.ZIP_LZMA), b"x")),
        written((member(extra=b"UT\5\0\1\0\0\0\0"), b"x")),
        written((member(comment=b"hello"), b"x")),
        written((member(date_time=(2026, 3, 2, 12, 0, 0)), b"x")),
        written((member(create_system=0), b"x")),
        written((member(), b"x"), comment=b"hello"),
        GOOD + b"\n",
        b"#!/bin/sh\n" + GOOD,
        GOOD[:-1],
        GOOD + GOOD,
    ],
)
def test_any_other_archive_is_refused(raw: bytes) -> None:
    with pytest.raises(ProofError):
        everything(raw)


def patched(name: bytes, place: str, change: Callable[[int], int], *, both: bool = True) -> bytes:
    """GOOD with one field of a member changed in its central header, and in its local one too."""
    local, central = {
        "flags": (6, 8), "method": (8, 10), "crc": (14, 16), "packed": (18, 20), "size": (22, 24),
    }[place]  # fmt: skip
    width = "<H" if place in ("flags", "method") else "<L"
    raw = bytearray(GOOD)
    at = GOOD.rfind(name) - 46
    (value,) = struct.unpack_from(width, raw, at + central)
    struct.pack_into(width, raw, at + central, change(value))
    if both:
        struct.pack_into(width, raw, GOOD.find(name) - 30 + local, change(value))
    return bytes(raw)


@pytest.mark.parametrize("both", [True, False])
@pytest.mark.parametrize("change", [lambda one: one + 1, lambda one: one ^ 0x1, lambda _: 0xFFFF])
@pytest.mark.parametrize("place", ["flags", "method", "crc", "packed", "size"])
def test_headers_that_lie_are_refused(place: str, change: Callable[[int], int], both: bool) -> None:
    raw = patched(b"b/c.json", place, change, both=both)
    with pytest.raises(ProofError):
        everything(raw)


def bomb(claimed: int) -> bytes:
    """A small file that unpacks to 64 MiB and says that it has `claimed` bytes."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = deflater.compress(bytes(64 << 20)) + deflater.flush()
    name = b"entries.jsonl"
    head = (archive.VERSION, 0, 8, 0, archive.DATE, 0, len(data), claimed, len(name), 0)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", *head) + name + data
    central = (
        struct.pack("<4s6H3L5H2L", b"PK\1\2", archive.SYSTEM, *head, 0, 0, 0, archive.ATTRIBUTES, 0)
        + name
    )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def test_a_bomb_is_put_out_before_it_is_unpacked() -> None:
    with pytest.raises(ProofError, match="at most"):
        opened(bomb(0xFFFFFFFF))
    with pytest.raises(ProofError, match="at most"):
        opened(bomb((64 << 20) + 1)).read("entries.jsonl")


def test_a_bomb_that_lies_is_put_out_at_once() -> None:
    found = opened(bomb(100))
    tracemalloc.start()
    with pytest.raises(ProofError, match="greater than"):
        found.read("entries.jsonl")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 << 20, "no more than some chunks were ever unpacked"


def test_a_line_without_an_end_is_not_gathered() -> None:
    raw = packed({"readings.jsonl": b"x" * (archive.MAX_LINE * 3)})
    with pytest.raises(ProofError, match="line of more"):
        list(opened(raw).lines("readings.jsonl"))


def test_a_directory_of_too_many_files_is_not_read() -> None:
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 60_000, 60_000, 46 * 60_000, 0, 0)
    with pytest.raises(ProofError, match="60,000 files"):
        opened(bytes(46 * 60_000) + end)


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\5\6" + bytes(18), GOOD[-22:]]))
def test_arbitrary_bytes_are_refused(raw: bytes, end: bytes) -> None:
    try:
        everything(raw + end)
    except ProofError:
        return
    assert raw + end in (bytes(22), b"PK\5\6" + bytes(18)), "an archive of no files"


def test_every_byte_matters_or_changes_nothing() -> None:
    """Of the compressed data zlib leaves some bits unread; every other byte is looked at."""
    idle = []
    for place in range(len(GOOD)):
        for flip in (0x01, 0x80, 0xFF):
            raw = GOOD[:place] + bytes([GOOD[place] ^ flip]) + GOOD[place + 1 :]
            try:
                found = everything(raw)
            except ProofError:
                continue
            # A changed name is another file: no bundle has it, and its manifest does not list it.
            if sorted(found) == sorted(FILES):
                assert found == FILES, place
                idle.append(place)
    spans = [(one.start, one.start + one.packed) for one in opened(GOOD).members.values()]
    assert all(any(start <= place < end for start, end in spans) for place in idle)
