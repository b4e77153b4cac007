"""The texts of a table that GDAL read byte by byte, in what they are written in."""

from __future__ import annotations

from typing import Any

from geofences.errors import GeoFault
from geofences.io.text import GUESS, asked, codec, is_utf_8


class Texts:
    """One layer's. Its names of columns and all values are seen before any is told in `notes`.

    `encoding` is what was asked for, `declared` what the file says. Raises GeoFault if nobody
    knows what was asked for, or a text is not in it.
    """

    def __init__(self, where: str, encoding: str | None, declared: str | None) -> None:
        self._where, self._declared = where, declared
        self._asked = None if encoding is None else asked(encoding)
        self._used: dict[str, str] = {}
        """{codec: the first text that was read in it, though the file says otherwise}"""

    def all_of(self, values: list[Any]) -> list[Any]:
        """The values with their texts decoded; those in lists too."""
        return [self._one(value) for value in values]

    def _one(self, value: Any) -> Any:
        if isinstance(value, str):
            return value if value.isascii() else self._text(value)
        if isinstance(value, list):
            return self.all_of(value)
        return value

    def _text(self, value: str) -> str:
        try:
            data = value.encode("latin-1")
        except UnicodeEncodeError:
            return value  # no text of the file's
        utf_8 = is_utf_8(data)
        if self._asked is not None:
            return self._as_asked(data, self._asked, cut=bool(utf_8))
        said = None if self._declared is None else codec(self._declared)
        name = "utf-8" if utf_8 else (said if said not in (None, "utf-8") else GUESS)
        text = data.decode(name, errors="ignore" if utf_8 else "replace")  # it may be cut off
        if name != said:
            self._used.setdefault(name, text)
        return text

    def _as_asked(self, data: bytes, name: str, *, cut: bool) -> str:
        try:
            return data.decode(name, errors="ignore" if cut and name == "utf-8" else "strict")
        except UnicodeDecodeError as error:
            what = f"a text is not in {name}: {data!r}"
            raise GeoFault(self._where, what, "name another --encoding") from error

    @property
    def notes(self) -> list[str]:
        """What was read otherwise than the file says."""
        claim = f"though it says {self._declared}" if self._declared else "for it does not say"
        return [
            f"texts are read as {name.upper()}, {claim}: {text!r} (--encoding names another)"
            for name, text in self._used.items()
        ]
