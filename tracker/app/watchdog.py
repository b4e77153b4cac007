"""Looks whether somebody is watching, and tells the house when nobody is.

It needs neither the journal nor the outbox, for those may be gone with the tracker: signs of life
come from the broker and, where it can be read, from the journal; messages go straight to the
channels, and again until each has taken them. What is remembered between two looks is in a file,
so that an outage is told once by a watchdog that is started anew too, or by cron.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.alert import Severity
from tracker.domain.dead_man import DeadMan, Limits, Sight, Wrong, looked, settled, unwell, wrongs
from tracker.domain.notice import Update, delivery_id
from tracker.domain.notify_policy import Contact, NotifyPolicy
from tracker.ports import Clock, Heartbeat, News, Outgoing
from tracker.wording import outage

log = logging.getLogger(__name__)
AGAIN_S, AGAIN_MOST_S = 10.0, 300.0
"""What a channel did not take is tried again after so long; the pauses double."""
GIVE_UP = timedelta(hours=1)
"""That it is over is told for so long; what cannot be told by then is told no more."""


class Seen(Struct, frozen=True, kw_only=True):
    """What the broker and the journal say. sign_at: the newest sign heard by the broker; gone_at:
    when that said that the tracker's connection broke, if nothing came since. heartbeat: of the
    journal; blind: it cannot be read. broker: why the broker is out of reach.
    """

    sign_at: datetime | None = None
    status: str | None = None
    gone_at: datetime | None = None
    trouble: str = ""
    broker: str = ""
    heartbeat: Heartbeat | None = None
    blind: bool = True


class Target(Struct, frozen=True):
    """Whom to tell, by which channel. contact: None for a machine."""

    channel: str
    contact: Contact | None = None
    on_duty: bool = True


class Post(Protocol):
    """Sends all of these, each by its channel, side by side; the ids of those that were taken."""

    def __call__(self, messages: Sequence[Outgoing]) -> set[str]: ...


class Memory(Protocol):
    """Between two looks, and two runs."""

    def read(self) -> bytes | None: ...

    def write(self, text: bytes) -> None: ...


class Look(Struct, frozen=True, kw_only=True):
    """One look, as it is told. wrong: past the policy; unwell: at this moment. outage: its id.
    told: how many messages were taken with this look.
    """

    at: datetime
    watched: bool
    outage: str | None
    wrong: tuple[Wrong, ...]
    unwell: tuple[Wrong, ...]
    told: int


class Watchdog:
    """One object, one thread. eye: looks around. targets: who could be told, and who is on duty
    now. ping: tells somebody outside that all is well.
    """

    def __init__(
        self,
        *,
        eye: Callable[[], Seen],
        targets: Callable[[], Sequence[Target]],
        post: Post,
        memory: Memory,
        clock: Clock,
        limits: Limits,
        ping: Callable[[], None] | None = None,
        ping_s: float = 60.0,
    ) -> None:
        self._eye, self._targets, self._post = eye, targets, post
        self._memory, self._clock, self._limits = memory, clock, limits
        self._ping, self._ping_every = ping, timedelta(seconds=ping_s)
        self._pinged_at: datetime | None = None
        self._pause_s, self._next_at = AGAIN_S, clock.now()
        self._state = self._remembered()

    def look(self) -> Look:
        """Look, tell what is to be told, remember."""
        sight = _sight(self._eye(), self._clock.now())
        before = self._state
        state = looked(before, sight, self._limits)
        wrong = wrongs(state, sight, self._limits)
        ill = unwell(state, sight, self._limits)
        if state.outage_at != before.outage_at or state.over_at != before.over_at:
            self._pause_s, self._next_at = AGAIN_S, sight.now
        state, told = self._tell(state, sight.now)
        self._keep(state)
        if self._ping is not None and not ill and not wrong:
            self._well(self._ping, sight.now)
        return Look(
            at=sight.now,
            watched=not wrong,
            outage=state.notice,
            wrong=wrong,
            unwell=ill,
            told=told,
        )

    def _remembered(self) -> DeadMan:
        """What the last run knew; this watch begins now."""
        now = self._clock.now()
        kept = self._memory.read()
        try:
            state = None if kept is None else msgspec.json.decode(kept, type=DeadMan)
        except msgspec.DecodeError:
            log.warning("what the last watchdog knew cannot be read; it is begun anew")
            state = None
        return DeadMan(open_at=now) if state is None else replace(state, open_at=now)

    def _keep(self, state: DeadMan) -> None:
        if state == self._state:
            return
        self._state = state
        self._memory.write(msgspec.json.encode(state))

    def _tell(self, state: DeadMan, now: datetime) -> tuple[DeadMan, int]:
        """Tell that it is so, or that it is over: that only to those who were told the first."""
        if state.notice is None or now < self._next_at:
            return state, 0
        waiting = [one for one in self._messages(state, now) if one.id not in state.accepted]
        taken = self._post(waiting) if waiting else set()
        if len(taken) < len(waiting):
            self._next_at = now + timedelta(seconds=self._pause_s)
            self._pause_s = min(self._pause_s * 2, AGAIN_MOST_S)
        state = replace(state, accepted=(*state.accepted, *sorted(taken)))
        through = len(taken) == len(waiting) or (
            state.over_at is not None and now - state.over_at >= GIVE_UP
        )
        return (settled(state) if state.over_at is not None and through else state), len(taken)

    def _messages(self, state: DeadMan, now: datetime) -> list[Outgoing]:
        assert state.notice is not None  # noqa: S101 - as `_tell` has it
        over = state.over_at is not None
        targets = self._targets()
        return [
            _message(state, target, delivery_id(state.notice, 2 if over else 1, place), now)
            for place, target in enumerate(targets, start=1)
            if (delivery_id(state.notice, 1, place) in state.accepted if over else target.on_duty)
        ]

    def _well(self, ping: Callable[[], None], now: datetime) -> None:
        if self._pinged_at is not None and now - self._pinged_at < self._ping_every:
            return
        self._pinged_at = now
        ping()


def _sight(seen: Seen, now: datetime) -> Sight:
    beat = seen.heartbeat
    signs = [at for at in (seen.sign_at, None if beat is None else min(beat.at, now)) if at]
    newest = max(signs, default=None)
    by_journal = beat is not None and newest == min(beat.at, now)
    ended = beat.ended_at is not None if by_journal and beat else seen.status == "ended"
    gone = seen.gone_at is not None and (newest is None or newest <= seen.gone_at)
    trouble = beat.trouble if by_journal and beat else seen.trouble
    return Sight(
        now=now,
        sign_at=newest,
        ended=ended,
        gone=gone and not ended,
        trouble="" if ended else trouble,
        broker=seen.broker,
        blind=seen.blind,
    )


def _message(state: DeadMan, target: Target, id_: str, now: datetime) -> Outgoing:
    language = target.contact.language if target.contact is not None else "en"
    zone = ZoneInfo(target.contact.timezone if target.contact is not None else "UTC")
    text = outage.outage(state, language=language, zone=zone)
    notice, _, rest = id_.rpartition("/")
    number = int(rest.partition(".")[0])
    over, at = state.over_at is not None, state.over_at or state.outage_at or now
    return Outgoing(
        id=id_,
        channel=target.channel,
        notice=notice,
        number=number,
        update=Update.WATCHDOG,
        severity=Severity.INFO if over else Severity.CRITICAL,
        title=text.title,
        body=text.body,
        short=text.short,
        language=language,
        contact=target.contact.id if target.contact is not None else None,
        data={
            **msgspec.to_builtins(News(update=Update.WATCHDOG, number=number, at=at)),
            "over": over,
            "wrong": msgspec.to_builtins(state.wrong),
        },
    )


def targets(policy: NotifyPolicy, ladder: str | None, now: datetime) -> tuple[Target, ...]:
    """Everybody of the house on any step of the ladder, for nobody can acknowledge; where it has
    nobody of the house, the contacts of the house; else the machines. Always in the same order.
    """
    chosen = policy.ladders.get(ladder or "house") or next(iter(policy.ladders.values()), None)
    names = () if chosen is None else [name for step in chosen.steps for name in step]
    on_duty = {one.id for one in policy.on_duty(names, now)}
    found = [one for one in _everybody(policy, names) if one.custodian is None]
    if not found:
        found = [one for one in policy.contacts.values() if one.custodian is None]
        on_duty = {one.id for one in found}
    if not on_duty & {one.id for one in found}:  # of a custodian alone: wake whoever there is
        on_duty = {one.id for one in found}
    people = [
        Target(channel, one, on_duty=one.id in on_duty)
        for one in found
        for channel in one.told_by(Severity.CRITICAL)
    ]
    if people:
        return tuple(people)
    machines = dict.fromkeys(channel for route in policy.routes for channel in route.channels)
    return tuple(Target(channel) for channel in machines)


def _everybody(policy: NotifyPolicy, names: Sequence[str]) -> list[Contact]:
    """All whom these names of contacts and rosters mean at any time."""
    ids = dict[str, None]()
    for name in names:
        roster = policy.rosters.get(name)
        if roster is None:
            ids[name] = None
        else:
            shifts = [one for shift in roster.shifts for one in shift.contacts]
            ids |= dict.fromkeys([*shifts, *roster.otherwise])
    return [policy.contacts[one] for one in ids if one in policy.contacts]
