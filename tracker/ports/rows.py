"""What the journal shows to people and to checks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct

from tracker.log.leaf import SaltedValue


class EntryRow(Struct, frozen=True, kw_only=True):
    """One stored entry: its place in the log, its exact bytes, what of its personal values is
    kept."""

    index: int
    id: str
    scope: str
    seq: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    leaf: bytes
    secrets: tuple[SaltedValue, ...] = ()

    @property
    def disclosed(self) -> dict[str, str]:
        """The personal values that the leaf commits to and that were not erased, by their place."""
        return {one.place: one.value for one in self.secrets}


class StoredEntry(NamedTuple):
    """A row of the log's table, as it lies there: nothing of it is believed. Times are microseconds
    since 1970-01-01T00:00Z, truth values 0 or 1.
    """

    index: Any
    id: Any
    scope: Any
    seq: Any
    key: Any
    type: Any
    occurred_at: Any
    recorded_at: Any
    device: Any
    late: Any
    lat: Any
    lon: Any
    zone: Any
    leaf: Any


class StoredSecret(Struct, frozen=True, kw_only=True):
    """A personal value that the leaf of `entry` commits to at `place`."""

    entry: str
    place: str
    salt: bytes
    value: str


class NamedEntry(Struct, frozen=True, kw_only=True):
    """A personal value that is kept of the entry `id`, and where its leaf commits to it."""

    id: str
    scope: str
    type: str
    place: str
    value: str


class HeardRow(Struct, frozen=True, kw_only=True):
    """One stored reading as the log binds it: `record` is what the running hash is over."""

    scope: str
    number: int | None
    device: str
    event_time: datetime
    digest: bytes
    lat: float | None
    lon: float | None
    record: bytes


class DeviceRow(Struct, frozen=True, kw_only=True):
    """One device's health, from its stored readings and rejects.

    last_event_at: None where nothing but rejects came; dialect too, if no dialect took them.
    skew_s: from the event, by the device's clock, to the receipt: the median of the newest live
    readings. Far from 0, the clock is wrong, or the line slow.
    """

    device: str
    dialect: str | None
    shipment: str | None
    readings: int
    late: int
    rejects: int
    last_event_at: datetime | None
    last_received_at: datetime
    battery_pct: float | None = None
    skew_s: float | None = None


class Heartbeat(Struct, frozen=True, kw_only=True):
    """A sign of life of the tracker that runs on the journal, by its clock.

    at: of the newest sign; the first was at started_at. ended_at: it was ended in good order.
    trouble: why it hears nothing just now; empty while it hears.
    """

    started_at: datetime
    at: datetime
    ended_at: datetime | None = None
    trouble: str = ""


class Watch(Struct, frozen=True, kw_only=True):
    """A tracker ran on the journal: from `started_at` until its last sign of life, `at`."""

    started_at: datetime
    at: datetime


class RejectRow(Struct, frozen=True, kw_only=True):
    id: int
    received_at: datetime
    topic: str
    device: str | None
    dialect: str | None
    place: str
    reason: str
    size: int
    payload: bytes
