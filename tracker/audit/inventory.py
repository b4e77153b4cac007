"""The inventory of seals: what was issued and voided, by the log; what was used, by the shipments.

A seal is used once a shipment declares or records its number, and on hand while it is issued,
neither used nor void. One that comes back unused stays on hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tracker.app.commands import CommandHandler
from tracker.app.queries.entries import CustodyEntry, read
from tracker.app.unit_of_work import UnitOfWork
from tracker.audit.dossier import Use
from tracker.audit.item import SealItem, Status
from tracker.audit.ranges import SealRange, seal_range
from tracker.domain.command import IssueSeals, VoidSeal
from tracker.domain.errors import Refused
from tracker.domain.finding import Finding, FindingType
from tracker.domain.spelling import key_of, spelled
from tracker.domain.state import SEALS_SCOPE
from tracker.ports import Records


@dataclass(frozen=True)
class Issue:
    """One entry of issued seals."""

    numbers: SealRange
    entry: CustodyEntry


@dataclass(frozen=True)
class Inventory:
    """voided: by number. used: number -> its shipments, in the order in which they were opened."""

    issues: tuple[Issue, ...] = ()
    voided: dict[str, CustodyEntry] = field(default_factory=dict)
    used: dict[str, tuple[Use, ...]] = field(default_factory=dict)

    def items(self) -> Iterator[SealItem]:
        """Every issued seal, in the order of issue. One that is void and used stays void: issued =
        used + void + on hand; `shipment` says where it was used all the same.
        """
        for issue in self.issues:
            for number in issue.numbers.numbers():
                uses, void = self.used.get(number, ()), self.voided.get(number)
                status = Status.VOID if void else Status.USED if uses else Status.ON_HAND
                yield SealItem(
                    number=number,
                    status=status,
                    issued_at=issue.entry.at,
                    to=issue.entry.text("to"),
                    shipment=uses[0].shipment if uses else None,
                    reason=void.text("reason") if void else None,
                    entries=(issue.entry.id, *((void.id,) if void else ())),
                )

    @cached_property
    def issued(self) -> frozenset[str]:
        """Every number that was issued."""
        return frozenset(n for issue in self.issues for n in issue.numbers.numbers())

    def may_issue(self, numbers: SealRange) -> None:
        """Raises Refused if one of them was issued before."""
        for issue in self.issues:
            if twice := issue.numbers.common(numbers):
                raise Refused(
                    f"{twice} was issued before, on {issue.entry.at:%Y-%m-%d}",
                    where=f"entry {issue.entry.id}",
                    mend="issue the others alone; a maker who delivers a number twice is a finding",
                )

    def may_void(self, number: str) -> None:
        """Raises Refused unless it is on hand."""
        number = spelled(number, self.issued)
        if number not in self.issued:
            raise Refused(
                f"{number} was never issued", mend=f"tracker seals issue {number}, and then void it"
            )
        if number in self.voided:
            raise Refused(f"{number} is void", where=f"entry {self.voided[number].id}")
        if number in self.used:
            raise Refused(
                f"{number} was used on {self.used[number][0].shipment}",
                mend="a used seal is retired with its shipment, and needs no voiding",
            )


def read_inventory(records: Records) -> Inventory:
    """Raises Unreadable for an entry that is no leaf."""
    entries = read(records.entries(scope=SEALS_SCOPE))
    issues = tuple(
        Issue(seal_range(str(one.facts["first"]), str(one.facts["last"])), one)
        for one in entries
        if one.type == FindingType.SEALS_ISSUED
    )
    # Written otherwise it is the same seal: here each has one writing, that of its issue first.
    written = {key_of(number): number for issue in issues for number in issue.numbers.numbers()}
    used: dict[str, tuple[Use, ...]] = {}
    for shipment in sorted(records.shipments(), key=lambda one: one.opened_at):
        numbers = (written.setdefault(key_of(number), number) for number in shipment.numbers)
        for number in dict.fromkeys(numbers):
            use = Use(shipment=shipment.id, closed=shipment.closed_at is not None)
            used[number] = (*used.get(number, ()), use)
    return Inventory(
        issues=issues,
        voided={
            written.setdefault(key_of(number), number): one
            for one in entries
            if one.type == FindingType.SEAL_VOIDED and (number := str(one.facts["number"]))
        },
        used=used,
    )


def issue_seals(
    commands: CommandHandler,
    records: Records,
    numbers: SealRange,
    *,
    by: str,
    to: str | None = None,
) -> list[Finding]:
    """Take seals into the inventory. Raises Refused if one was issued before."""

    def fill(unit: UnitOfWork) -> None:
        read_inventory(records).may_issue(numbers)
        command = IssueSeals(
            at=commands.now(),
            by=by,
            first=numbers.written(numbers.first),
            last=numbers.written(numbers.last),
            count=numbers.size,
            to=to,
        )
        unit.judge(SEALS_SCOPE, command)

    return commands.durably(fill)


def void_seal(
    commands: CommandHandler, records: Records, number: str, *, by: str, reason: str
) -> list[Finding]:
    """Say that a seal is never to be used. Raises Refused unless it is on hand, or without a
    reason.
    """
    if not reason.strip():
        raise Refused(f"{number} is not voided without a reason", mend="--reason TEXT")

    def fill(unit: UnitOfWork) -> None:
        read_inventory(records).may_void(number)
        unit.judge(SEALS_SCOPE, VoidSeal(at=commands.now(), by=by, number=number, reason=reason))

    return commands.durably(fill)
