"""What people declare: a command -> step -> commit.

The same path as a reading's: state and plan from the journal, one step of the engine, one
transaction; computed again if somebody else wrote first what it was computed from. A running
tracker sees the change with its next batch or tick.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from tracker.app.numbers import NumberCheck
from tracker.app.planning import Geography
from tracker.app.shipments import ShipmentRegistry
from tracker.app.transactions import Transactions
from tracker.app.unit_of_work import UnitOfWork, fresh_salt
from tracker.domain import custody_checks, declaration
from tracker.domain.command import (
    AmendShipment,
    AnyCommand,
    Authorise,
    CloseShipment,
    CommandResult,
    CorrectClosing,
    ExcuseDelay,
    OpenShipment,
    RecordSeal,
    SendCommand,
)
from tracker.domain.errors import NotFound, Refused
from tracker.domain.finding import Finding
from tracker.domain.shipment import Shipment, public
from tracker.domain.spelling import among
from tracker.domain.state import NUMBER_SCOPE, DeviceState, Lane, ScopeState
from tracker.ports import Clock, Journal, Signer, StoredShipment
from tracker.rules.seal_unlocking import leave_for


class CommandHandler:
    """One object, one thread; it may live long or for one command."""

    def __init__(
        self,
        *,
        journal: Journal,
        clock: Clock,
        geography: Geography,
        origin: str,
        salt: Callable[[], bytes] = fresh_salt,
        signer: Signer | None = None,
    ) -> None:
        self.journal, self.clock, self.origin, self.signer = journal, clock, origin, signer
        self.registry = ShipmentRegistry(journal, geography)
        self.transactions = Transactions(journal, self.registry, origin, salt)

    def now(self) -> datetime:
        return self.clock.now()

    def open(self, document: bytes, *, by: str) -> Shipment:
        """Open the shipment that this JSON text declares.

        Raises UsageError with the JSON path of what is wrong; Refused if the shipment exists or a
        device is on another open one.
        """
        shipment = declaration.parse(document)
        written = msgspec.json.encode(shipment)

        def fill(unit: UnitOfWork) -> None:
            now = self.now()
            stored = StoredShipment(
                id=shipment.id,
                document=written,
                opened_at=now,
                devices=tuple(device.id for device in shipment.devices),
                numbers=tuple(seal.number for seal in shipment.seals),
            )
            others = related(unit, stored)
            custody_checks.may_open(stored, others)
            unit.replan(stored)
            judge_opening(unit, stored, shipment, others, by=by)

        self.durably(fill)
        return shipment

    def amend(
        self, shipment: str, changes: dict[str, Any], *, by: str, reason: str
    ) -> list[Finding]:
        """Change what an open shipment declares (fields of its file, as JSON values; null takes one
        away): what follows is judged by it. What it said before is kept.

        Raises NotFound, UsageError for what cannot be changed so, Refused for a closed shipment, a
        device that is elsewhere, or without a reason.
        """
        if not reason.strip():
            raise Refused("a shipment is not amended without a reason", mend="--reason WHY")

        def fill(unit: UnitOfWork) -> None:
            stored = _shipment(unit, shipment)
            custody_checks.may_change(stored)
            now = self.now()
            before = msgspec.json.decode(stored.document, type=Shipment)
            after, changed = declaration.amended(before, changes, at=now, reason=reason)
            new = replace(
                stored,
                document=msgspec.json.encode(after),
                devices=tuple(device.id for device in after.devices),
            )
            custody_checks.may_carry(new, related(unit, new))
            unit.replan(new)
            unit.states[shipment] = manned(unit.state(shipment), new.devices, now)
            unit.judge(
                shipment,
                AmendShipment(
                    at=now,
                    by=by,
                    changed=changed,
                    reason=reason,
                    document_sha256=hashlib.sha256(public(after)).hexdigest(),
                ),
            )

        return self.durably(fill)

    def correct(
        self, shipment: str, *, by: str, reason: str, number: str | None = None
    ) -> list[Finding]:
        """Say on record that a closing was wrong, and what is right; it stays as it was told.

        Raises NotFound, Refused for a shipment that is open, or without a reason.
        """
        if not reason.strip():
            raise Refused("a closing is not corrected without a reason", mend="--reason WHY")

        def fill(unit: UnitOfWork) -> None:
            if _shipment(unit, shipment).closed_at is None:
                raise Refused(
                    f"shipment {shipment} is open", mend="tracker shipment amend changes it"
                )
            command = CorrectClosing(at=self.now(), by=by, reason=reason, number=number)
            unit.judge(shipment, command)

        return self.durably(fill)

    def preview(self, shipment: str, command: AnyCommand) -> list[Finding]:
        """What a command would lead to; nothing is changed. Raises as `submit` does."""
        self.transactions.refresh()
        unit = self.transactions.unit()
        self._apply(unit, shipment, command)
        return unit.findings

    def submit(self, shipment: str, command: AnyCommand) -> list[Finding]:
        """Apply one command to an open shipment; what it led to.

        Raises NotFound, Refused if custody forbids it, UsageError if it contradicts itself.
        """

        return self.durably(lambda unit: self._apply(unit, shipment, command))

    def _apply(self, unit: UnitOfWork, shipment: str, command: AnyCommand) -> None:
        stored = _shipment(unit, shipment)
        custody_checks.may_change(stored)
        custody_checks.gives_up_openly(command)
        plan = unit.plan(shipment)
        if plan is not None:
            custody_checks.names_its_lock(plan, command)
            custody_checks.names_a_known_zone(plan, command)
            custody_checks.excuses_what_is_due(plan, unit.state(shipment).leg, command)
        if isinstance(command, ExcuseDelay) and command.leg is None:
            command = replace(command, leg=unit.state(shipment).leg + 1)
        changed = as_left(stored, command)
        if changed is not stored:
            unit.replan(changed)
        unit.judge(shipment, command)
        if isinstance(command, RecordSeal):
            NumberCheck().report(unit, shipment, command.number, command.at)

    def record(self, scope: str, command: AnyCommand, *, release: bool = True) -> list[Finding]:
        """Apply a command that concerns the record itself, whether a shipment is open or closed.
        release: sign the log afterwards, as after every other command.
        """

        def fill(unit: UnitOfWork) -> None:
            unit.judge(scope, command)

        return self.durably(fill, release=release)

    def record_of(self, shipment: str, command: AnyCommand) -> list[Finding]:
        """The same of a shipment, which must be there. Raises NotFound."""

        def fill(unit: UnitOfWork) -> None:
            _shipment(unit, shipment)
            unit.judge(shipment, command)

        return self.durably(fill)

    def submit_alert(self, alert: str, command: AnyCommand) -> list[Finding]:
        """Acknowledge or close an alert. Raises NotFound if none of that id is open."""

        def fill(unit: UnitOfWork) -> None:
            known = self.journal.alert(alert)
            state = None if known is None else unit.state(known.scope)
            if state is None or all(one.id != alert for one in state.alerts.values()):
                raise NotFound(
                    f"no open alert {alert!r}: it is closed, or there is none of that id",
                    mend="tracker alerts list --open shows them",
                )
            unit.judge(state.scope, command)

        return self.durably(fill)

    def submit_device(self, command: SendCommand | CommandResult) -> list[Finding]:
        """Record a command for a device, or its result, with the shipment that it is on now.

        Raises Refused for one that unlocks without a reason or without leave.
        """

        def fill(unit: UnitOfWork) -> None:
            scope = unit.scope_of(command.device, command.at)
            allowed: AnyCommand = command
            if isinstance(command, SendCommand) and command.unlocks:
                leave = leave_for(unit.plan(scope), unit.state(scope), command)
                allowed = replace(command, leave=leave)
            unit.judge(scope, allowed)

        return self.durably(fill)

    def durably(self, fill: Callable[[UnitOfWork], None], *, release: bool = True) -> list[Finding]:
        """Commit what `fill` puts into a unit of work, on top of the newest state; what it led to.

        It is called again, with a new unit, whenever somebody else wrote first what it has read.
        """
        self.transactions.refresh()
        unit = self.transactions.run(fill)
        if release:
            self.sign()
        return unit.findings

    def breached(self, shipment: str) -> list[str]:
        """The devices whose seal was cut or opened, and not sealed again on record."""
        self.transactions.refresh()
        state = self.transactions.unit().state(shipment)
        return [device for device, known in state.devices.items() if known.live.seal.breached]

    def sign(self) -> None:
        """Sign the log as it is now, if it has a key. Raises LogContradicted."""
        if self.signer is not None:
            self.signer.release()


def _shipment(unit: UnitOfWork, shipment: str) -> StoredShipment:
    stored = unit.shipment(shipment)
    if stored is None:
        raise NotFound(f"no shipment {shipment!r}", mend="tracker shipment list shows them")
    return stored


def judge_opening(
    unit: UnitOfWork,
    stored: StoredShipment,
    shipment: Shipment,
    others: Sequence[StoredShipment],
    *,
    by: str,
) -> None:
    """Begin the state of a shipment that was just declared. others: see `related`."""
    now = stored.opened_at
    unit.states[stored.id] = blank(shipment, now)
    unit.judge(
        stored.id,
        OpenShipment(
            at=now,
            by=by,
            document_sha256=hashlib.sha256(public(shipment)).hexdigest(),
            conflicts=custody_checks.conflicts(stored, others),
        ),
    )
    for number in stored.numbers:
        if not any(among(number, other.numbers) for other in others):
            NumberCheck().report(unit, stored.id, number, now)


def related(unit: UnitOfWork, new: StoredShipment) -> list[StoredShipment]:
    """The one with its id, those that carry one of its devices, and all that ever had one of its
    seal numbers.
    """
    unit.registry.hold((new.id, *new.carries))
    ids = {new.id} | {
        one.shipment
        for scope in new.carries
        for one in unit.carriers(scope)
        if one.closed_at is None or scope.startswith(NUMBER_SCOPE)
    }
    unit.registry.hold(ids)
    known = [stored for stored in map(unit.shipment, ids) if stored is not None]
    return sorted(known, key=lambda one: (one.opened_at, one.id))


def blank(shipment: Shipment, now: datetime) -> ScopeState:
    first = next((leg.custodian for leg in shipment.legs if leg.custodian), None)
    custodian = first or (shipment.custodians[0].id if shipment.custodians else None)
    devices = {device.id: DeviceState(live=Lane(), heard_at=now) for device in shipment.devices}
    return ScopeState(scope=shipment.id, devices=devices, custodian=custodian)


def manned(state: ScopeState, devices: Sequence[str], now: datetime) -> ScopeState:
    """With these devices: a new one is heard from now on, one that was taken away no more."""
    kept = {device: known for device, known in state.devices.items() if device in devices}
    new = {device: DeviceState(live=Lane(), heard_at=now) for device in devices}
    return replace(state, devices={device: kept.get(device, new[device]) for device in devices})


def as_left(stored: StoredShipment, command: AnyCommand) -> StoredShipment:
    """The shipment's record as the command leaves it."""
    if isinstance(command, Authorise):
        shipment = msgspec.json.decode(stored.document, type=Shipment)
        leave = replace(command.authorisation, recorded_by=command.by)
        shipment = replace(shipment, authorisations=(*shipment.authorisations, leave))
        return replace(stored, document=msgspec.json.encode(shipment))
    if isinstance(command, RecordSeal) and not among(command.number, stored.numbers):
        return replace(stored, numbers=(*stored.numbers, command.number))
    if isinstance(command, CloseShipment):
        return replace(stored, closed_at=command.at)
    return stored
