"""What people declare to the tracker: operators, drivers, officers, compliance teams.

Every command carries `at`, the moment it was recorded (the clock is not read here), and `by`, who
declared it. `occurred_at` is when it happened, where that can differ.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import Severity, Verdict
from tracker.domain.shipment import Authorisation


class Command(Struct, frozen=True, kw_only=True, tag=True):
    at: datetime
    by: str


class NumberConflict(Struct, frozen=True):
    """A seal number is another shipment's; closed: it was retired with that."""

    shipment: str
    closed: bool


class OpenShipment(Command, frozen=True):
    """conflicts: numbers already active elsewhere or retired, with where.

    document_sha256: hex, over the shipment file as it is stored.
    """

    document_sha256: str = ""
    conflicts: dict[str, NumberConflict] = {}


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


class AmendShipment(Command, frozen=True):
    """The shipment's declaration is changed: what follows is judged by it. changed: the names of
    the fields; document_sha256: hex, over the file as it is stored then, without people.
    """

    changed: tuple[str, ...]
    reason: str
    document_sha256: str


class Authorise(Command, frozen=True):
    """Leave to open is recorded (before, or within the policy's time after)."""

    authorisation: Authorisation


class ExcuseDelay(Command, frozen=True):
    """A leg may take longer: it is overdue only after `until`. leg: from 1; None: the one under
    way. reason: why, in the words of who excuses it.
    """

    until: datetime
    reason: str
    leg: int | None = None


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
    """Delivery: the consignee's reading of the seal, where the truck is known to be.

    given_up: no cargo went out, for that reason; nobody has a seal to read. reason: for people.
    """

    number: str | None = None
    reason: str = ""
    given_up: bool = False


class CorrectClosing(Command, frozen=True):
    """A closing was wrong: what is right, as an entry of its own; the closing stays as it was told.

    number: the seal number that the consignee truly read, if that was the fault.
    """

    reason: str
    number: str | None = None


class RecordHead(Command, frozen=True):
    """The shipment's record is handed out: an entry states how many there are, so that the end of
    what was handed out is provable while the shipment goes on.
    """


class RotateKey(Command, frozen=True):
    """The log is signed with another key from here on. `key`, `previous`: verifier's keys."""

    key: str
    previous: str


class ClockStepped(Command, frozen=True):
    """The clock of the tracker's host was set, by so many seconds (back: negative). restarted:
    while the tracker was down, so that only what is recorded ahead of it shows that.
    """

    seconds: int
    restarted: bool = False


class EraseData(Command, frozen=True):
    """Names of people were erased. counts: how many values at which kind of place, never which.

    Entries of one person are not listed: the list would say for good that one person made them.
    """

    counts: dict[str, int]
    reason: str


class IssueSeals(Command, frozen=True):
    """Seals came into the inventory, in the log's scope SEALS_SCOPE: all from `first` to `last`,
    which differ in their last digits alone. to: the custodian that has them now, if it is said.
    """

    first: str
    last: str
    count: int
    to: str | None = None


class VoidSeal(Command, frozen=True):
    """A seal of the inventory is lost, broken or destroyed, and never to be used."""

    number: str
    reason: str


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


class SendCommand(Command, frozen=True):
    """A device is told to do something ("unlock"); recorded before it is sent.

    order: its id, by which the result is known. arguments: without their secrets. leave: the
    authorisation in force, where one is needed.
    """

    device: str
    dialect: str
    name: str
    order: str
    arguments: dict[str, str] = {}
    reason: str = ""
    unlocks: bool = False
    leave: Authorisation | None = None


class CommandResult(Command, frozen=True):
    """What became of it: status "sent", "answered", "not_connected", "refused" or "unheard".

    detail: what the gateway says of it; of a refusal it is kept, quoted.
    """

    device: str
    name: str
    order: str
    status: str
    detail: str


class AcknowledgeAlert(Command, frozen=True):
    alert: str
    note: str = ""


class CloseAlert(Command, frozen=True):
    """verdict: what it turned out to be; None where nobody said."""

    alert: str
    reason: str
    verdict: Verdict | None = None


class AcceptAlert(Command, frozen=True):
    """What goes on is known and borne with, within limits: it is raised again past `until`, further
    than `distance_m` from where it was accepted, or in another zone than `zone`.
    """

    alert: str
    reason: str
    until: datetime | None = None
    distance_m: int | None = None
    zone: str | None = None
    verdict: Verdict | None = None


class AssignAlert(Command, frozen=True):
    """Somebody is to see to it: `to`, a person or a desk. Only who acknowledges has seen it."""

    alert: str
    to: str
    note: str = ""


class CommentAlert(Command, frozen=True):
    alert: str
    text: str


class SnoozeAlert(Command, frozen=True):
    """What goes on calls nobody until `until`, no further than `distance_m` from where the truck is
    now, and as long as it is in `zone`. Past a limit it calls again; a graver turn does at once.
    """

    alert: str
    until: datetime | None = None
    distance_m: int | None = None
    zone: str | None = None
    reason: str = ""


class ReportNumber(Command, frozen=True):
    """The tracker itself tells: a seal number appeared that is not this shipment's to have.

    why: "void", "never_issued" or "elsewhere"; elsewhere: the shipment that has it.
    """

    number: str
    why: str
    elsewhere: str | None = None


class RecordDelivery(Command, frozen=True):
    """The tracker itself tells what became of a message (`tracker.domain.notice.Delivery`) about an
    alert of this scope: a channel accepted it, or it is given up for that `reason`.

    occurred_at: when. notice: the alert, or several, joined by ", ". contact: who was to be told,
    None for a machine. ours: it was about messages that are not
    delivered, which raises nothing again.
    """

    occurred_at: datetime
    delivery: str
    notice: str
    update: str
    channel: str
    severity: Severity
    accepted: bool
    contact: str | None = None
    milliseconds: int = 0
    attempts: int = 0
    reason: str = ""
    ours: bool = False


class ShareRecord(Command, frozen=True):
    """The shipment's record is given to a reader outside. share: the link's id; reader: its name
    for the log. withdrawn: it is taken back; until then is when it would have ended.
    """

    share: str
    reader: str
    until: datetime
    withdrawn: bool = False


class RecordRead(Command, frozen=True):
    """Somebody whose reading is on record has read. what: "shipment", "track", "entries" ...;
    share: through which link; role: of a user. request: tells it from another of the same moment.
    """

    what: str
    request: str = ""
    share: str | None = None
    role: str | None = None


class ChangeUser(Command, frozen=True):
    """change: "added", "role", "password", "token", "token revoked", "disabled", "enabled".
    request: tells it from another of the same moment, for the log says no name.
    """

    user: str
    change: str
    role: str
    request: str = ""


class ReportReject(Command, frozen=True):
    """The tracker itself tells: what this device sent could not be read. place: where in the
    payload; sha256: hex, over its bytes.
    """

    device: str
    place: str
    sha256: str


DeskCommand = AcknowledgeAlert | AssignAlert | CommentAlert | SnoozeAlert
"""What people do about an alert that stays open."""

AnyCommand = (
    OpenShipment
    | AmendShipment
    | CorrectClosing
    | AcceptAlert
    | ReportReject
    | ShareRecord
    | RecordRead
    | ChangeUser
    | RecordDelivery
    | ReportNumber
    | RecordSeal
    | Authorise
    | ExcuseDelay
    | OfferCustody
    | AcceptCustody
    | CloseShipment
    | RecordHead
    | RotateKey
    | ClockStepped
    | IssueSeals
    | VoidSeal
    | EraseData
    | ZonesInForce
    | RedrawZones
    | SendCommand
    | CommandResult
    | AcknowledgeAlert
    | AssignAlert
    | CommentAlert
    | SnoozeAlert
    | CloseAlert
)
