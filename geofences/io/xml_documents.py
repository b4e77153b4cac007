"""KML and GPX as trees of elements, read by expat and without harm.

A document type is refused: it is the door to entities that grow or fetch. Namespaces are dropped,
for many files leave out the declaration of a prefix that they use.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder  # it parses nothing here
from xml.parsers import expat

from geofences.errors import GeoFault
from geofences.io.text import decoded

MOST_DEPTH = 200
"""Elements within elements; Google Earth's own folders go some ten deep."""
DECLARED = re.compile(rb"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)""")


class _Refused(Exception):
    """Raised from within expat."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend


def parse(path: Path, roots: tuple[str, ...], encoding: str | None) -> tuple[Element, list[str]]:
    """The document's root, one of `roots`, and notes on how its text was read. Tags and attributes
    are without prefix.

    Raises GeoFault for a damaged document, another root element, or a document type; OSError.
    """
    data = path.read_bytes()
    if data.startswith(b"PK\x03\x04"):
        raise GeoFault(str(path), "it is a zip archive", "call it .kmz if it holds KML")
    declared = DECLARED.match(data.lstrip()[:400])
    text, notes = decoded(data, str(path), encoding, declared and declared[1].decode())
    builder = _Builder()
    try:
        root = builder.read(text.lstrip("\ufeff \t\r\n"))
    except expat.ExpatError as error:
        place = f"{path}, line {error.lineno}"
        what = f"no well-formed XML: {expat.ErrorString(error.code)}"
        raise GeoFault(place, what, "export it anew from where it came") from None
    except _Refused as refused:
        place = f"{path}, line {builder.parser.CurrentLineNumber}"
        raise GeoFault(place, refused.what, refused.mend) from None
    if root.tag not in roots:
        raise GeoFault(str(path), f"its root is <{root.tag}>, not <{roots[0]}>",
                       "is its name right?")  # fmt: skip
    return root, notes


class _Builder:
    """Expat, and the tree that grows of what it tells."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate("utf-8")
        self._tree = TreeBuilder()
        self._depth = 0
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._tree.data
        self.parser.StartDoctypeDeclHandler = self._doctype

    def read(self, text: str) -> Element:
        self.parser.Parse(text.encode("utf-8", "replace"), True)
        return self._tree.close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise _Refused(f"elements stand {MOST_DEPTH} deep in each other", "export it anew")
        self._tree.start(_bare(tag), {_bare(name): value for name, value in attributes.items()})

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._tree.end(_bare(tag))

    def _doctype(self, *_: Any) -> None:
        what = "it declares a document type, through which files can be read and memory filled"
        raise _Refused(what, "remove <!DOCTYPE ...>; no zone file needs it")


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def text_of(element: Element | None) -> str | None:
    """All text within it, None if there is none but blanks."""
    text = "" if element is None else "".join(element.itertext()).strip()
    return text or None
