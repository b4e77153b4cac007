"""The dead man's switch: is somebody watching? Pure; `tracker.app.watchdog` looks and tells.

A tracker that runs leaves signs of life. When none came for longer than the policy, or the broker
is out of reach for so long, that is an outage: told once, however often it comes and goes, until
all has been well for as long again.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace


class Ill(enum.StrEnum):
    """What is wrong. SILENT: no sign of life. ENDED: the tracker was ended in good order. GONE: the
    broker says that its connection broke. DEAF: it lives and hears nothing. NEVER: no sign was ever
    seen. BROKER: the broker is out of reach.
    """

    SILENT = "silent"
    ENDED = "ended"
    GONE = "gone"
    DEAF = "deaf"
    NEVER = "never"
    BROKER = "broker"


class Wrong(Struct, frozen=True, kw_only=True):
    """since: the last sign of life, or when it was first seen so. why: in the words of who says it,
    where anybody does.
    """

    what: Ill
    since: datetime
    why: str = ""


class Sight(Struct, frozen=True, kw_only=True):
    """What was seen at `now`.

    sign_at: the newest sign of life; None if none was ever seen. ended, gone: that was its last, or
    its connection broke after it. trouble: why the tracker hears nothing. broker: why the broker is
    out of reach; empty while it is not. blind: signs could come by the broker alone.
    """

    now: datetime
    sign_at: datetime | None = None
    ended: bool = False
    gone: bool = False
    trouble: str = ""
    broker: str = ""
    blind: bool = True


class DeadMan(Struct, frozen=True, kw_only=True):
    """What is remembered between two looks.

    open_at: since when signs could be seen without a break: the watch began, or the broker came
    back. broker_at, deaf_at: since when the broker is out of reach, the tracker deaf.
    outage_at: when the outage began to be one; well_at: since when all is well in it; over_at: when
    it ended. accepted: ids of messages about it that a channel took.
    """

    open_at: datetime
    broker_at: datetime | None = None
    deaf_at: datetime | None = None
    outage_at: datetime | None = None
    well_at: datetime | None = None
    over_at: datetime | None = None
    wrong: tuple[Wrong, ...] = ()
    accepted: tuple[str, ...] = ()

    @property
    def notice(self) -> str | None:
        """The id of the outage, as it is told."""
        return None if self.outage_at is None else f"watchdog:{self.outage_at:%Y%m%dT%H%M%SZ}"


class Limits(Struct, frozen=True, kw_only=True):
    """silent: without a sign for longer is an outage, and so long well ends it. grace: what a watch
    that began just now, or is connected again, gives the next sign to come.
    """

    silent: timedelta
    grace: timedelta


def looked(before: DeadMan, sight: Sight, limits: Limits) -> DeadMan:
    """What is known after this look."""
    now, open_at = sight.now, before.open_at
    broker_at = (before.broker_at or now) if sight.broker else None
    if before.broker_at is not None and broker_at is None:
        open_at = now
    deaf_at = (before.deaf_at or now) if sight.trouble else None
    state = replace(before, open_at=open_at, broker_at=broker_at, deaf_at=deaf_at)
    wrong = wrongs(state, sight, limits)
    if wrong:
        if before.outage_at is None or before.over_at is not None:  # another than the last
            state = replace(state, outage_at=now, over_at=None, accepted=())
        return replace(state, wrong=wrong, well_at=None)
    if before.outage_at is None or before.over_at is not None:
        return state
    well = not unwell(state, sight, limits)
    well_at = (before.well_at or now) if well else None
    if well_at is not None and now - well_at >= limits.silent:
        return replace(state, over_at=now, well_at=None)
    return replace(state, well_at=well_at)


def settled(state: DeadMan) -> DeadMan:
    """The end of the outage was told; it is forgotten."""
    return replace(state, outage_at=None, over_at=None, wrong=(), accepted=())


def wrongs(state: DeadMan, sight: Sight, limits: Limits) -> tuple[Wrong, ...]:
    """What has been wrong for longer than the policy."""
    found: list[Wrong] = []
    now = sight.now
    if state.broker_at is not None and now - state.broker_at >= limits.silent:
        found.append(Wrong(what=Ill.BROKER, since=state.broker_at, why=sight.broker))
    if sight.blind and sight.broker:
        return tuple(found)  # who knows how the tracker is
    since = sight.sign_at or state.open_at
    if now >= max(since + limits.silent, state.open_at + limits.grace):
        found.append(Wrong(what=_silence(sight), since=since))
    elif state.deaf_at is not None and now - state.deaf_at >= limits.silent:
        found.append(Wrong(what=Ill.DEAF, since=state.deaf_at, why=sight.trouble))
    return tuple(found)


def _silence(sight: Sight) -> Ill:
    if sight.sign_at is None:
        return Ill.NEVER
    if sight.ended:
        return Ill.ENDED
    return Ill.GONE if sight.gone else Ill.SILENT


def unwell(state: DeadMan, sight: Sight, limits: Limits) -> tuple[Wrong, ...]:
    """What is wrong at this moment, though not yet for longer than the policy."""
    found: list[Wrong] = []
    now = sight.now
    if sight.broker:
        found.append(Wrong(what=Ill.BROKER, since=state.broker_at or now, why=sight.broker))
    if sight.blind and sight.broker:
        return tuple(found)
    old = sight.sign_at is None or now - sight.sign_at >= limits.silent
    if old or sight.ended or sight.gone:
        found.append(Wrong(what=_silence(sight), since=sight.sign_at or state.open_at))
    elif sight.trouble:
        found.append(Wrong(what=Ill.DEAF, since=state.deaf_at or now, why=sight.trouble))
    return tuple(found)
