"""Which ladder and which machines an incident goes to, and who of the ladder may be told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import Alert, Severity
from tracker.domain.notify_policy import Contact, Incident, NotifyPolicy
from tracker.domain.shipment import Shipment


class Routed(Struct, frozen=True, kw_only=True):
    """Where an incident goes: a ladder of people, machines' channels, or nowhere."""

    ladder: str | None = None
    machines: tuple[str, ...] = ()


def parties(shipment: Shipment | None) -> tuple[str, ...]:
    """The ids of the custodians that a shipment names, in order."""
    if shipment is None:
        return ()
    named = [one.id for one in shipment.custodians]
    named += [leg.custodian for leg in shipment.legs if leg.custodian]
    return tuple(dict.fromkeys(named))


def incident(alert: Alert, shipment: Shipment | None) -> Incident:
    """What routes look at of it."""
    legs = shipment.legs if shipment else ()
    return Incident(
        kind=alert.kind,
        severity=alert.severity,
        crossing=shipment.crossing if shipment else None,
        lanes=tuple(leg.corridor for leg in legs if isinstance(leg.corridor, str)),
        custodians=parties(shipment),
    )


def routed(policy: NotifyPolicy, what: Incident) -> Routed:
    """The ladder of the first route that takes it and has one; the machines of all that do."""
    taking = [route for route in policy.routes if route.takes(what)]
    machines = dict.fromkeys(channel for route in taking for channel in route.channels)
    ladder = next((route.ladder for route in taking if route.ladder is not None), None)
    return Routed(ladder=ladder, machines=tuple(machines))


def may_hear(contact: Contact, of: Iterable[str]) -> bool:
    """Whether the contact may be told of a shipment of these parties."""
    return contact.custodian is None or contact.custodian in of


def asked(
    policy: NotifyPolicy, ladder: str, step: int, at: datetime, of: Sequence[str] | None
) -> tuple[Contact, ...]:
    """Who is told with this step of the ladder; of: the parties, None where they differ."""
    names = policy.ladders[ladder].names(step)
    found = policy.on_duty(names, at)
    return found if of is None else tuple(one for one in found if may_hear(one, of))


def targets(contacts: Iterable[Contact], severity: Severity) -> list[tuple[str, str]]:
    """(contact, channel) of all by whom they are told of an incident of this severity."""
    pairs = [(one.id, channel) for one in contacts for channel in one.told_by(severity)]
    return list(dict.fromkeys(pairs))
