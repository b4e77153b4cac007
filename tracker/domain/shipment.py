"""A shipment as its parties declare it: what `tracker shipment open FILE` reads.

The structs are the published JSON Schema (`tracker shipment schema`) too. Zones and corridors are
named by id, or carried inline as GeoJSON where they are used. Only `id` and `devices` are needed.
"""

from __future__ import annotations

import enum
import hashlib
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

Identifier = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit",
    ),
]
SealNumber = Annotated[
    str,
    Meta(
        pattern=r"^(?!0+$)[A-Za-z0-9-]{1,21}$",
        description="1 to 21 alphanumeric, never all zeros (SAT pedimento rule)",
    ),
]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with a zone")]
Place = Annotated[
    str | dict[str, Any],
    Meta(description="a zone's or corridor's id, or a GeoJSON Feature or geometry"),
]


class Declared(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person wrote: an unknown key is a typing error, and is said so."""


class Role(enum.StrEnum):
    SHIPPER = "shipper"
    CARRIER = "carrier"
    TRANSFER = "transfer"
    YARD = "yard"
    CUSTOMS_BROKER = "customs_broker"
    CONSIGNEE = "consignee"
    AGENCY = "agency"
    OTHER = "other"


class DeviceRole(enum.StrEnum):
    LOCK = "lock"
    TRACKER = "tracker"


class Profile(enum.StrEnum):
    """How closely a shipment is watched: which thresholds hold for it (`tracker policy`)."""

    TRUSTED = "trusted"
    STANDARD = "standard"
    HIGH_RISK = "high-risk"


class DocumentKind(enum.StrEnum):
    PEDIMENTO = "pedimento"
    DODA = "doda"
    CARTA_PORTE = "carta_porte"
    ACE_MANIFEST = "ace_manifest"
    OTHER = "other"


class Vehicle(Declared, frozen=True):
    plates: Annotated[str, Meta(min_length=1, max_length=17)]
    scac: str | None = None
    vin: str | None = None


class Document(Declared, frozen=True):
    kind: DocumentKind
    number: Annotated[str, Meta(min_length=1)]


class Custodian(Declared, frozen=True):
    id: Identifier
    name: str = ""
    role: Role = Role.OTHER
    contact: str | None = None


class Device(Declared, frozen=True):
    """`role` lock: on the cargo doors; tracker: on the tractor or trailer."""

    id: Annotated[
        str,
        Meta(
            pattern=r"^[^\s+#/]{1,64}(/[^\s+#/]{1,64})?$",
            description="as in its topic: 1 to 64 of letters, digits, '.', '_', '-'; OwnTracks: "
            "user/device",
        ),
    ]
    role: DeviceRole = DeviceRole.LOCK
    clock_offset_min: (
        Annotated[
            float,
            Meta(
                ge=-840,
                le=840,
                description="minutes that its clock is ahead of UTC (-360: it shows UTC-6)",
            ),
        ]
        | None
    ) = None
    time_zone: Annotated[
        str | None,
        Meta(
            description="the zone that its clock follows, such as America/Monterrey; or the above"
        ),
    ] = None


class Seal(Declared, frozen=True):
    """`device` is the lock that carries the number; a bolt seal has none."""

    number: SealNumber
    device: str | None = None


class Leg(Declared, frozen=True, rename={"from_zone": "from", "to_zone": "to"}):
    from_zone: Place | None = None
    to_zone: Place | None = None
    corridor: Place | None = None
    corridor_half_width_m: Annotated[float, Meta(gt=0)] | None = None
    waypoints: Annotated[
        tuple[Place, ...],
        Meta(description="zones that the truck must enter on the way, in this order"),
    ] = ()
    custodian: Identifier | None = None
    earliest: Moment | None = None
    latest: Moment | None = None


class PlannedStop(Declared, frozen=True):
    zone: Place
    minutes: Annotated[float, Meta(gt=0, description="how long it may take")] = 60.0
    reason: str | None = None


class Authorisation(Declared, frozen=True, rename={"from_time": "from", "until_time": "until"}):
    """Leave to open the seal: where, by which agency, with which credential, when, why."""

    zone: Place
    agency: Annotated[str, Meta(min_length=1)]
    reason: str = ""
    officer: str | None = None
    credential: str | None = None
    from_time: Moment | None = None
    until_time: Moment | None = None
    recorded_by: str | None = None


class Amendment(Declared, frozen=True):
    """What the file said before a change: `was`, the fields that were changed, each as it stood."""

    at: Moment
    reason: str
    was: dict[str, Any]


AMENDABLE = (
    "vehicle",
    "trailer",
    "drivers",
    "devices",
    "documents",
    "custodians",
    "legs",
    "crossing",
    "planned_stops",
    "zones",
    "profile",
)
"""What may change on the way. Seals are recorded, and leave to open is authorised."""


class Drivers(enum.StrEnum):
    SOLO = "solo"
    TEAM = "team"


class Shipment(Declared, frozen=True):
    id: Identifier
    devices: Annotated[tuple[Device, ...], Meta(min_length=1)]
    vehicle: Vehicle | None = None
    trailer: Vehicle | None = None
    drivers: Annotated[
        Drivers | None,
        Meta(description="solo, or team: two drivers, who need shorter stops; not said: as solo"),
    ] = None
    documents: tuple[Document, ...] = ()
    custodians: tuple[Custodian, ...] = ()
    seals: tuple[Seal, ...] = ()
    legs: tuple[Leg, ...] = ()
    crossing: str | None = None
    planned_stops: tuple[PlannedStop, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    credentials: Annotated[
        tuple[str, ...],
        Meta(
            description="ids of the cards and keys that may open the seal; empty: those it accepts"
        ),
    ] = ()
    loaded_at: Moment | None = None
    zones: Annotated[
        tuple[dict[str, Any], ...],
        Meta(description="further GeoJSON Features of this shipment: restricted, high_risk, ..."),
    ] = ()
    profile: Annotated[
        Profile | None,
        Meta(description="how closely it is watched; left out: standard (`tracker policy`)"),
    ] = None
    policy: Annotated[
        dict[str, float], Meta(description="thresholds that differ for this shipment")
    ] = {}
    amendments: Annotated[
        tuple[Amendment, ...], Meta(description="written by `tracker shipment amend` alone")
    ] = ()


def public(shipment: Shipment) -> bytes:
    """What the log's hash of the shipment's file is over: its JSON without the people in it. A hash
    over a name could be guessed, and could not be erased.
    """
    nobody = {"officer": None, "recorded_by": None}
    return msgspec.json.encode(
        replace(
            shipment,
            custodians=tuple(replace(one, name="", contact=None) for one in shipment.custodians),
            authorisations=tuple(replace(one, **nobody) for one in shipment.authorisations),
        )
    )


def before_amendments(shipment: Shipment) -> Shipment:
    """As it was declared at first; leave to open that was recorded since stands at its end."""
    for amendment in reversed(shipment.amendments):
        was = msgspec.to_builtins(shipment) | amendment.was
        missing = [name for name, value in amendment.was.items() if value is None]
        for name in missing:
            was.pop(name, None)
        shipment = msgspec.convert(was, Shipment)
    return replace(shipment, amendments=())


def is_as_amended(document: bytes, digest: object) -> bool:
    """Whether today's file, but for leave to open that was recorded since, has this SHA-256."""
    today = msgspec.json.decode(document, type=Shipment)
    return any(
        hashlib.sha256(
            public(replace(today, authorisations=today.authorisations[:count]))
        ).hexdigest()
        == digest
        for count in range(len(today.authorisations), -1, -1)
    )


def as_opened(document: bytes, digest: object) -> Shipment | None:
    """The shipment as it was opened: that beginning of today's file whose public form has this
    SHA-256 (hex, of the first entry); None if none has. Leave to open that was recorded since
    stands at the file's end; what was amended is kept with it.
    """
    today = before_amendments(msgspec.json.decode(document, type=Shipment))
    for count in range(len(today.authorisations), -1, -1):
        then = replace(today, authorisations=today.authorisations[:count])
        if hashlib.sha256(public(then)).hexdigest() == digest:
            return then
    return None


def is_as_opened(document: bytes, digest: object) -> bool:
    """Whether `as_opened` finds it; or the hash is over the file with the people in it, as entries
    of version 1 have it.
    """
    if as_opened(document, digest) is not None:
        return True
    today = msgspec.json.decode(document, type=Shipment)
    return any(
        hashlib.sha256(msgspec.json.encode(then)).hexdigest() == digest
        for count in range(len(today.authorisations) + 1)
        for then in (replace(today, authorisations=today.authorisations[:count]),)
    )
