"""How much has been proved, and what it rests on.

Whoever owns a database can rewrite it and sign again, and all of it then agrees with itself. Only
what is held outside shows that. So a verdict is a grade, never a bare yes:

    BROKEN      something is altered, missing, or not what it says: see the faults
    CONSISTENT  everything agrees with itself
    ANCHORED    and with something held outside: a checkpoint that the verifier kept or a released
                one in its hands, a witness's cosignature, a time-stamp by an authority it trusts
    WITNESSED   and with a quorum of the witnesses that the verifier's policy names
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


class Grade(enum.IntEnum):
    """The higher, the harder to fake."""

    BROKEN = 0
    CONSISTENT = 1
    ANCHORED = 2
    WITNESSED = 3


@dataclass(frozen=True)
class LogFault:
    """What makes it BROKEN. `index`: of the entry in the log, `entry`: its id, where known."""

    reason: str
    index: int | None = None
    entry: str | None = None

    def __str__(self) -> str:
        where = "" if self.entry is None else f"entry {self.entry}: "
        if self.entry is None and self.index is not None:
            where = f"entry at index {self.index}: "
        return where + self.reason


@dataclass(frozen=True)
class Verdict:
    """`rests_on`: what outside holds it up, strongest first. `checked`: how many of what.

    A warning does not lower the grade, and whoever reads the evidence must know it. `doubts`: those
    warnings that say that the record contradicts what others saw (a time moved back or forth).
    """

    grade: Grade
    rests_on: tuple[str, ...] = ()
    faults: tuple[LogFault, ...] = ()
    warnings: tuple[str, ...] = ()
    checked: dict[str, int] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 for CONSISTENT or better, 1 for BROKEN."""
        return 0 if self.grade > Grade.BROKEN else 1

    def exit_code_for(self, required: Grade) -> int:
        """1 for BROKEN; UNPROVEN for a grade below what is required, or for a doubt; else 0."""
        if self.exit_code:
            return self.exit_code
        return UNPROVEN if self.grade < required or self.doubts else 0

    def as_json(self) -> dict[str, Any]:
        return {
            "grade": self.grade.name,
            "rests_on": list(self.rests_on),
            "faults": [vars(fault) for fault in self.faults],
            "warnings": list(self.warnings),
            "checked": self.checked,
        }

    def lines(self) -> Iterable[str]:
        """For people; the grade comes first."""
        yield f"{self.grade.name}: {MEANING[self.grade]}"
        for why in self.rests_on:
            yield f"  rests on: {why}"
        for fault in self.faults[:MOST_SHOWN]:
            yield f"  fault: {fault}"
        if len(self.faults) > MOST_SHOWN:
            yield f"  and {len(self.faults) - MOST_SHOWN} faults more"
        for warning in self.warnings:
            yield f"  note: {warning}"
        if self.checked:
            counts = ", ".join(f"{count:,} {what}" for what, count in self.checked.items())
            yield f"  checked: {counts}"


UNPROVEN = 3
"""Exit code: nothing is broken, and less is proved than the reader asked for."""
MOST_SHOWN = 20
"""Faults written out for people; the JSON has all."""
MEANING = {
    Grade.BROKEN: "this is not what was recorded, or cannot be proved to be",
    Grade.CONSISTENT: "it agrees with itself; whoever holds the log's key could have made it so",
    Grade.ANCHORED: "it agrees with what is held outside the operator's hands",
    Grade.WITNESSED: "it agrees with what a quorum of your witnesses has seen",
}
