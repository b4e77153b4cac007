"""Likely theft: two independent signs within `likely_theft_min` of each other. ONE critical alert,
which tells its parts; they stay in the record, and fold into it.

Independent are signs of different mechanisms (`SIGNS`): a stop off the route is two, a deviation
that turns into a drive home is one, and so is jamming with the silence after it. What comes later
within that time of the others is a further part at once, and asks for somebody's look again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.alert import Alert, AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Outcome, Raised
from tracker.domain.policy import minutes, whole_minutes
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View

SIGNS: dict[AlertKind, tuple[str, Severity]] = {
    AlertKind.ROUTE_DEVIATION: ("route", Severity.WARNING),
    AlertKind.WRONG_CROSSING: ("route", Severity.WARNING),
    AlertKind.TURNING_BACK: ("route", Severity.WARNING),
    AlertKind.RESTRICTED_ZONE: ("route", Severity.CRITICAL),
    AlertKind.UNPLANNED_STOP: ("stop", Severity.WARNING),
    AlertKind.JAMMING: ("reception", Severity.WARNING),
    AlertKind.SILENCE: ("reception", Severity.CRITICAL),
    AlertKind.POSITION_NOT_CREDIBLE: ("reception", Severity.CRITICAL),
    AlertKind.DEVICES_APART: ("parting", Severity.WARNING),
    AlertKind.SEAL_OPENED: ("seal", Severity.CRITICAL),
    AlertKind.SEAL_TAMPERED: ("seal", Severity.CRITICAL),
    AlertKind.UNLOCK_REFUSED: ("seal", Severity.CRITICAL),
}
"""Kind of alert -> the mechanism that it is a sign of, and how grave it must be to be one."""
JOINING = frozenset(
    {
        *SIGNS,
        AlertKind.BACKTRACKING,
        AlertKind.SEAL_CONTINUITY,
        AlertKind.POSITION_LOST,
        AlertKind.POSITION_FROZEN,
    }
)
"""Kinds that belong to a theft that is told already, however grave they are."""
SLOT = f"{AlertKind.LIKELY_THEFT}:"


class Spell(Struct, frozen=True):
    """When the condition behind an alert was last seen to go on, from then until then; over: and
    ended. An alert stays open though its condition ends, and counts it when it comes again.
    """

    since: datetime
    until: datetime
    over: bool = False


RAISED = ""


class Memory(Struct, frozen=True, kw_only=True):
    """The open alert of this kind (`RAISED`: it is, and its id is not known yet), and its parts as
    they were told: id -> severity. spells: of the open alerts that are signs.
    """

    theft: str | None = None
    told: dict[str, Severity] = {}
    spells: dict[str, Spell] = {}


def on_alerts(view: View, memory: Memory) -> Result:
    theft = view.state.alerts.get(SLOT)
    memory = _of(theft, memory)
    members = _members(view.state.alerts.values())
    memory = replace(memory, spells=spells(members, memory))
    window = minutes(view.policy.likely_theft_min)
    if theft is None:
        together = _together(_signs(members), memory, window)
        if not together:
            return memory, NOTHING
        near = [
            alert
            for alert in members
            if any(apart(alert, sign, memory) <= window for sign in together)
        ]
        return _theft(view, memory, together, near)
    more = _news(members, theft, memory, window)
    if not more:
        return memory, NOTHING
    told = {**memory.told, **{alert.id: alert.severity for alert in more}}
    return replace(memory, told=told), tuple(_part(alert) for alert in more)


def _of(theft: Alert | None, memory: Memory) -> Memory:
    """What is remembered of this one: nothing, if it is not the one that was told."""
    if theft is not None and memory.theft == RAISED:
        return replace(memory, theft=theft.id)
    if theft is None or theft.id != memory.theft:
        return Memory(theft=theft.id if theft else None, spells=memory.spells)
    return memory


def _members(alerts: Iterable[Alert]) -> list[Alert]:
    """Those that belong to a theft that is told, signs or not, in the order they happened in."""
    found = [
        alert for alert in alerts if alert.kind in JOINING and alert.severity is not Severity.INFO
    ]
    return sorted(found, key=lambda alert: (alert.occurred_at, alert.kind, alert.key))


def _signs(members: Iterable[Alert]) -> list[Alert]:
    """Those of them by which it is told."""
    return [
        alert
        for alert in members
        if (sign := SIGNS.get(alert.kind)) is not None and alert.severity.rank >= sign[1].rank
    ]


def spells(members: list[Alert], memory: Memory) -> dict[str, Spell]:
    return {alert.id: _spell(alert, memory.spells.get(alert.id)) for alert in members}


def _spell(alert: Alert, spell: Spell | None) -> Spell:
    until, over = max(alert.last_seen, alert.occurred_at), alert.ended_at is not None
    if spell is None:
        return Spell(alert.occurred_at, until, over)
    if until <= spell.until:
        return spell if spell.over is over else Spell(spell.since, spell.until, over)
    return Spell(until if spell.over else spell.since, until, over)


def _together(signs: list[Alert], memory: Memory, window: timedelta) -> list[Alert]:
    """The signs that lie near one of another mechanism."""
    return [
        alert
        for alert in signs
        if any(
            SIGNS[alert.kind][0] != SIGNS[other.kind][0] and apart(alert, other, memory) <= window
            for other in signs
        )
    ]


def apart(a: Alert, b: Alert, memory: Memory) -> timedelta:
    """From the end of the earlier one to the beginning of the later one; none if they overlap."""
    one, other = memory.spells[a.id], memory.spells[b.id]
    gap = max(one.since, other.since) - min(one.until, other.until)
    return max(gap, timedelta(0))


def _news(members: list[Alert], theft: Alert, memory: Memory, window: timedelta) -> list[Alert]:
    """Further parts, and those that have become graver."""
    parts = [alert for alert in members if alert.part_of == theft.id]
    more = []
    for alert in members:
        told = memory.told.get(alert.id)
        if told is not None:
            if alert.severity.rank > told.rank:
                more.append(alert)
        elif any(apart(alert, part, memory) <= window for part in parts):
            more.append(alert)
    return more


def _theft(view: View, memory: Memory, signs: list[Alert], parts: list[Alert]) -> Result:
    """signs: those by which it is one; parts: they, and what joins them."""
    newest = max(signs, key=lambda alert: (alert.last_seen, alert.kind, alert.key))
    begun = [memory.spells[sign.id].since for sign in signs]
    at = min(begun)
    alert = Raised(
        kind=AlertKind.LIKELY_THEFT,
        severity=Severity.CRITICAL,
        code=Code.LIKELY_THEFT,
        facts={
            "signals": ", ".join(dict.fromkeys(sign.kind.value for sign in signs)),
            "alerts": ", ".join(sign.id for sign in signs),
            "minutes": whole_minutes(max(begun) - at),
        },
        at=at,
        seen=memory.spells[newest.id].until,
        lat=newest.lat,
        lon=newest.lon,
        zone=newest.zone,
        takes=tuple(f"{part.kind}:{part.key}" for part in parts),
    )
    told: list[Outcome] = [alert, *(_part(part) for part in parts)]
    severities = {part.id: part.severity for part in parts}
    return replace(memory, theft=RAISED, told=severities), tuple(told)


def _part(alert: Alert) -> Raised:
    """What that alert tells is a chapter of the theft: no seal's breach hides in it."""
    chapter = alert.chapters[0] if alert.chapters else None
    return Raised(
        kind=AlertKind.LIKELY_THEFT,
        severity=Severity.CRITICAL,
        code=chapter.code if chapter else Code.LIKELY_THEFT,
        facts=chapter.facts if chapter else {},
        at=alert.occurred_at,
        seen=max(alert.last_seen, alert.occurred_at),
        lat=alert.lat,
        lon=alert.lon,
        zone=alert.zone,
        part=True,
        wakes=True,
        takes=(f"{alert.kind}:{alert.key}",),
    )


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, theft = AlertKind.LIKELY_THEFT, view.state.alerts.get(SLOT)
    members = _members(view.state.alerts.values())
    memory = replace(_of(theft, memory), spells=spells(members, memory))
    window = minutes(view.policy.likely_theft_min)
    if theft is not None:
        more = [alert.kind for alert in _news(members, theft, memory, window)]
        told = ", ".join(more) or None
        return (Weighed(kind=kind, measure="further_signs", value=told, speaks=bool(more)),)
    signs = _signs(members)
    together = _together(signs, memory, window)
    kinds = sorted({alert.kind.value for alert in together or signs})
    gaps = [
        apart(a, b, memory) for a in signs for b in signs if SIGNS[a.kind][0] != SIGNS[b.kind][0]
    ]
    near = min(gaps, default=None)
    return (
        Weighed(
            kind=kind,
            measure="independent_signs",
            value=", ".join(kinds) or None,
            speaks=bool(together),
        ),
        Weighed(
            kind=kind,
            measure="apart_in_time",
            value=None if near is None else round(near.total_seconds() / 60, 1),
            limit=view.policy.likely_theft_min,
            unit="min",
            threshold="likely_theft_min",
            speaks=bool(together),
        ),
    )


RULE = Rule(name="likely_theft", memory=Memory, keeps="scope", on_alerts=on_alerts, weighs=weighs)
