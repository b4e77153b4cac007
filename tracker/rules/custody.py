"""Custody handover: the releaser declares seal and state, the receiver what it read by itself.

Custody stays with the releaser until the receiver's number matches. A mismatch, of the two numbers
or with the seals in force, is critical; no acceptance within `acceptance_min` warns. Acceptance
ends both, but not the mismatch if what both read is not in force. Each pair of parties is an
incident of its own.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.command import AcceptCustody, OfferCustody
from tracker.domain.errors import Refused
from tracker.domain.finding import FindingType
from tracker.domain.outcome import Cleared, CustodyMoved, Noted, Outcome, Raised
from tracker.domain.policy import Policy, minutes
from tracker.domain.spelling import among, same
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.seals import numbers_in_force


class Memory(Struct, frozen=True, kw_only=True):
    """The offer that waits for acceptance, if any."""

    offer: OfferCustody | None = None
    overdue: bool = False


def on_command(view: View, memory: Memory) -> Result:
    command = view.command
    if isinstance(command, OfferCustody):
        return _offer(view, memory, command)
    if isinstance(command, AcceptCustody):
        return _accept(view, memory, command)
    return memory, NOTHING


def _offer(view: View, memory: Memory, offer: OfferCustody) -> Result:
    holder = view.state.custodian
    if holder is not None and offer.releaser != holder:
        raise Refused(
            f"{offer.releaser} can't hand over what {holder} holds",
            mend=f"--from {holder}, or let {holder} hand over first",
        )
    found: list[Outcome] = [
        Noted(
            type=FindingType.CUSTODY_OFFERED,
            code=Code.CUSTODY_OFFERED,
            at=view.at,
            actor=offer.by,
            zone=offer.zone,
            facts={
                "from": offer.releaser,
                "to": offer.receiver,
                "number": offer.number,
                "state": offer.state,
            },
        )
    ]
    if memory.offer is not None and _key(memory.offer) != _key(offer):
        found.append(
            _over(memory.offer, AlertKind.HANDOVER_NOT_ACCEPTED, view, Code.OFFER_REPLACED)
        )
    if not _in_force(view, offer.number):
        found.append(
            _mismatch(
                view,
                offer,
                Code.DECLARED_NUMBER_NOT_IN_FORCE,
                {
                    "releaser": offer.releaser,
                    "declared": offer.number,
                    "in_force": ", ".join(numbers_in_force(view)),
                },
            )
        )
    return Memory(offer=offer), tuple(found)


def _accept(view: View, memory: Memory, accept: AcceptCustody) -> Result:
    offer = memory.offer
    if offer is None or offer.receiver != accept.receiver:
        raise Refused(
            f"nobody has offered custody to {accept.receiver}",
            mend="the releaser declares first: tracker shipment handover ID "
            f"--from A --to {accept.receiver} --seal N",
        )
    if not same(accept.number, offer.number):
        wrong = _mismatch(
            view,
            offer,
            Code.READ_NUMBER_DIFFERS,
            {
                "releaser": offer.releaser,
                "declared": offer.number,
                "receiver": accept.receiver,
                "read": accept.number,
            },
        )
        return memory, (wrong,)
    found: list[Outcome] = [
        Noted(
            type=FindingType.CUSTODY_ACCEPTED,
            code=Code.CUSTODY_ACCEPTED,
            at=view.at,
            actor=accept.by,
            zone=accept.zone or offer.zone,
            facts={"from": offer.releaser, "to": accept.receiver, "number": accept.number},
        ),
        CustodyMoved(to=accept.receiver),
    ]
    kinds = [AlertKind.HANDOVER_NOT_ACCEPTED]
    if _in_force(view, accept.number):
        kinds.append(AlertKind.HANDOVER_MISMATCH)
    found += [_over(offer, kind, view, Code.HANDOVER_COMPLETED) for kind in kinds]
    return Memory(), tuple(found)


def on_tick(view: View, memory: Memory) -> Result:
    due = deadline(view, memory)
    if due is None or view.now < due or memory.offer is None:
        return memory, NOTHING
    late = Raised(
        kind=AlertKind.HANDOVER_NOT_ACCEPTED,
        severity=Severity.WARNING,
        code=Code.CUSTODY_NOT_ACCEPTED,
        facts={"releaser": memory.offer.releaser, "receiver": memory.offer.receiver},
        key=_key(memory.offer),
        at=due,
        zone=memory.offer.zone,
    )
    return Memory(offer=memory.offer, overdue=True), (late,)


def deadline(view: View, memory: Memory) -> datetime | None:
    if memory.offer is None or memory.overdue:
        return None
    return memory.offer.at + minutes(view.policy.acceptance_min)


def set_back(memory: Memory, now: datetime, policy: Policy) -> Memory:
    if memory.offer is None or memory.offer.at <= now:
        return memory
    return replace(memory, offer=replace(memory.offer, at=now))


def _in_force(view: View, number: str) -> bool:
    numbers = numbers_in_force(view)
    return not numbers or among(number, numbers)


def _key(offer: OfferCustody) -> str:
    return f"{offer.releaser}>{offer.receiver}"


def _mismatch(view: View, offer: OfferCustody, code: Code, facts: dict[str, Fact]) -> Raised:
    return Raised(
        kind=AlertKind.HANDOVER_MISMATCH,
        severity=Severity.CRITICAL,
        key=_key(offer),
        code=code,
        facts=facts,
        at=view.at,
        part=True,
    )


def _over(offer: OfferCustody, kind: AlertKind, view: View, code: Code) -> Cleared:
    return Cleared(kind=kind, code=code, key=_key(offer), at=view.at)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    return (*_weighs_waiting(view, memory), *_weighs_numbers(view, memory))


def _weighs_waiting(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, offer = AlertKind.HANDOVER_NOT_ACCEPTED, memory.offer
    if offer is None:
        return (Weighed(kind=kind, measure="custody_offered", value=False),)
    waited = view.now - offer.at
    limit = view.policy.acceptance_min
    waits = Weighed(
        kind=kind,
        measure="offer_waited",
        value=waited.total_seconds() / 60,
        limit=limit,
        unit="min",
        threshold="acceptance_min",
        about=_key(offer),
        speaks=waited >= minutes(limit) and not isinstance(view.command, AcceptCustody),
    )
    if not memory.overdue:
        return (waits,)
    return (waits, Weighed(kind=kind, measure="told_before", value=Severity.WARNING))


def _weighs_numbers(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, command = AlertKind.HANDOVER_MISMATCH, view.command
    if isinstance(command, AcceptCustody) and memory.offer is not None:
        against, fits = memory.offer.number, same(command.number, memory.offer.number)
    elif isinstance(command, OfferCustody):
        against, fits = ", ".join(numbers_in_force(view)), _in_force(view, command.number)
    else:
        return (Weighed(kind=kind, measure="number_declared", value=None),)
    return (
        Weighed(
            kind=kind,
            measure="number_declared",
            value=command.number,
            limit=against,
            speaks=not fits,
        ),
    )


RULE = Rule(
    name="custody",
    memory=Memory,
    keeps="scope",
    on_command=on_command,
    on_tick=on_tick,
    deadline=deadline,
    set_back=set_back,
    weighs=weighs,
)
