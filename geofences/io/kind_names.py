"""Other people's words for kinds: names of folders and styles in KML, values of a column."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from typing import Any

from geofences.kinds import ZoneKind


class KindNames:
    """`told` is {name: kind}; a name may have * and ? in it, capitals do not count. `used` has the
    names that were met, `met` all that could have been named."""

    def __init__(self, told: Mapping[str, ZoneKind]) -> None:
        self._told = {name.casefold().strip(): (name, kind) for name, kind in told.items()}
        self.used: set[str] = set()
        self.met: dict[str, None] = {}

    def kind_of(self, names: Iterable[str]) -> ZoneKind | None:
        """The kind of the first of `names` that was told, the nearest first."""
        found = None
        for name in names:
            self.met.setdefault(name)
            found = found or self._of(name)
        return found

    def translated(self, value: Any) -> Any:
        """A column's value as a kind, where it was told; else as it is."""
        if not isinstance(value, str):
            return value
        found = self.kind_of([value])
        return value if found is None else str(found)

    def _of(self, name: str) -> ZoneKind | None:
        plain = name.casefold().strip()
        for pattern, (said, kind) in self._told.items():
            if plain == pattern or fnmatch.fnmatchcase(plain, pattern):
                self.used.add(said)
                return kind
        return None
