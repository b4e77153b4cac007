"""A zip archive from a stranger, read strictly: one layout, bounds before bytes, nothing hidden.

    for each file   local header (30 bytes), name, data (stored or deflated)
    for each file   central header (46 bytes), name
    end record      22 bytes, the last of the file

Exactly that, without gaps, comments, extra fields, encryption, links, data descriptors or Zip64,
the files in one order in both places, dated 1980-01-01. So every unpacking tool finds the same
files, and whatever is changed outside the compressed data is noticed.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import BinaryIO

from sealproof.errors import ProofError

MAX_FILES = 4_096
MAX_TOTAL = 1 << 30
"""Bytes of all files together, inflated: readings of ten days from two devices, each second."""
MAX_WHOLE = 64 << 20
"""Bytes of a file that is read at once; telemetry is read line by line."""
MAX_LINE = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}(/[A-Za-z0-9][A-Za-z0-9._-]{0,127})?")
_LONGEST = 257
_CHUNK = 1 << 16

_LOCAL, _CENTRAL, _END = Struct("<4s5H3L2H"), Struct("<4s6H3L5H2L"), Struct("<4s4H2LH")
STORED, DEFLATED = 0, 8
VERSION, DATE = 20, 0x21
"""Needed to extract: 2.0. 1980-01-01, the first day that a zip archive can tell."""
SYSTEM, ATTRIBUTES = 3 << 8 | VERSION, 0o100644 << 16
"""Made by: Unix. A regular file, which its owner may write and all may read."""


@dataclass(frozen=True)
class Member:
    """A file in the archive: where its data begins, and how many bytes it takes there."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int


class Archive:
    """Opened, its directory checked; no file is inflated yet. Raises ProofError."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.members: Mapping[str, Member] = {member.name: member for member in _directory(file)}

    def read(self, name: str) -> bytes:
        """A whole file. Raises ProofError if it is missing, damaged, or greater than MAX_WHOLE."""
        member = self._member(name)
        if member.size > MAX_WHOLE:
            raise ProofError(
                f"{name} has {member.size:,} bytes, and at most {MAX_WHOLE:,} are read"
            )
        return b"".join(self._chunks(member))

    def lines(self, name: str) -> Iterator[bytes]:
        """Its lines without their newline; the last one has one too. Raises ProofError."""
        rest = b""
        for chunk in self._chunks(self._member(name)):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
            if len(rest) > MAX_LINE:
                raise ProofError(f"{name} has a line of more than {MAX_LINE:,} bytes")
        if rest:
            raise ProofError(f"{name} does not end with a newline")

    def digest(self, name: str) -> str:
        """Hex of SHA-256 over the file. Raises ProofError."""
        hashed = sha256()
        for chunk in self._chunks(self._member(name)):
            hashed.update(chunk)
        return hashed.hexdigest()

    def _member(self, name: str) -> Member:
        if name not in self.members:
            raise ProofError(f"{name} is missing")
        return self.members[name]

    def _chunks(self, member: Member) -> Iterator[bytes]:
        size = crc = 0
        for chunk in self._inflated(member):
            size, crc = size + len(chunk), zlib.crc32(chunk, crc)
            if size > member.size:
                raise ProofError(f"{member.name} is greater than the archive says")
            yield chunk
        if size != member.size or crc != member.crc:
            raise ProofError(f"{member.name} is damaged")

    def _inflated(self, member: Member) -> Iterator[bytes]:
        """Never more than a chunk at once, whatever the data claims to unpack to."""
        self._file.seek(member.start)
        left = member.packed
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        while left:
            packed = self._file.read(min(_CHUNK, left))
            if not packed:
                raise ProofError(f"{member.name} is cut short")
            left -= len(packed)
            if member.method == STORED:
                yield packed
                continue
            try:
                while packed:
                    yield inflater.decompress(packed, _CHUNK)
                    packed = inflater.unconsumed_tail
                while not inflater.eof and (more := inflater.decompress(b"", _CHUNK)):
                    yield more
            except zlib.error as error:
                raise ProofError(f"{member.name} cannot be unpacked") from error
            if inflater.unused_data:
                raise ProofError(f"{member.name} hides data behind its end")
        if member.method == DEFLATED and not inflater.eof:
            raise ProofError(f"{member.name} is cut short")


def _directory(file: BinaryIO) -> list[Member]:
    """1. the end record; 2. the central headers before it; 3. bounds; 4. the local headers."""
    try:
        end = file.seek(0, 2) - _END.size
        if end < 0:
            raise ProofError("not a zip archive")
        file.seek(end)
        mark, disk, first, here, count, length, at, comment = _END.unpack(file.read(_END.size))
        if mark != b"PK\5\6" or disk or first or here != count or comment or at + length != end:
            raise ProofError("not a zip archive as the tracker writes it")
        if count > MAX_FILES:
            raise ProofError(f"the archive has {count:,} files, and at most {MAX_FILES:,} are read")
        if length > MAX_FILES * (_CENTRAL.size + _LONGEST):
            raise ProofError("the archive's directory is greater than its files' names need")
        file.seek(at)
        members = list(_central(file.read(length), count))
        total = sum(member.size for member in members)
        if total > MAX_TOTAL:
            raise ProofError(f"unpacked it has {total:,} bytes, and at most {MAX_TOTAL:,} are read")
        _check_local(file, members, at)
    except struct.error as error:
        raise ProofError("the archive is cut short") from error
    return members


def _central(raw: bytes, count: int) -> Iterator[Member]:
    at = start = 0
    seen: set[str] = set()
    for _ in range(count):
        (mark, made, needs, flags, method, time, date, crc, packed, size, *lengths) = (
            _CENTRAL.unpack_from(raw, at)
        )
        long, extra, comment, disk, internal, attributes, offset = lengths
        at += _CENTRAL.size
        name = _name(raw[at : at + long])
        at += long
        if mark != b"PK\1\2" or (made, needs, flags, time, date) != (SYSTEM, VERSION, 0, 0, DATE):
            raise ProofError(f"{name} is not packed as the tracker packs")
        if (extra, comment, disk, internal, attributes) != (0, 0, 0, 0, ATTRIBUTES):
            raise ProofError(f"{name} is not a plain file")
        if method not in (STORED, DEFLATED) or (method == STORED and packed != size):
            raise ProofError(f"{name} is packed in an unknown way")
        if name in seen:
            raise ProofError(f"{name} is there twice")
        if offset != start:
            raise ProofError(f"{name} is not where the file before it ends")
        seen.add(name)
        start += _LOCAL.size + long
        yield Member(name, method, crc, packed, size, start)
        start += packed
    if at != len(raw):
        raise ProofError("the archive's directory holds more than it says")


def _check_local(file: BinaryIO, members: list[Member], end: int) -> None:
    """What stands before each file's data says the same as the directory."""
    at = 0
    for member in members:
        name = member.name.encode()
        file.seek(at)
        sizes = member.crc, member.packed, member.size
        expected = (b"PK\3\4", VERSION, 0, member.method, 0, DATE, *sizes, len(name), 0)
        header = _LOCAL.unpack(file.read(_LOCAL.size))
        if header != expected or file.read(len(name)) != name:
            raise ProofError(f"{member.name}: the archive says two things of it")
        at = member.start + member.packed
    if at != end:
        raise ProofError("the archive hides data between its files")


def _name(raw: bytes) -> str:
    try:
        name = raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise ProofError("the archive has a file with a name that is not plain") from error
    if not _NAME.fullmatch(name):
        raise ProofError(f"the archive has a file named {name!r}, which no bundle has")
    return name
