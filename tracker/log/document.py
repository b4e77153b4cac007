"""A leaf, read as what it says: strictly, and quickly enough to read a whole log.

The quick way is msgspec: read as this shape and written again, a leaf must be its own bytes. What
it refuses, and whatever JSON can write in two ways (an escape) or sort in two ways (a key beyond
U+FFFF), goes the definitive way of `sealproof.leaves`, which outsiders use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from sealproof.leaves import EXACT, PAYLOADS, VERSIONS
from tracker.log.leaf import LeafError, parse

Count = Annotated[int, Meta(ge=0, le=EXACT)]
Whole = Annotated[int, Meta(ge=-EXACT, le=EXACT)]


class HeardCount(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    count: Count
    digest: str | None


class LeafPayload(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """In the order in which canonical JSON writes the members; so below. Of `code` and `detail` it
    has one, as its leaf's version says.
    """

    actor: str | None
    code: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET
    device: str | None
    facts: dict[str, bool | Whole | str | None]
    lat: str | None
    late: bool
    lon: str | None
    zone: str | None


class LeafDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """See `tracker.log.leaf` for the members. heard: None in a leaf of version 1."""

    attachments: list[str]
    commitments: dict[str, str]
    heard: HeardCount | None = None
    id: str
    key: str
    occurred_at: str
    origin: str
    payload: LeafPayload
    prev: str | None
    raw: str | None
    recorded_at: str
    rules: str
    scope: str
    seq: Count
    type: str
    v: int
    zones: str


_decoder, _encoder = msgspec.json.Decoder(LeafDocument), msgspec.json.Encoder(order="deterministic")
_decode, _decode_lines = _decoder.decode, _decoder.decode_lines
_encode, _encode_lines = _encoder.encode, _encoder.encode_lines
"""Sorts the keys of dicts; the members of the structs stand in their order already."""
_ONE_WAY = 0xF0
"""Below this first byte of a character, code points sort as UTF-16 does."""


def read_all(leaves: Sequence[bytes]) -> list[LeafDocument | LeafError]:
    """Each as `read` finds it; where nothing is wrong, quicker than one by one."""
    lines = b"\n".join([*leaves, b""])
    if _one_way(lines):
        try:
            said = _decode_lines(lines)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
        else:
            # Written again, every line ends with the one newline that it has: so no leaf holds one.
            if len(said) == len(leaves) and _encode_lines(said) == lines and all(map(_whole, said)):
                return [*said]
    return [_read_or_error(leaf) for leaf in leaves]


def read(leaf: bytes) -> LeafDocument:
    """Raises LeafError unless these are bytes that the log could have written."""
    if _one_way(leaf):
        try:
            said = _decode(leaf)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
        else:
            if _whole(said) and _encode(said) == leaf:
                return said
    return _slowly(leaf)


def _whole(said: LeafDocument) -> bool:
    """It has what its version has, and nothing else. Of version 1 the quick way knows nothing: its
    `heard` would be written as null.
    """
    coded, worded = said.payload.code is not UNSET, said.payload.detail is not UNSET
    return said.heard is not None and (
        (said.v == 3 and coded and not worded) or (said.v == 2 and worded and not coded)
    )


def _one_way(leaf: bytes) -> bool:
    return b"\\" not in leaf and (leaf.isascii() or max(leaf) < _ONE_WAY)


def _read_or_error(leaf: bytes) -> LeafDocument | LeafError:
    try:
        return read(leaf)
    except LeafError as error:
        return error


def _slowly(leaf: bytes) -> LeafDocument:
    members = parse(leaf)
    payload = members["payload"]
    if not isinstance(payload, dict) or payload.keys() != PAYLOADS[members["v"]]:
        raise LeafError("not a leaf: its payload has not the members that its version has")
    try:
        said = msgspec.convert(members, LeafDocument)
    except msgspec.ValidationError as error:
        raise LeafError(f"not a leaf: {error}") from error
    if said.heard is None and "heard" in VERSIONS[said.v]:
        raise LeafError("not a leaf: it does not say what was heard")
    return said
