"""What people declare to the tracker: operators, drivers, officers, compliance teams.

Every command carries `at`, the moment it was recorded (the clock is not read here), and `by`, who
declared it. `occurred_at` is when it happened, where that can differ.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tracker.domain.shipment import Authorisation


class Command(Struct, frozen=True, kw_only=True, tag=True):
    at: datetime
    by: str


class OpenShipment(Command, frozen=True):
    """conflicts: numbers already active elsewhere or retired, with where (seal inventory).

    document_sha256: hex, over the shipment file as it is stored.
    """

    document_sha256: str = ""
    conflicts: dict[str, str] = {}


class RecordSeal(Command, frozen=True):
    """A seal was applied: `number` is now on the doors.

    incident: a sign-off that ends an unauthorised opening or tampering; `reason` then is needed.
    verified: View, Verify, Tug, Twist was done.
    """

    number: str
    device: str | None = None
    zone: str | None = None
    officer: str | None = None
    agency: str | None = None
    reason: str = ""
    verified: bool = False
    incident: bool = False
    occurred_at: datetime | None = None


class Authorise(Command, frozen=True):
    """Leave to open is recorded (before, or within the policy's time after)."""

    authorisation: Authorisation


class OfferCustody(Command, frozen=True):
    """The releaser declares seal and state; custody stays with it until accepted."""

    releaser: str
    receiver: str
    number: str
    state: str = "sealed"
    zone: str | None = None


class AcceptCustody(Command, frozen=True):
    """The receiver enters the number it read, independently of the releaser."""

    receiver: str
    number: str
    zone: str | None = None


class CloseShipment(Command, frozen=True):
    """Delivery: the consignee's reading of the seal, where the truck is known to be."""

    number: str | None = None
    reason: str = ""


class ZonesInForce(Command, frozen=True):
    """From here on, positions are held against these zones and corridors.

    version: digest of their content (`Geography.version`). previous: the one before, if any.
    """

    version: str
    zones: int
    corridors: int
    previous: str | None = None


class RedrawZones(Command, frozen=True):
    """The zones changed under the trucks: where each device's last position is in the new ones.

    zones: device -> ids of the zones that hold its last believed position.
    """

    version: str
    zones: dict[str, tuple[str, ...]]


class AcknowledgeAlert(Command, frozen=True):
    alert: str
    note: str = ""


class CloseAlert(Command, frozen=True):
    alert: str
    reason: str


AnyCommand = (
    OpenShipment
    | RecordSeal
    | Authorise
    | OfferCustody
    | AcceptCustody
    | CloseShipment
    | ZonesInForce
    | RedrawZones
    | AcknowledgeAlert
    | CloseAlert
)
