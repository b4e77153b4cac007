"""Who may see what, and who may do what: roles, and the rights that they give.

A viewer is whoever asks: a user of one role, or the reader of a share link, who has none and sees
one shipment. What authorities and readers of links read is recorded; carriers see it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from msgspec import Struct

from tracker.domain.shipment import Shipment


class Role(enum.StrEnum):
    CARRIER = "carrier"
    """Watches the shipments that it has, had or will have custody of."""
    DISPATCHER = "dispatcher"
    AUDITOR = "auditor"
    """Reads everything, and changes nothing."""
    CUSTOMS = "customs"
    """A customs liaison: the shipments that were shared with it."""
    AUTHORITY = "authority"
    """Reads every shipment, on record."""
    ADMINISTRATOR = "administrator"


class Right(enum.StrEnum):
    SEE = "see"
    """Shipments, positions, alerts."""
    AUDIT = "audit"
    """Entries, audits, evidence, verification."""
    ANSWER = "answer"
    """Acknowledge, comment, assign, snooze and close alerts."""
    DECLARE = "declare"
    """Open, amend, hand over, authorise, seal and close shipments."""
    SHARE = "share"
    """Give a shipment to a reader outside."""
    PEOPLE = "people"
    """Users, their roles and tokens."""


_READS = frozenset({Right.SEE, Right.AUDIT})
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.CARRIER: _READS | {Right.ANSWER, Right.DECLARE},
    Role.DISPATCHER: _READS | {Right.ANSWER, Right.DECLARE, Right.SHARE},
    Role.AUDITOR: _READS,
    Role.CUSTOMS: _READS,
    Role.AUTHORITY: _READS,
    Role.ADMINISTRATOR: frozenset(Right),
}
ALL_SHIPMENTS = frozenset({Role.DISPATCHER, Role.AUDITOR, Role.AUTHORITY, Role.ADMINISTRATOR})
"""Who sees every shipment, and what belongs to none: devices, rejects, the log."""
CARRIERS_OWN = frozenset({Right.ANSWER, Right.DECLARE})


class Viewer(Struct, frozen=True, kw_only=True):
    """name: as it stands in the log. role: None for the reader of a share link. carrier: of a
    carrier, its id among the custodians of shipments. shared: ids of the shipments that were given
    to it.
    """

    name: str
    role: Role | None = None
    carrier: str | None = None
    shared: frozenset[str] = frozenset()

    @property
    def sees_all(self) -> bool:
        return self.role in ALL_SHIPMENTS

    @property
    def recorded(self) -> bool:
        """What it reads is an entry of the custody log."""
        return self.role in (None, Role.AUTHORITY, Role.CUSTOMS)

    def may(self, right: Right) -> bool:
        """Of what it sees at all."""
        return right in (_READS if self.role is None else RIGHTS[self.role])

    def sees(self, shipment: Shipment) -> bool:
        if self.sees_all or shipment.id in self.shared:
            return True
        return self.role is Role.CARRIER and self.carrier in custodians(shipment)


def custodians(shipment: Shipment) -> frozenset[str]:
    """Ids of all who are to have custody of it at some time."""
    legs = {leg.custodian for leg in shipment.legs if leg.custodian is not None}
    return frozenset(legs | {custodian.id for custodian in shipment.custodians})
