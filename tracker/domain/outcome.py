"""What a rule may conclude; the engine turns outcomes into findings, alerts and state.

Each says what it concludes as a code with its facts (`tracker.domain.codes`), never in words.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.finding import FindingType
from tracker.domain.seal import SealRecord


class Noted(Struct, frozen=True, kw_only=True):
    """A fact for the custody log."""

    type: FindingType
    code: Code
    at: datetime
    zone: str | None = None
    lat: float | None = None
    lon: float | None = None
    actor: str | None = None
    facts: dict[str, Fact] = {}


class Raised(Struct, frozen=True, kw_only=True):
    """Evidence of an incident: raises an alert, or counts in the one that is open.

    key tells incidents of one kind apart. at: when it happened, by the device's clock.
    seen: the newest evidence, where it is not `at` itself (a deviation that goes on).
    part: a further chapter of the incident, told with it and in the log, not mere evidence; one
    that wakes asks for somebody's look again, though it was acknowledged.
    takes: open alerts ("kind:key") that are parts of this incident, and fold into its alert.
    """

    kind: AlertKind
    severity: Severity
    code: Code
    at: datetime
    facts: dict[str, Fact] = {}
    key: str = ""
    zone: str | None = None
    lat: float | None = None
    lon: float | None = None
    seen: datetime | None = None
    part: bool = False
    wakes: bool = False
    takes: tuple[str, ...] = ()


class Cleared(Struct, frozen=True, kw_only=True):
    """The condition is over. Without such an alert open, it changes nothing."""

    kind: AlertKind
    code: Code
    at: datetime
    facts: dict[str, Fact] = {}
    key: str = ""


class SealMoved(Struct, frozen=True, kw_only=True):
    """The seal's state changed, which is a custody entry: its record is now `to`."""

    to: SealRecord
    code: Code
    at: datetime
    facts: dict[str, Fact] = {}
    actor: str | None = None


class SealUpdated(Struct, frozen=True, kw_only=True):
    """The seal's record is now `to`, in the state that it was in: no entry of its own."""

    to: SealRecord


class ZonesMoved(Struct, frozen=True, kw_only=True):
    """The device is in these zones, by no movement of its own: id -> since when."""

    zones: dict[str, datetime]


class PlaceKnown(Struct, frozen=True, kw_only=True):
    """Where the device is, is known again; or is not any more, and is not told in the record."""

    known: bool


class ClockLearnt(Struct, frozen=True, kw_only=True):
    """The device's clock is so many minutes ahead of UTC; 0: it is right again."""

    ahead_min: int
    note: Noted


class Delivered(Struct, frozen=True, kw_only=True):
    """The leg under way is complete."""

    at: datetime
    zone: str


class CustodyMoved(Struct, frozen=True, kw_only=True):
    """Custody is now with `to`."""

    to: str


Outcome = (
    Noted
    | Raised
    | Cleared
    | SealMoved
    | SealUpdated
    | ZonesMoved
    | PlaceKnown
    | ClockLearnt
    | Delivered
    | CustodyMoved
)
