"""JSON explained byte by byte: where each key of a payload stands and where it went.

A dialect says by name what its keys are (`Names`); any other key is kept, as `extra.<key>`. The
walk follows the bytes themselves, once, so it shows a key given twice, and what stands before the
place where the payload stops being JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from devices.common.fields import join, show
from devices.common.frames import Field

Names = Mapping[str, tuple[str, str]]
"""key ("seal.event" inside `seal`) -> (where it goes in the Reading, its unit or meaning)."""

_TOKEN = re.compile(
    rb"""
    [ \t\r\n]*+
    (?: (?P<mark> [\[\]{},:] )
      | (?P<string> " (?: [^"\\]++ | \\. )*+ " )
      | (?P<scalar> [^\s\[\]{},:"]++ ) )
    """,
    re.VERBOSE | re.DOTALL,
)


def explain(payload: bytes, names: Names) -> list[Field]:
    """Every key of an object, or of each object of an array, in the order of the bytes.

    Bytes that are no JSON end it with a field named "" whose meaning says so. Never raises.
    """
    walk = _Walk(payload, names)
    try:
        walk.document()
    except _Broken:
        at = walk.at
        why = "from here on the payload is not JSON"
        walk.fields.append(Field(name="", offset=at, raw=payload[at:], meaning=why))
    return walk.fields


class _Broken(ValueError):
    """The payload is no JSON from `_Walk.at` on."""


class _Walk:
    """`at` is the end of what has been understood."""

    def __init__(self, payload: bytes, names: Names) -> None:
        self.payload = payload
        self.names = names
        self.entered = {
            name[:dot] for name in names for dot in range(len(name)) if name[dot] == "."
        }
        self.fields: list[Field] = []
        self.at = 0
        self.record = 0

    def document(self) -> None:
        if self.sees(b"["):
            self.take(b"[")
            more = not self.sees(b"]")
            while more:
                self.element()
                self.record += 1
                more = self.comma()
            self.take(b"]")
        else:
            self.element()
        if self.payload[self.at :].strip(b" \t\r\n"):
            raise _Broken

    def element(self) -> None:
        if self.sees(b"{"):
            return self.members("")
        start = self.start()
        self.skip()
        raw = self.payload[start : self.at]
        self.fields.append(
            Field(name="", offset=start, raw=raw, meaning="no JSON object", record=self.record)
        )
        return None

    def members(self, place: str) -> None:
        """The members of the object here; one inside it that has known members is entered."""
        self.take(b"{")
        more = not self.sees(b"}")
        while more:
            start = self.start()
            name = place + self.key()
            self.take(b":")
            if self.sees(b"{") and name in self.entered and name not in self.names:
                self.members(name + ".")
            else:
                value = self.start()
                self.skip()
                self.fields.append(self.field(name, start, value))
            more = self.comma()
        self.take(b"}")

    def field(self, name: str, start: int, value: int) -> Field:
        into, meaning = self.names.get(name, (f"extra.{join('', name)}", ""))
        shown = _shown(self.payload[value : self.at])
        return Field(
            name=join("", name),
            offset=start,
            raw=self.payload[start : self.at],
            meaning=f"{shown} ({meaning})" if meaning else shown,
            into=into,
            record=self.record,
        )

    def token(self) -> re.Match[bytes]:
        token = _TOKEN.match(self.payload, self.at)
        if token is None:
            raise _Broken
        return token

    def start(self) -> int:
        """Where the next token starts, behind the blanks."""
        token = self.token()
        return token.start(token.lastgroup or 0)

    def sees(self, mark: bytes) -> bool:
        return bool(self.token()["mark"] == mark)

    def comma(self) -> bool:
        """Whether another follows; its comma is taken."""
        follows = self.sees(b",")
        if follows:
            self.take(b",")
        return follows

    def take(self, mark: bytes) -> None:
        if not self.sees(mark):
            raise _Broken
        self.at = self.token().end()

    def key(self) -> str:
        token = self.token()
        if token["string"] is None:
            raise _Broken
        self.at = token.end()
        try:
            return msgspec.json.decode(token["string"], type=str)
        except ValueError:
            return str(token["string"][1:-1], "latin-1")

    def skip(self) -> None:
        """Over one value. It only counts brackets, so any depth will do."""
        depth, at = 0, self.at
        while True:
            token = _TOKEN.match(self.payload, at)
            if token is None:
                raise _Broken
            mark, at = token["mark"], token.end()
            depth += (mark in (b"[", b"{")) - (mark in (b"]", b"}"))
            if depth < 0 or (depth == 0 and mark in (b",", b":")):
                raise _Broken
            if depth == 0:
                self.at = at
                return


def _shown(raw: bytes) -> str:
    try:
        return show(msgspec.json.decode(raw))
    except (ValueError, RecursionError):
        return "not JSON"
