"""A strict reader of DER (X.690): definite minimal lengths, one-byte tags, nothing left over.

It goes through bytes in the order that its caller asks for and never by itself, so that no input
makes it recurse or loop.
"""

from __future__ import annotations

from dataclasses import dataclass

from sealproof.errors import ProofError

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
GENERALIZED_TIME, SEQUENCE, SET = 0x18, 0x30, 0x31
CONTEXT, CONSTRUCTED = 0x80, 0xA0
"""Add the number: CONSTRUCTED + 1 is [1] with items in it, CONTEXT + 1 is [1] with plain bytes."""
_LONGEST_LENGTH = 4
"""Bytes that a length may take: 4 GiB, far beyond anything read here."""


@dataclass(frozen=True)
class DerItem:
    """One tag with its content; `raw` is the whole of it, header included."""

    tag: int
    body: bytes
    raw: bytes

    def inside(self) -> DerReader:
        return DerReader(self.body)


class DerReader:
    """Takes one item after the other. Everything raises ProofError for what is not strict DER."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    @property
    def tag(self) -> int | None:
        """The next item's tag; None at the end."""
        return self._raw[self._at] if self._at < len(self._raw) else None

    def take(self, tag: int | None = None) -> DerItem:
        """The next item, which must have this tag (None: whatever it has)."""
        start = self._at
        actual = self._bytes(1)[0]
        if actual & 0x1F == 0x1F:
            raise ProofError("not DER as we read it: a tag of several bytes")
        if tag is not None and actual != tag:
            raise ProofError(f"not the structure expected: tag {actual:#04x} instead of {tag:#04x}")
        body = self._bytes(self._length())
        return DerItem(actual, body, self._raw[start : self._at])

    def optional(self, tag: int) -> DerItem | None:
        """The next item if it has this tag."""
        return self.take(tag) if self.tag == tag else None

    def end(self) -> None:
        """Nothing may follow."""
        if self._at != len(self._raw):
            raise ProofError("not the structure expected: something follows its end")

    # Values

    def integer(self) -> int:
        """An INTEGER of any size and sign."""
        body = self.take(INTEGER).body
        if not body or (len(body) > 1 and body[0] in (0x00, 0xFF) and not (body[0] ^ body[1]) >> 7):
            raise ProofError("not DER: an integer that is not minimal")
        return int.from_bytes(body, "big", signed=True)

    def oid(self) -> str:
        """An OBJECT IDENTIFIER, dotted."""
        return dotted(self.take(OID).body)

    def algorithm(self) -> tuple[str, DerItem | None]:
        """An AlgorithmIdentifier: its OID and its parameters (None for absent or NULL)."""
        inside = self.take(SEQUENCE).inside()
        oid = inside.oid()
        parameters = None if inside.tag is None else inside.take()
        inside.end()
        if parameters is not None and parameters.tag == NULL:
            if parameters.body:
                raise ProofError("not DER: a NULL with content")
            return oid, None
        return oid, parameters

    def _length(self) -> int:
        first = self._bytes(1)[0]
        if first < 0x80:
            return first
        count = first & 0x7F
        if not 1 <= count <= _LONGEST_LENGTH:
            raise ProofError("not DER as we read it: an indefinite or enormous length")
        length = int.from_bytes(self._bytes(count), "big")
        if length < 0x80 or length >> 8 * (count - 1) == 0:
            raise ProofError("not DER: a length that is not minimal")
        return length

    def _bytes(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._raw):
            raise ProofError("not DER: it ends in the middle of an item")
        taken = self._raw[self._at : end]
        self._at = end
        return taken


def dotted(body: bytes) -> str:
    """An OBJECT IDENTIFIER's content in its usual form. Raises ProofError."""
    parts, value, pending = [], 0, False
    for byte in body:
        if not pending and byte == 0x80:
            raise ProofError("not DER: an object identifier that is not minimal")
        value, pending = value << 7 | byte & 0x7F, byte >= 0x80
        if value >> 128:
            raise ProofError("an object identifier beyond 128 bits")
        if not pending:
            parts.append(value)
            value = 0
    if pending or not parts:
        raise ProofError("not DER: an object identifier without end")
    top = min(parts[0] // 40, 2)
    return ".".join(map(str, (top, parts[0] - 40 * top, *parts[1:])))
