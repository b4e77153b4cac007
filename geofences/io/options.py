"""How a file is to be read, and what has been read of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geofences.io.shapes import Problem
from geofences.kinds import ZoneKind


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a file is to be understood.

    crs: the reference system ("EPSG:6372"), whatever the file says; None: as it says.
    names: {column: key}, for the keys in `columns.KEYS`.
    kind: of the zones that do not say.
    kinds: {name: kind} of KML folders and styles, and of values of a kind's column; * and ? may
    stand in a name.
    prefix: in front of every id; with a number, the id of what has neither id nor name.
    encoding: of its text, whatever the file says; None: seen from the text itself.
    radius_m: of points that do not say how far they reach; None: they are no zones.
    lat_first: its positions are latitude, longitude.
    """

    crs: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    kind: ZoneKind | None = None
    prefix: str = ""
    kinds: Mapping[str, ZoneKind] = field(default_factory=dict)
    encoding: str | None = None
    radius_m: float | None = None
    lat_first: bool = False


@dataclass(slots=True)
class Tally:
    """What a file has: `has` features, of which `read` were taken further, faulty ones too;
    `passed_over` counts what was not, and what it has besides features."""

    file: str
    has: int = 0
    read: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        besides = ", ".join(f"{what} ({count:,})" for what, count in self.passed_over.items())
        over = f"; passed over: {besides}" if besides else ""
        return f"{self.file}: {self.has:,} feature{'s' * (self.has != 1)}, {self.read:,} read{over}"


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """`features[i]` is called `labels[i]` in faults. `problems` are (label, problem) found on the
    way, label "" for the whole file; a feature among them may be incomplete."""

    path: Path
    tally: Tally
    features: list[Any] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
