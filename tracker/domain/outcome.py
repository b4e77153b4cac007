"""What a rule may conclude; the engine turns outcomes into findings, alerts and state."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.finding import Fact, FindingType
from tracker.domain.seal import SealRecord


class Noted(Struct, frozen=True, kw_only=True):
    """A fact for the custody log."""

    type: FindingType
    at: datetime
    detail: str
    zone: str | None = None
    lat: float | None = None
    lon: float | None = None
    actor: str | None = None
    facts: dict[str, Fact] = {}


class Raised(Struct, frozen=True, kw_only=True):
    """Evidence of an incident: raises an alert, or counts in the one that is open.

    key tells incidents of one kind apart. at: when it happened, by the device's clock.
    seen: the newest evidence, where it is not `at` itself (a deviation that goes on).
    part: a further chapter of the incident, told in its detail and the log, not mere evidence.
    """

    kind: AlertKind
    severity: Severity
    at: datetime
    detail: str
    key: str = ""
    zone: str | None = None
    lat: float | None = None
    lon: float | None = None
    seen: datetime | None = None
    part: bool = False


class Cleared(Struct, frozen=True, kw_only=True):
    """The condition is over. Without such an alert open, it changes nothing."""

    kind: AlertKind
    at: datetime
    detail: str
    key: str = ""


class SealMoved(Struct, frozen=True, kw_only=True):
    """The seal's record is now `to`; a change of its state is a custody entry with `why`."""

    to: SealRecord
    at: datetime
    why: str
    actor: str | None = None


class ZonesMoved(Struct, frozen=True, kw_only=True):
    """The device is in these zones, by no movement of its own: id -> since when."""

    zones: dict[str, datetime]


class Delivered(Struct, frozen=True, kw_only=True):
    """The leg under way is complete."""

    at: datetime
    zone: str


class CustodyMoved(Struct, frozen=True, kw_only=True):
    """Custody is now with `to`."""

    to: str


Outcome = Noted | Raised | Cleared | SealMoved | ZonesMoved | Delivered | CustodyMoved
