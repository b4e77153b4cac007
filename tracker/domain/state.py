"""Everything the engine remembers of one shipment, or of one device without a shipment.

A device has two timelines, called lanes. `live` is the present. `backlog` retells the past while
stored readings arrive late: it starts from the live lane as it was before the gap, runs the same
rules, and never touches the present.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from devices.reading import Clock, Fix
from tracker.domain.alert import Alert, Severity
from tracker.domain.receiver import Receiver
from tracker.domain.seal import SealRecord


class Sighting(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A change seen but not yet confirmed: first by this fix, by `count` fixes in a row.

    before: the last one that did not show it, where it could tell; None if it could not.
    """

    fix: Fix
    count: int = 1
    before: Fix | None = None


class Passage(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A zone that the way ran through: after the fix `after`, which was outside.

    fix: the first inside; or, if none was (`fixes` 0), the first beyond it.
    """

    zone: str
    after: Fix
    fix: Fix
    fixes: int = 0


class Halt(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Where the truck was when it last truly moved: it stands while it stays near.

    lat, lon: the mean of its `fixes`, as soon as it stands. on_route: one of them was on the leg's
    corridor.
    """

    lat: float
    lon: float
    since: datetime
    fixes: int = 1
    on_route: bool = False


class Fork(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A truck on a corridor that meets itself may be on another stretch than it is taken to be.

    progress_m: how far along it is then. start_m: then, when that began; peak_m: how far along
    it was taken to be at most since, in the direction of travel.
    """

    progress_m: float
    start_m: float
    peak_m: float


class Lane(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One timeline of one device.

    at: event time of its newest reading; None before the first. fix: the newest believed one,
    which `agreed` fixes in a row speak for (counted up to what confirms); vouched: one of the
    believed was where the plan has the truck. fix_latest: the latest it can have been there, if its
    clock ran ahead; None: its own time.
    suspect: a newer one that was not believed; `agreeing` such in a row agree with each other.
    zones: confirmed, with the time of entry. passing: passed, if the truck has left its halt.
    halt: left when two fixes in a row are away from it, the first of them `straying`.
    standing: it has been there for long, so that what its receiver says near it is drift.
    progress_m: along the leg's corridor, as last measured, by the fix of `progress_at`. fork: where
    else on it that may have been.
    clock: how `at` was found. ahead: so many of its last readings ran ahead of their receipt (those
    that did not are taken off). lost: where it is has not been known for longer than allowed, so no
    finding says it.
    pace_s, rest_s: how often it reports under way and at rest, as observed (`rhythm`); 0: not yet.
    wakes: so many times in a row it woke from sleep when it was moved. starved: so many readings in
    a row, the first at `starved_since`, had hardly a satellite under a strong cell.
    leg: index of the leg under way. memory: what each rule keeps, by the rule's name.
    """

    at: datetime | None = None
    clock: Clock = Clock.DEVICE
    ahead: int = 0
    seq: int | None = None
    fix: Fix | None = None
    agreed: int = 0
    vouched: bool = False
    fix_latest: datetime | None = None
    suspect: Fix | None = None
    agreeing: int = 0
    receiver: Receiver = Receiver()
    zones: dict[str, datetime] = {}
    arriving: dict[str, Sighting] = {}
    leaving: dict[str, Sighting] = {}
    passing: tuple[Passage, ...] = ()
    halt: Halt | None = None
    straying: Fix | None = None
    standing: bool = False
    moving: bool = False
    jammed: bool = False
    lost: bool = False
    starved: int = 0
    starved_since: datetime | None = None
    pace_s: float = 0.0
    rest_s: float = 0.0
    wakes: int = 0
    leg: int = 0
    progress_m: float | None = None
    progress_at: datetime | None = None
    fork: Fork | None = None
    seal: SealRecord = SealRecord()
    memory: dict[str, Any] = {}


class DeviceState(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """heard_at: receipt of the newest word of any kind, backlog included.

    backlog: where a late reading is told. It is the live lane as it was one reading ago, or, after
    a gap, as it was before the gap, held there until `held_until` (receipt time) for what was
    stored meanwhile. recent: while it is held, the live lane as it was one reading ago.
    righted: receipt of the first of the late readings in a row whose times are right, and in order,
    while the present is ahead of any receipt; right_at: the time of the newest of them.
    """

    live: Lane
    heard_at: datetime
    backlog: Lane | None = None
    recent: Lane | None = None
    held_until: datetime | None = None
    righted: datetime | None = None
    right_at: datetime | None = None
    memory: dict[str, Any] = {}


class Settled(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An alert was closed: its incident reached until then, there, and was as grave as that.

    The same incident going on raises nothing within limits: until `quiet_until`, no further than
    `within_m` metres from there, in no other zone than there or `in_zone`. None: no such limit.
    """

    until: datetime
    severity: Severity
    quiet_until: datetime | None = None
    within_m: float | None = None
    in_zone: str | None = None
    lat: float | None = None
    lon: float | None = None
    zone: str | None = None


class ScopeState(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """scope: a shipment's id, "device:<id>", or "tracker:zones". alerts: the open ones, by kind and
    key; settled: the newest closed one of each kind and key.

    zones_version: of "tracker:zones" alone, the geography in force.
    log_seq, log_prev: where the scope's chain of custody entries stands (next seq; hex of the
    last leaf's hash). wake_at: when a tick is due at the latest.
    clock_ahead_min: of "device:<id>" alone, how far its clock is ahead of UTC, as learnt; 0: not.
    heard, heard_digest: how many readings are stored, and hex of the running hash over them.
    bound: how many of them the last custody entry speaks of; unbound_since: receipt of the first
    of the others.
    """

    scope: str
    devices: dict[str, DeviceState] = {}
    alerts: dict[str, Alert] = {}
    settled: dict[str, Settled] = {}
    alert_count: int = 0
    custodian: str | None = None
    zones_version: str | None = None
    clock_ahead_min: int = 0
    leg: int = 0
    memory: dict[str, Any] = {}
    closed: bool = False
    log_seq: int = 0
    log_prev: str | None = None
    heard: int = 0
    heard_digest: str | None = None
    bound: int = 0
    unbound_since: datetime | None = None
    wake_at: datetime | None = None

    @property
    def shipment(self) -> str | None:
        return None if ":" in self.scope else self.scope  # no shipment's id has a colon


DEVICE_SCOPE = "device:"
NUMBER_SCOPE = "number:"
"""Who carries a seal number; without a state."""
FOLLOWER_SCOPE = "follower:"
"""How far a follower of the feed has come; without a state."""
SHIPMENTS_SCOPE = "tracker:shipments"
"""Which shipments are open; without a state."""
LOG_SCOPE = "tracker:log"
"""What concerns the log itself: a change of its key, the erasure of a person's data, a step of the
clock that it is written by."""
SEALS_SCOPE = "tracker:seals"
"""The inventory of seal numbers: issued and voided."""
PEOPLE_SCOPE = "tracker:people"
"""Who may use the web application, and what was changed of that."""
ZONES_SCOPE = "tracker:zones"
"""The log's own line of entries on which zones were in force."""
