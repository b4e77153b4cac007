"""The other use case: a person's command -> step -> commit.

The same path as a reading's: state and plan from the journal, one step of the engine, one
transaction; computed again if somebody else committed first. A running tracker sees the change with
its next batch or tick.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec.structs import replace

from tracker.domain.command import (
    AnyCommand,
    Authorise,
    CloseShipment,
    CommandResult,
    OpenShipment,
    RecordSeal,
    SendCommand,
)
from tracker.domain.errors import NotFound, Refused, UsageError
from tracker.domain.finding import Finding
from tracker.domain.shipment import Shipment, public
from tracker.domain.state import DeviceState, Lane, ScopeState
from tracker.fleet import Fleet
from tracker.ledger import Ledger, fresh_salt
from tracker.notary import Notary
from tracker.planning import Geography
from tracker.ports import Clock, Journal, Stale, StoredShipment
from tracker.rules.seal_opening import leave_to_unlock


class Desk:
    """One object, one thread; it may live long or for one command."""

    def __init__(
        self,
        *,
        journal: Journal,
        clock: Clock,
        geography: Geography,
        origin: str,
        salt: Callable[[], bytes] = fresh_salt,
        notary: Notary | None = None,
    ) -> None:
        self.journal, self.clock, self.origin, self._salt = journal, clock, origin, salt
        self._notary = notary
        self.fleet = Fleet(geography)

    def now(self) -> datetime:
        return self.clock.now()

    def open(self, document: bytes, *, by: str) -> Shipment:
        """Open the shipment that this JSON text declares.

        Raises UsageError with the JSON path of what is wrong; Refused if the shipment exists or a
        device is on another open one.
        """
        shipment = parse(document)
        written = msgspec.json.encode(shipment)

        def fill(ledger: Ledger) -> None:
            now = self.now()
            stored = StoredShipment(
                id=shipment.id,
                document=written,
                opened_at=now,
                devices=tuple(device.id for device in shipment.devices),
                numbers=tuple(seal.number for seal in shipment.seals),
            )
            self._may_open(stored)
            ledger.replan(stored)
            ledger.states[stored.id] = _blank(shipment, now)
            ledger.judge(
                stored.id,
                OpenShipment(
                    at=now,
                    by=by,
                    document_sha256=hashlib.sha256(public(shipment)).hexdigest(),
                    conflicts=self._conflicts(stored),
                ),
            )

        self.durably(fill)
        return shipment

    def submit(self, shipment: str, command: AnyCommand) -> list[Finding]:
        """Apply one command to an open shipment; what it led to.

        Raises NotFound, or Refused if custody forbids it.
        """

        def fill(ledger: Ledger) -> None:
            stored = self._shipment(shipment)
            if stored.closed_at is not None:
                raise Refused(
                    f"shipment {shipment} was closed at {stored.closed_at:%Y-%m-%d %H:%M:%S} UTC",
                    mend="its alerts can still be closed; for more cargo, open another shipment",
                )
            self._check_lock(shipment, command)
            self._check_zone(shipment, command)
            changed = _after(stored, command)
            if changed is not stored:
                ledger.replan(changed)
            ledger.judge(shipment, command)

        return self.durably(fill)

    def record(self, scope: str, command: AnyCommand, *, release: bool = True) -> list[Finding]:
        """Apply a command that concerns the record itself, whether a shipment is open or closed.
        release: sign the log afterwards, as after every other command.
        """

        def fill(ledger: Ledger) -> None:
            ledger.judge(scope, command)

        return self.durably(fill, release=release)

    def submit_alert(self, alert: str, command: AnyCommand) -> list[Finding]:
        """Acknowledge or close an alert. Raises NotFound if none of that id is open."""

        def fill(ledger: Ledger) -> None:
            for scope, state in self.fleet.states.items():
                if any(known.id == alert for known in state.alerts.values()):
                    ledger.judge(scope, command)
                    return
            raise NotFound(
                f"no open alert {alert!r}: it is closed, or there is none of that id",
                mend="tracker alerts list --open shows them",
            )

        return self.durably(fill)

    def submit_device(self, command: SendCommand | CommandResult) -> list[Finding]:
        """Record a command for a device, or its result, with the shipment that it is on now.

        Raises Refused for one that unlocks without a reason or without leave.
        """

        def fill(ledger: Ledger) -> None:
            scope = self.fleet.scope_of(command.device, command.at)
            told: AnyCommand = command
            if isinstance(command, SendCommand) and command.unlocks:
                told = replace(command, leave=self._leave(scope, command))
            ledger.judge(scope, told)

        return self.durably(fill)

    def _leave(self, scope: str, command: SendCommand) -> str:
        """The authorisation in force where the lock is known to be, in words."""
        if not command.reason.strip():
            raise Refused(f"{command.name} needs a reason", mend='--reason "who asked, and why"')
        plan, device = self.fleet.plan(scope), command.device
        if plan is None:
            raise Refused(
                f"{device} is on no open shipment, so nobody can have given leave to open it",
                mend="tracker shipment open FILE, then tracker shipment authorise",
            )
        known = self.fleet.state(scope).devices.get(device)
        zones = tuple(known.live.zones) if known else ()
        leave = leave_to_unlock(plan, plan.places(zones), command.at)
        if leave is None:
            zone = zones[0] if zones else "ZONE"
            raise Refused(
                f"no authorisation is in force to open {device} "
                f"{'in ' + ', '.join(zones) if zones else 'where it is (in no known zone)'}",
                where=f"shipment {scope}",
                mend=f"tracker shipment authorise {scope} --zone {zone} --agency AGENCY, "
                "without --credential",
            )
        return f"{leave.agency} in {leave.zone}: {leave.reason or 'no reason given'}"

    def durably(self, fill: Callable[[Ledger], None], *, release: bool = True) -> list[Finding]:
        """Commit what `fill` puts into a ledger, in one transaction; what it led to.

        It is called again, with a new ledger, whenever somebody else committed first.
        """
        while True:
            self.fleet.refresh(self.journal.load(self.fleet.version))
            ledger = Ledger(self.fleet, self.origin, self._salt)
            fill(ledger)
            try:
                self.journal.commit(ledger.work(), self.fleet.version)
            except Stale:
                continue
            if release and self._notary is not None:
                self._notary.release()
            return ledger.findings

    def _shipment(self, shipment: str) -> StoredShipment:
        for stored in self.fleet.shipments():
            if stored.id == shipment:
                return stored
        raise NotFound(f"no shipment {shipment!r}", mend="tracker shipment list shows them")

    def _check_lock(self, shipment: str, command: AnyCommand) -> None:
        """Where there are several locks, a seal is recorded for one of them."""
        plan = self.fleet.plan(shipment)
        if not isinstance(command, RecordSeal) or plan is None:
            return
        names = ", ".join(plan.locks)
        if command.device is None and len(plan.locks) > 1:
            raise UsageError("which lock is it?", mend=f"--device, one of {names}")
        if command.device is not None and command.device not in plan.locks:
            raise UsageError(f"no lock {command.device!r} on {shipment}", mend=f"one of {names}")

    def _check_zone(self, shipment: str, command: AnyCommand) -> None:
        """A place that is declared is one we know (that of an opening is checked by its plan)."""
        zone = getattr(command, "zone", None)
        plan = self.fleet.plan(shipment)
        if zone is None or plan is None:
            return
        if plan.place(zone) or plan.place(f"{shipment}/{zone}"):  # its own goes by its short name
            return
        raise UsageError(f"no zone {zone!r}", mend="tracker zones list shows them")

    def _may_open(self, new: StoredShipment) -> None:
        for stored in self.fleet.shipments():
            if stored.id == new.id:
                raise Refused(f"shipment {new.id} exists already", mend="give it another id")
            shared = set(stored.devices) & set(new.devices)
            if shared and stored.closed_at is None:
                raise Refused(
                    f"device {', '.join(sorted(shared))} is on the open shipment {stored.id}",
                    mend=f"tracker shipment close {stored.id} first, or use another device",
                )

    def _conflicts(self, new: StoredShipment) -> dict[str, str]:
        return {
            number: f"it is active on {stored.id}"
            if stored.closed_at is None
            else f"it was retired with {stored.id}"
            for stored in self.fleet.shipments()
            if stored.id != new.id
            for number in set(stored.numbers) & set(new.numbers)
        }


def parse(document: bytes) -> Shipment:
    """Raises UsageError with the JSON path and what is expected there."""
    try:
        return msgspec.json.decode(document, type=Shipment)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `")
        raise UsageError(what, where=path.rstrip("`") or "$", mend=_mend(what)) from None
    except msgspec.DecodeError as error:
        raise UsageError(f"not JSON: {error}") from None


def _mend(what: str) -> str:
    """For a key that is nearly one we know, that; for a pattern, its meaning in words."""
    schema = msgspec.json.schema(Shipment)
    kinds = [kind for kind in schema["$defs"].values() if "properties" in kind]
    _, unknown, key = what.partition("unknown field `")
    if unknown:
        names = {name for kind in kinds for name in kind["properties"]}
        near = difflib.get_close_matches(key.rstrip("`"), names, n=1)
        if near:
            return f"did you mean {near[0]}?"
    for kind in kinds:
        for field in kind["properties"].values():
            if "pattern" in field and field["pattern"] in what:
                return str(field["description"])
    return "tracker shipment schema prints what fits"


def _blank(shipment: Shipment, now: datetime) -> ScopeState:
    first = next((leg.custodian for leg in shipment.legs if leg.custodian), None)
    custodian = first or (shipment.custodians[0].id if shipment.custodians else None)
    devices = {device.id: DeviceState(live=Lane(), heard_at=now) for device in shipment.devices}
    return ScopeState(scope=shipment.id, devices=devices, custodian=custodian)


def _after(stored: StoredShipment, command: AnyCommand) -> StoredShipment:
    """The shipment's record as the command leaves it."""
    if isinstance(command, Authorise):
        shipment = msgspec.json.decode(stored.document, type=Shipment)
        leave = replace(command.authorisation, recorded_by=command.by)
        shipment = replace(shipment, authorisations=(*shipment.authorisations, leave))
        return replace(stored, document=msgspec.json.encode(shipment))
    if isinstance(command, RecordSeal) and command.number not in stored.numbers:
        return replace(stored, numbers=(*stored.numbers, command.number))
    if isinstance(command, CloseShipment):
        return replace(stored, closed_at=command.at)
    return stored
