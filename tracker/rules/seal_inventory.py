"""The inventory of seal numbers, and a number that appears without being fit to.

Void or lost, never issued though others were, or on another open shipment: critical, whoever names
it (declared, recorded, told by a lock). In the scope of the inventory itself the rule remembers
what was issued and voided; the use cases ask that memory (`tracker.app.numbers`).
"""

from __future__ import annotations

from msgspec import Struct

from devices.common.identifiers import key_of
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.command import IssueSeals, ReportNumber, VoidSeal
from tracker.domain.outcome import Raised
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View

CODES = {
    "void": Code.NUMBER_VOID,
    "never_issued": Code.NUMBER_NEVER_ISSUED,
    "elsewhere": Code.NUMBER_ON_OTHER_SHIPMENT,
}


class Memory(Struct, frozen=True, kw_only=True):
    """issued: (first, last) of each issue, as written. voided: numbers in their one spelling."""

    issued: tuple[tuple[str, str], ...] = ()
    voided: frozenset[str] = frozenset()

    def holds(self, number: str) -> bool:
        """The number was issued: it lies in one of the ranges."""
        key = key_of(number)
        return any(
            len(key) == len(key_of(last)) and key_of(first) <= key <= key_of(last)
            for first, last in self.issued
        )


def on_command(view: View, memory: Memory) -> Result:
    command = view.command
    if isinstance(command, IssueSeals):
        return Memory(
            issued=(*memory.issued, (command.first, command.last)), voided=memory.voided
        ), NOTHING
    if isinstance(command, VoidSeal):
        voided = memory.voided | {key_of(command.number)}
        return Memory(issued=memory.issued, voided=voided), NOTHING
    if not isinstance(command, ReportNumber):
        return memory, NOTHING
    facts: dict[str, Fact] = {"number": command.number}
    if command.why == "elsewhere":
        facts["elsewhere"] = command.elsewhere or ""
    return memory, (
        Raised(
            kind=AlertKind.SEAL_NUMBER,
            severity=Severity.CRITICAL,
            code=CODES[command.why],
            facts=facts,
            key=f"unfit:{key_of(command.number)}",
            at=view.at,
        ),
    )


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, command = AlertKind.SEAL_NUMBER, view.command
    if not isinstance(command, ReportNumber):
        return (Weighed(kind=kind, measure="number_unfit", value=None),)
    return (
        Weighed(
            kind=kind, measure="number_unfit", value=command.why, about=command.number, speaks=True
        ),
    )


RULE = Rule(
    name="seal_inventory",
    memory=Memory,
    keeps="scope",
    on_command=on_command,
    without_shipment=True,
    weighs=weighs,
)
