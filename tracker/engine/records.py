"""The custody entries that a command is by itself, whatever the rules conclude from it."""

from __future__ import annotations

from tracker.domain.command import (
    AnyCommand,
    Authorise,
    CloseShipment,
    CommandResult,
    EraseData,
    IssueSeals,
    OpenShipment,
    RecordHead,
    RecordSeal,
    RotateKey,
    SendCommand,
    VoidSeal,
    ZonesInForce,
)
from tracker.domain.finding import FindingType
from tracker.domain.outcome import Noted


def opening(command: AnyCommand) -> Noted | None:
    """What stands before the rules' findings."""
    if isinstance(command, OpenShipment):
        return Noted(
            type=FindingType.SHIPMENT_OPENED,
            at=command.at,
            actor=command.by,
            detail="the shipment is opened",
            facts={"document_sha256": command.document_sha256},
        )
    if isinstance(command, Authorise):
        leave = command.authorisation
        return Noted(
            type=FindingType.OPENING_AUTHORISED,
            at=command.at,
            actor=command.by,
            zone=leave.zone if isinstance(leave.zone, str) else None,
            detail=f"{leave.agency} may open the seal: {leave.reason or 'no reason given'}",
            facts={
                "agency": leave.agency,
                "officer": leave.officer,
                "credential": leave.credential,
                "from": leave.from_time.isoformat() if leave.from_time else None,
                "until": leave.until_time.isoformat() if leave.until_time else None,
                "reason": leave.reason,
            },
        )
    if isinstance(command, ZonesInForce):
        return Noted(
            type=FindingType.ZONES_IN_FORCE,
            at=command.at,
            actor=command.by,
            detail=f"{command.zones} zones and {command.corridors} corridors, "
            f"version {command.version}",
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
            at=command.at,
            actor=command.by,
            detail="the log is signed with another key from here on",
            facts={"key": command.key, "previous": command.previous},
        )
    if isinstance(command, EraseData):
        values = sum(command.counts.values())
        return Noted(
            type=FindingType.DATA_ERASED,
            at=command.at,
            actor=command.by,
            detail=f"{values} personal values were erased: {command.reason}",
            facts={"values": values, **command.counts, "reason": command.reason},
        )
    if isinstance(command, IssueSeals):
        return Noted(
            type=FindingType.SEALS_ISSUED,
            at=command.at,
            actor=command.by,
            detail=f"{command.count} seals issued: {command.first} to {command.last}"
            + (f", held by {command.to}" if command.to else ""),
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
            at=command.at,
            actor=command.by,
            detail=f"seal {command.number} is void: {command.reason}",
            facts={"number": command.number, "reason": command.reason},
        )
    if isinstance(command, RecordSeal):
        return Noted(
            type=FindingType.SEAL_RECORDED,
            at=command.occurred_at or command.at,
            actor=command.by,
            zone=command.zone,
            detail=f"seal {command.number} recorded: {command.reason or 'no reason given'}",
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
            at=command.at,
            actor=command.by,
            detail=f"{command.name} for {command.device}: {command.reason or 'no reason given'}",
            facts={
                "device": command.device,
                "dialect": command.dialect,
                "command": command.name,
                "order": command.order,
                "reason": command.reason,
                "leave": command.leave or None,
                **{f"argument.{name}": value for name, value in command.arguments.items()},
            },
        )
    if isinstance(command, CommandResult):
        return Noted(
            type=FindingType.COMMAND_RESULT,
            at=command.at,
            actor=command.by,
            detail=f"{command.name} for {command.device} {command.status}: {command.detail}",
            facts={
                "device": command.device,
                "command": command.name,
                "order": command.order,
                "status": command.status,
            },
        )
    return None


def head(command: RecordHead, entries: int) -> Noted:
    """States the count, so that whoever is given the entries knows where they end."""
    return Noted(
        type=FindingType.SHIPMENT_HEAD,
        at=command.at,
        actor=command.by,
        detail=f"the record was handed out, {entries} entries",
        facts={"entries": entries},
    )


def closing(command: CloseShipment, entries: int) -> Noted:
    """The terminal entry: its count closes the shipment's tail against omission."""
    return Noted(
        type=FindingType.SHIPMENT_CLOSED,
        at=command.at,
        actor=command.by,
        detail=command.reason or "delivered",
        facts={"entries": entries, "number": command.number},
    )
