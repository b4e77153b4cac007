"""What is known of an incident that is told: one row of the outbox. Names nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.notice import Update
from tracker.domain.notify_policy import NotifyLimits
from tracker.ports import StoredNotice


class Conversation(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """One incident, or one digest of many (`covers`: their ids, the newest last).

    severity: as it was told. number: of its last update. chapters: so many were told.
    parties: the custodians of its shipment; of a digest of several, None.
    waits: what people are to be told once `group` is through gathering; since, entry: its cause.
    told: people were. said_over: they were told that it is over. digest: by which they are told.
    step, step_at: of the ladder, the last that was told, and when the next is due.
    calm, calm_at, calm_entry: an update that calls for nobody, and when it may be told;
    calmed_at: when the last such was.
    asking: of a digest, those that nobody has acknowledged; living: those that are not over.
    """

    id: str
    scope: str
    severity: Severity
    alert: str | None = None
    shipment: str | None = None
    kind: AlertKind | None = None
    covers: tuple[str, ...] = ()
    ladder: str | None = None
    machines: tuple[str, ...] = ()
    parties: tuple[str, ...] | None = None
    number: int = 0
    chapters: int = 0
    waits: Update | None = None
    group: str | None = None
    since: datetime | None = None
    entry: int | None = None
    told: bool = False
    said_over: bool = False
    digest: str | None = None
    step: int = 0
    step_at: datetime | None = None
    acknowledged: bool = False
    over: bool = False
    closed: bool = False
    calm: Update | None = None
    calm_at: datetime | None = None
    calm_entry: int | None = None
    calmed_at: datetime | None = None
    asking: tuple[str, ...] = ()
    living: tuple[str, ...] = ()

    @property
    def due_at(self) -> datetime | None:
        return min((at for at in (self.step_at, self.calm_at) if at is not None), default=None)


class Gathering(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Incidents of one kind, severity and ladder that wait to be told, alone or as one.

    recent: when the last of them were raised. digest: the conversation that tells of them, if they
    are many; joined_at: when the last joined it; told_at: when it was told last.
    """

    id: str
    members: tuple[str, ...] = ()
    until: datetime | None = None
    recent: tuple[datetime, ...] = ()
    digest: str | None = None
    joined_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        return self.until


Kept = Conversation | Gathering
_DECODER = msgspec.json.Decoder(Kept)
_ENCODER = msgspec.json.Encoder()


def read(stored: StoredNotice) -> Kept:
    return _DECODER.decode(stored.body)


def stored(kept: Kept, now: datetime) -> StoredNotice:
    return StoredNotice(id=kept.id, body=_ENCODER.encode(kept), due_at=kept.due_at, touched_at=now)


def group_id(severity: Severity, kind: AlertKind, ladder: str) -> str:
    return f"gather:{severity}:{kind}:{ladder}"


def gathers(severity: Severity, limits: NotifyLimits) -> timedelta:
    """How long an incident waits for others of its kind."""
    critical = severity is Severity.CRITICAL
    return timedelta(seconds=limits.gather_critical_s if critical else limits.gather_warning_s)


def adds(severity: Severity, limits: NotifyLimits) -> timedelta:
    """How long a digest that was told waits before it tells of more."""
    if severity is Severity.CRITICAL:
        return timedelta(seconds=limits.digest_critical_s)
    return timedelta(minutes=limits.digest_again_min)
