"""What one batch changes: committed whole, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from devices.reading import Reading, Rejected
from tracker.domain.alert import Alert
from tracker.domain.finding import Finding
from tracker.domain.notice import Delivery
from tracker.domain.spelling import key_of
from tracker.domain.state import DEVICE_SCOPE, FOLLOWER_SCOPE, NUMBER_SCOPE
from tracker.log.leaf import SaltedValue
from tracker.ports.outbox import StoredNotice


class StoredReading(Struct, frozen=True, kw_only=True, gc=False):
    """A reading as the journal keeps it. (`device`, `event_time`, `digest`) is its identity.

    body: the reading as native JSON, canonical, without device, receipt and `buffered`.
    digest: the first 16 bytes of SHA-256 over device, 0x00, body.
    retained: a broker had kept it, so it is no sign that the device speaks now.
    number: its place in the telemetry of its scope, from 0, as the custody log binds it
        (`sealproof.readings`); None in journals from before it did.
    """

    reading: Reading
    body: bytes
    digest: bytes
    shipment: str | None
    late: bool
    retained: bool = False
    number: int | None = None

    @property
    def identity(self) -> tuple[str, datetime, bytes]:
        return (self.reading.device, self.reading.event_time, self.digest)


class NewEntry(Struct, frozen=True, kw_only=True, gc=False):
    """A custody entry to append: `leaf` is the exact bytes, `hash` theirs (RFC 6962); the rest is
    what they say, projected, and the personal values that they only commit to.

    seq counts within `scope`, from 0. `key` is unique in the log (idempotency).
    """

    id: str
    leaf: bytes
    scope: str
    seq: int
    key: str
    hash: bytes
    finding: Finding
    secrets: tuple[SaltedValue, ...] = ()


class StoredShipment(Struct, frozen=True, kw_only=True):
    """`document` is the shipment file's content as JSON; closed_at is None while it is open."""

    id: str
    document: bytes
    opened_at: datetime
    closed_at: datetime | None = None
    devices: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def carries(self) -> tuple[str, ...]:
        """The scopes of its devices ("device:<id>", as written and in their one spelling), and of
        its seal numbers in their one spelling ("number:<number>").
        """
        spelled = (name for device in self.devices for name in (device, key_of(device)))
        return (
            *(DEVICE_SCOPE + name for name in dict.fromkeys(spelled)),
            *(NUMBER_SCOPE + key_of(number) for number in self.numbers),
        )


class Carried(Struct, frozen=True, kw_only=True):
    """A shipment that carries, or carried, a device or a seal number: `scope`, as in
    `StoredShipment.carries`.
    """

    scope: str
    shipment: str
    opened_at: datetime
    closed_at: datetime | None = None


class StoredState(Struct, frozen=True, kw_only=True, gc=False):
    """The engine's state of one scope, as bytes that only the engine can read.

    wake_at: when a tick is due at the latest; None while no timer runs.
    """

    scope: str
    body: bytes
    wake_at: datetime | None = None


class StoredGeography(Struct, frozen=True, kw_only=True):
    """Zones and corridors that were in force: `content` is GeoJSON, `version` its digest."""

    version: str
    content: bytes
    since: datetime


class Snapshot(Struct, frozen=True, kw_only=True):
    """What was asked for, all as of one moment: `version` is the journal's then.

    carried: of the scopes asked for, the shipments that carry or carried them, by their opening.
    written: of what changed, scope -> the version that last wrote it.
    """

    version: int
    shipments: tuple[StoredShipment, ...] = ()
    states: tuple[StoredState, ...] = ()
    carried: tuple[Carried, ...] = ()
    written: Mapping[str, int] = {}


class Erasure(Struct, frozen=True, kw_only=True):
    """A personal value to forget: of the entry `id` what its leaf commits to at `place`, with the
    salt; or of the alert `id` the name in the field `place`, in whose stead "erased" stands then;
    or of the delivery `id` its contact, with all that the channel said; it is not sent any more.
    """

    of: Literal["entry", "alert", "delivery"]
    id: str
    place: str


class FollowerRow(Struct, frozen=True, kw_only=True):
    """What a follower of the feed keeps under `key`; value None: nothing any more."""

    key: str
    value: bytes | None


class Followed(Struct, frozen=True, kw_only=True):
    """How far a follower has come: `position` is the index of the last entry that it was told, and
    `rows` are what it did with it.
    """

    follower: str
    position: int
    rows: Sequence[FollowerRow] = ()

    @property
    def scope(self) -> str:
        return FOLLOWER_SCOPE + self.follower


class Work(Struct, frozen=True, kw_only=True):
    """Everything one batch changes; it is committed whole or not at all.

    It writes the scopes of its states, its shipments and its followers, and besides those that are
    `touched`: what others may have read that lies in none of these.

    deliveries: new ones. dropped: ids of deliveries that are superseded, unless they are settled or
    being sent. released: held ones that are pending from here on, due at once. logged: those of
    which the custody log says from here on what became of them.
    """

    readings: Sequence[StoredReading] = ()
    rejects: Sequence[Rejected] = ()
    entries: Sequence[NewEntry] = ()
    alerts: Sequence[Alert] = ()
    states: Sequence[StoredState] = ()
    shipments: Sequence[StoredShipment] = ()
    geographies: Sequence[StoredGeography] = ()
    erasures: Sequence[Erasure] = ()
    followed: Sequence[Followed] = ()
    touched: Sequence[str] = ()
    notices: Sequence[StoredNotice] = ()
    deliveries: Sequence[Delivery] = ()
    dropped: Sequence[str] = ()
    released: Sequence[str] = ()
    logged: Sequence[str] = ()

    @property
    def writes(self) -> set[str]:
        """Every scope whose version it raises."""
        return {
            *(state.scope for state in self.states),
            *(shipment.id for shipment in self.shipments),
            *(one.scope for one in self.followed),
            *self.touched,
        }


class Stale(Exception):
    """Somebody else wrote what the work was computed from. Read it again, compute again."""


def must_be_fresh(expected: Mapping[str, int], version: int, written: Mapping[str, int]) -> None:
    """Of a journal at `version`, where these scopes were `written` last: raises Stale if one of
    those expected was written after it was read.
    """
    for scope, read_at in expected.items():
        if read_at > version or written.get(scope, 0) > read_at:
            raise Stale(f"{scope} was read at version {read_at} and written since")
