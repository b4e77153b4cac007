"""The custody entries that a command is by itself, whatever the rules conclude from it."""

from __future__ import annotations

from tracker.domain.codes import Code, Fact
from tracker.domain.command import (
    AmendShipment,
    AnyCommand,
    Authorise,
    ChangeUser,
    ClockStepped,
    CloseShipment,
    CommandResult,
    CorrectClosing,
    EraseData,
    ExcuseDelay,
    IssueSeals,
    OpenShipment,
    RecordDelivery,
    RecordHead,
    RecordRead,
    RecordSeal,
    RotateKey,
    SendCommand,
    ShareRecord,
    VoidSeal,
    ZonesInForce,
)
from tracker.domain.finding import FindingType
from tracker.domain.outcome import Noted
from tracker.domain.shipment import Authorisation
from tracker.engine.records_outside import access, delivery


def opening(command: AnyCommand) -> Noted | None:
    """What stands before the rules' findings."""
    if isinstance(command, OpenShipment):
        return Noted(
            type=FindingType.SHIPMENT_OPENED,
            code=Code.SHIPMENT_OPENED,
            at=command.at,
            actor=command.by,
            facts={"document_sha256": command.document_sha256},
        )
    if isinstance(command, AmendShipment):
        return Noted(
            type=FindingType.SHIPMENT_AMENDED,
            code=Code.SHIPMENT_AMENDED,
            at=command.at,
            actor=command.by,
            facts={
                "changed": ", ".join(command.changed),
                "reason": command.reason,
                "document_sha256": command.document_sha256,
            },
        )
    if isinstance(command, CorrectClosing):
        return Noted(
            type=FindingType.CLOSING_CORRECTED,
            code=Code.CLOSING_CORRECTED,
            at=command.at,
            actor=command.by,
            facts={"reason": command.reason, "number": command.number},
        )
    if isinstance(command, Authorise):
        leave = command.authorisation
        return Noted(
            type=FindingType.OPENING_AUTHORISED,
            code=Code.OPENING_AUTHORISED,
            at=command.at,
            actor=command.by,
            zone=leave.zone if isinstance(leave.zone, str) else None,
            facts={
                "agency": leave.agency,
                "officer": leave.officer,
                "credential": leave.credential,
                "from": leave.from_time.isoformat() if leave.from_time else None,
                "until": leave.until_time.isoformat() if leave.until_time else None,
                "reason": leave.reason,
            },
        )
    if isinstance(command, ExcuseDelay):
        return Noted(
            type=FindingType.DELAY_EXCUSED,
            code=Code.DELAY_EXCUSED,
            at=command.at,
            actor=command.by,
            facts={
                "leg": command.leg or 0,
                "until": command.until.isoformat(),
                "reason": command.reason,
            },
        )
    if isinstance(command, ZonesInForce):
        return Noted(
            type=FindingType.ZONES_IN_FORCE,
            code=Code.ZONES_IN_FORCE,
            at=command.at,
            actor=command.by,
            facts={
                "version": command.version,
                "previous": command.previous,
                "zones": command.zones,
                "corridors": command.corridors,
            },
        )
    if isinstance(command, RotateKey):
        return Noted(
            type=FindingType.KEY_ROTATED,
            code=Code.KEY_ROTATED,
            at=command.at,
            actor=command.by,
            facts={"key": command.key, "previous": command.previous},
        )
    if isinstance(command, ClockStepped):
        return Noted(
            type=FindingType.CLOCK_STEPPED,
            code=Code.HOST_CLOCK_STEPPED,
            at=command.at,
            actor=command.by,
            facts={"seconds": command.seconds, "restarted": command.restarted},
        )
    if isinstance(command, EraseData):
        values = sum(command.counts.values())
        return Noted(
            type=FindingType.DATA_ERASED,
            code=Code.DATA_ERASED,
            at=command.at,
            actor=command.by,
            facts={"values": values, **command.counts, "reason": command.reason},
        )
    if isinstance(command, IssueSeals):
        return Noted(
            type=FindingType.SEALS_ISSUED,
            code=Code.SEALS_ISSUED,
            at=command.at,
            actor=command.by,
            facts={
                "first": command.first,
                "last": command.last,
                "count": command.count,
                "to": command.to,
            },
        )
    if isinstance(command, VoidSeal):
        return Noted(
            type=FindingType.SEAL_VOIDED,
            code=Code.SEAL_VOIDED,
            at=command.at,
            actor=command.by,
            facts={"number": command.number, "reason": command.reason},
        )
    if isinstance(command, ShareRecord | RecordRead | ChangeUser):
        return access(command)
    if isinstance(command, RecordDelivery):
        return delivery(command)
    if isinstance(command, RecordSeal):
        return Noted(
            type=FindingType.SEAL_RECORDED,
            code=Code.SEAL_RECORDED,
            at=command.occurred_at or command.at,
            actor=command.by,
            zone=command.zone,
            facts={
                "number": command.number,
                "lock": command.device,
                "officer": command.officer,
                "agency": command.agency,
                "reason": command.reason,
                "verified": command.verified,
                "incident": command.incident,
            },
        )
    if isinstance(command, SendCommand):
        return Noted(
            type=FindingType.COMMAND_SENT,
            code=Code.COMMAND_SENT,
            at=command.at,
            actor=command.by,
            facts={
                "device": command.device,
                "dialect": command.dialect,
                "command": command.name,
                "order": command.order,
                "reason": command.reason,
                **_leave(command.leave),
                **{f"argument.{name}": value for name, value in command.arguments.items()},
            },
        )
    if isinstance(command, CommandResult):
        return Noted(
            type=FindingType.COMMAND_RESULT,
            code=Code.COMMAND_RESULT,
            at=command.at,
            actor=command.by,
            facts={
                "device": command.device,
                "command": command.name,
                "order": command.order,
                "status": command.status,
                "refusal": command.detail if command.status == "refused" else None,
            },
        )
    return None


def _leave(leave: Authorisation | None) -> dict[str, Fact]:
    return {
        "leave_agency": leave.agency if leave else None,
        "leave_zone": str(leave.zone) if leave else None,
        "leave_reason": leave.reason if leave else None,
    }


def head(command: RecordHead, entries: int) -> Noted:
    """States the count, so that whoever is given the entries knows where they end."""
    return Noted(
        type=FindingType.SHIPMENT_HEAD,
        code=Code.RECORD_HANDED_OUT,
        at=command.at,
        actor=command.by,
        facts={"entries": entries},
    )


def closing(command: CloseShipment, entries: int) -> Noted:
    """The terminal entry: its count closes the shipment's tail against omission."""
    return Noted(
        type=FindingType.SHIPMENT_CLOSED,
        code=Code.GIVEN_UP if command.given_up else Code.DELIVERED,
        at=command.at,
        actor=command.by,
        facts={"entries": entries, "number": command.number, "reason": command.reason},
    )
