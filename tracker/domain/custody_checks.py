"""What must hold before a command of people is taken: who, which lock, where, which numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from tracker.domain.command import (
    CloseShipment,
    Command,
    ExcuseDelay,
    NumberConflict,
    RecordSeal,
)
from tracker.domain.errors import Refused, UsageError
from tracker.domain.plan import Plan
from tracker.domain.spelling import among


class KnownShipment(Protocol):
    """A shipment on record: its devices, and every seal number that was ever on it."""

    @property
    def id(self) -> str: ...
    @property
    def devices(self) -> tuple[str, ...]: ...
    @property
    def numbers(self) -> tuple[str, ...]: ...
    @property
    def closed_at(self) -> datetime | None: ...


def may_open(new: KnownShipment, others: Sequence[KnownShipment]) -> None:
    """Raises Refused if the id is taken, or a device is on another open shipment."""
    if any(other.id == new.id for other in others):
        raise Refused(f"shipment {new.id} exists already", mend="give it another id")
    may_carry(new, others)


def may_carry(new: KnownShipment, others: Sequence[KnownShipment]) -> None:
    """Raises Refused if a device is on another open shipment."""
    for other in others:
        if other.id == new.id:
            continue
        shared = {name for name in new.devices if among(name, other.devices)}
        if shared and other.closed_at is None:
            raise Refused(
                f"device {', '.join(sorted(shared))} is on the open shipment {other.id}",
                mend=f"tracker shipment close {other.id} first, or use another device",
            )


def conflicts(new: KnownShipment, others: Iterable[KnownShipment]) -> dict[str, NumberConflict]:
    """The numbers of `new` that are, or were, another shipment's, and whose."""
    return {
        number: NumberConflict(shipment=other.id, closed=other.closed_at is not None)
        for other in others
        if other.id != new.id
        for number in new.numbers
        if among(number, other.numbers)
    }


def may_change(shipment: KnownShipment) -> None:
    """Raises Refused for a closed shipment."""
    if shipment.closed_at is not None:
        raise Refused(
            f"shipment {shipment.id} was closed at {shipment.closed_at:%Y-%m-%d %H:%M:%S} UTC",
            mend="its alerts can still be closed; for more cargo, open another shipment",
        )


def names_its_lock(plan: Plan, command: Command) -> None:
    """Where there are several locks, a seal is recorded for one of them. Raises UsageError."""
    if not isinstance(command, RecordSeal):
        return
    names = ", ".join(plan.locks)
    if command.device is None and len(plan.locks) > 1:
        raise UsageError("which lock is it?", mend=f"--device, one of {names}")
    if command.device is not None and not among(command.device, plan.locks):
        where = f"on {plan.shipment.id}"
        raise UsageError(f"no lock {command.device!r} {where}", mend=f"one of {names}")


def gives_up_openly(command: Command) -> None:
    """What is given up has a reason, and nobody who read its seal. Raises UsageError."""
    if not isinstance(command, CloseShipment) or not command.given_up:
        return
    if not command.reason.strip():
        raise UsageError("a shipment is not given up without a reason", mend="--reason WHY")
    if command.number is not None:
        raise UsageError(
            "a shipment that was given up reached no consignee who could read its seal",
            mend="leave out --seal, or --given-up",
        )


def excuses_what_is_due(plan: Plan, under_way: int, command: Command) -> None:
    """A delay is excused of a leg that is not complete, for a reason, until later than now.
    under_way: index of the leg. Raises UsageError.
    """
    if not isinstance(command, ExcuseDelay):
        return
    if not command.reason.strip():
        raise UsageError("a delay is not excused without a reason", mend="--reason WHY")
    if command.until <= command.at:
        raise UsageError(
            f"{command.until.isoformat()} is past already", mend="--until a later time"
        )
    leg = under_way + 1 if command.leg is None else command.leg
    legs = len(plan.legs)
    if not under_way < leg <= legs:
        left = f"{under_way + 1} to {legs}" if under_way < legs else "none: all are complete"
        raise UsageError(
            f"no leg {leg} of {plan.shipment.id} is under way or to come",
            mend=f"--leg, one of {left}",
        )


def names_a_known_zone(plan: Plan, command: Command) -> None:
    """A place that is declared is one we know (that of an opening is checked by its plan).

    Raises UsageError.
    """
    zone = getattr(command, "zone", None)
    if zone is None:
        return
    if plan.place(zone) or plan.place(f"{plan.shipment.id}/{zone}"):  # its own go by a short name
        return
    raise UsageError(f"no zone {zone!r}", mend="tracker zones list shows them")
