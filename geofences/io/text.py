"""Text as its bytes mean it, whatever the file claims. What is guessed is told.

Bytes above 127 that are valid UTF-8 are UTF-8: other encodings make such sequences by chance alone.
So that goes before what a file declares, and only `--encoding` goes before that.
"""

from __future__ import annotations

import codecs
import re

from geofences.errors import GeoFault

GUESS = "cp1252"
"""What Windows in Mexico and the United States writes where nothing is said."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WRITTEN: dict[str, str] = {
    "65001": "utf-8", "utf8": "utf-8", "88591": "iso8859-1", "885915": "iso8859-15",
    "latin1": "iso8859-1", "1252": "cp1252", "ansi": "cp1252", "ansi1252": "cp1252",
    "oem": "cp850", "dos": "cp850", "mac": "mac-roman", "macintosh": "mac-roman",
}  # fmt: skip
"""Names that programs write into .cpg files and headers and Python does not know."""


def codec(name: str) -> str | None:
    """Python's name of an encoding as files and people call it ("OEM 850", "ANSI 1252", "65001",
    "Latin-1"); None for what says nothing, like "system"."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    page = re.fullmatch(r"(?:ansi|oem|windows|cp|ibm|win|dos)?(\d{3,4})", plain)
    part = re.fullmatch(r"iso8859(\d{1,2})", plain)
    for known in (
        WRITTEN.get(plain),
        page and f"cp{page[1]}",
        part and f"iso8859-{part[1]}",
        name.strip(),
        plain,
    ):
        try:
            if known:
                "".encode(known)  # refuses codecs that are none of text, like rot13
                return codecs.lookup(known).name
        except LookupError:
            continue
    return None


def asked(encoding: str) -> str:
    """The codec of `--encoding`. Raises GeoFault for a name that nobody knows."""
    if (found := codec(encoding)) is None:
        raise GeoFault("--encoding", f"no encoding {encoding!r}", "for instance cp1252 or utf-8")
    return found


def decoded(
    data: bytes, where: str, encoding: str | None = None, declared: str | None = None
) -> tuple[str, list[str]]:
    """The text, and notes on what was read otherwise than it says or is usual.

    `encoding` is what was asked for, `declared` what the file names. Raises GeoFault, naming the
    place, if it is not in what was asked for.
    """
    if encoding is not None:
        return _strictly(data, where, asked(encoding)), []
    for mark, name in MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace"), (
                [] if name == "utf-8-sig" else [f"it is in {name.upper()}"]
            )
    if (wide := _wide(data)) is not None:
        return data.decode(wide, errors="replace"), [f"read as {wide.upper()}, for every other "
                                                     "byte is 0"]  # fmt: skip
    return _guessed(data, None if declared is None else codec(declared), declared)


def _strictly(data: bytes, where: str, name: str) -> str:
    try:
        return data.decode("utf-8-sig" if name == "utf-8" else name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{data[error.start]:02x} is none of {name}"
        raise GeoFault(f"{where}, line {line}", what, "name another --encoding") from None


def _wide(data: bytes) -> str | None:
    """UTF-16 without its mark: half of the bytes of western text are 0."""
    head = data[:1000]
    if head.count(0) * 3 < len(head) or not head:
        return None
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _guessed(data: bytes, declared: str | None, said: str | None) -> tuple[str, list[str]]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    else:
        if declared in (None, "utf-8", "ascii") or data.isascii():
            return text, []
        return text, [f"read as UTF-8, which its text is, though it says {said}"]
    if declared not in (None, "utf-8", "ascii", "utf-16", "utf-32"):
        return data.decode(declared, errors="replace"), []
    claim = f"though it says {said}" if declared else "for it is no UTF-8"
    return data.decode(GUESS, errors="replace"), [
        f"read as Windows-1252, {claim} (--encoding names another, for instance cp850)"
    ]


def is_utf_8(data: bytes) -> bool | None:
    """Whether bytes above 127 make up UTF-8, cut off at the end perhaps; None: there are none."""
    if data.isascii():
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start > len(data) - 4
    return True


def garbled(text: str) -> str | None:
    """What a text was before somebody took its UTF-8 for Windows-1252 ("PeÃ±Ã³n": "Peñón")."""
    if text.isascii():
        return None
    for name in (GUESS, "latin-1"):
        try:
            before = text.encode(name).decode("utf-8")
        except UnicodeError:
            continue
        return before if before != text else None
    return None
