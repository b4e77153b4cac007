"""The custody entries that a command is by itself, whatever the rules conclude from it."""

from __future__ import annotations

from tracker.domain.command import (
    AnyCommand,
    Authorise,
    CloseShipment,
    OpenShipment,
    RecordSeal,
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
    return None


def closing(command: CloseShipment, entries: int) -> Noted:
    """The terminal entry: its count closes the shipment's tail against omission."""
    return Noted(
        type=FindingType.SHIPMENT_CLOSED,
        at=command.at,
        actor=command.by,
        detail=command.reason or "delivered",
        facts={"entries": entries, "number": command.number},
    )
