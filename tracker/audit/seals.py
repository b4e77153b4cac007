"""`tracker audit seals`: does the inventory add up, and is every number used once?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from tracker.audit.finding import AuditCheck, AuditFinding, ordered
from tracker.audit.inventory import Inventory, read_inventory
from tracker.audit.item import Status
from tracker.audit.ranges import runs
from tracker.audit.wording import minutes_of
from tracker.domain.alert import Severity
from tracker.domain.policy import Policy
from tracker.ports import Records


def equation(inventory: Inventory) -> Iterator[AuditFinding]:
    """issued = used + void + on hand: counted by entry on one side, seal by seal on the other."""
    if not inventory.issues:
        return
    issued = sum(issue.numbers.size for issue in inventory.issues)
    seals = {item.number: item.status for item in inventory.items()}
    counts = Counter(seals.values())
    parts = " + ".join(
        f"{counts[status]} {words}"
        for status, words in (
            (Status.USED, "used"),
            (Status.VOID, "void"),
            (Status.ON_HAND, "on hand"),
        )
    )
    holds = issued == len(seals)
    yield AuditFinding(
        check=AuditCheck.INVENTORY,
        severity=Severity.INFO if holds else Severity.CRITICAL,
        what=f"{issued} issued = {parts}"
        if holds
        else f"{issued} issued, and only {len(seals)} seals: some were issued twice ({parts})",
        entries=() if holds else tuple(issue.entry.id for issue in inventory.issues),
        mend="" if holds else "tracker log verify: the tracker issues no number twice",
    )


def not_issued(inventory: Inventory) -> Iterator[AuditFinding]:
    """Numbers on shipments that came from nowhere; without any inventory that is said once."""
    unknown = [number for number in inventory.used if number not in inventory.issued]
    if unknown and not inventory.issues:
        yield AuditFinding(
            check=AuditCheck.SEAL_NOT_ISSUED,
            severity=Severity.INFO,
            what=f"{len(unknown)} seals were used, and no inventory is kept",
            mend="tracker seals issue FROM TO, for every box as it comes",
        )
        return
    for number in unknown:
        where = ", ".join(use.shipment for use in inventory.used[number])
        yield AuditFinding(
            check=AuditCheck.SEAL_NOT_ISSUED,
            severity=Severity.WARNING,
            what=f"{number} was used on {where}, and never issued",
            number=number,
            mend="an agency's own seal, or one from outside the inventory? If it is yours: tracker "
            f"seals issue {number}",
        )


def used_twice(inventory: Inventory) -> Iterator[AuditFinding]:
    """The same number on several shipments."""
    for number, uses in inventory.used.items():
        if len(uses) < 2:
            continue
        where = ", ".join(f"{one.shipment} ({'closed' if one.closed else 'open'})" for one in uses)
        both = sum(not one.closed for one in uses) > 1
        yield AuditFinding(
            check=AuditCheck.SEAL_USED_TWICE,
            severity=Severity.CRITICAL,
            what=f"{number} is on {len(uses)} shipments{', open at once' if both else ''}: {where}",
            number=number,
            mend="compare the records: a copied seal, a used one, or a slip in a shipment's file",
        )


def void_and_used(inventory: Inventory) -> Iterator[AuditFinding]:
    """A seal that was said to be destroyed is on a trailer."""
    for number, void in inventory.voided.items():
        uses = inventory.used.get(number, ())
        if uses:
            yield AuditFinding(
                check=AuditCheck.SEAL_VOID_AND_USED,
                severity=Severity.CRITICAL,
                what=f"{number} is void ({void.text('reason')}), and was used on "
                f"{', '.join(use.shipment for use in uses)}",
                at=void.at,
                number=number,
                entries=(void.id,),
                mend="look at the seal: one that was lost turned up, or it was copied",
            )
        if number not in inventory.issued:
            yield AuditFinding(
                check=AuditCheck.INVENTORY,
                severity=Severity.CRITICAL,
                what=f"{number} is void, and was never issued",
                at=void.at,
                number=number,
                entries=(void.id,),
                mend="tracker log verify: the tracker voids no such seal",
            )


def on_hand(inventory: Inventory, policy: Policy, now: datetime) -> Iterator[AuditFinding]:
    """Seals that lie about for long, box by box."""
    limit = timedelta(days=policy.seal_on_hand_days)
    for issue in inventory.issues:
        if now - issue.entry.at <= limit:
            continue
        alone = Inventory((issue,), inventory.voided, inventory.used)
        left = [item.number for item in alone.items() if item.status is Status.ON_HAND]
        if left:
            holder = issue.entry.text("to")
            yield AuditFinding(
                check=AuditCheck.SEAL_ON_HAND,
                severity=Severity.WARNING,
                what=f"{len(left)} seals are on hand for {minutes_of(now - issue.entry.at)}"
                f"{f' with {holder}' if holder else ''}: {', '.join(map(str, runs(left)))}",
                at=issue.entry.at,
                entries=(issue.entry.id,),
                mend="count them; void what is not there: tracker seals void NUMBER --reason LOST",
            )


def gaps(inventory: Inventory) -> Iterator[AuditFinding]:
    """Numbers between two issued runs, which a maker delivered to somebody."""
    issued = sorted(issue.numbers for issue in inventory.issues)
    for one, other in pairwise(issued):
        if one[:2] == other[:2] and other.first > one.last + 1:
            missing = one._replace(first=one.last + 1, last=other.first - 1)
            yield AuditFinding(
                check=AuditCheck.SEAL_RANGE,
                severity=Severity.INFO,
                what=f"{missing.size} numbers between issued ones were never issued: {missing}",
                mend="boxes of somebody else's, or one that never arrived? Ask the maker",
            )


def audit_seals(records: Records, policy: Policy, now: datetime) -> list[AuditFinding]:
    """What the inventory and the shipments do not account for. Raises Unreadable where an entry is
    no leaf.
    """
    inventory = read_inventory(records)
    checks: tuple[Callable[[Inventory], Iterable[AuditFinding]], ...] = (
        equation,
        not_issued,
        used_twice,
        void_and_used,
        gaps,
    )
    found = [finding for check in checks for finding in check(inventory)]
    return ordered((*found, *on_hand(inventory, policy, now)))
