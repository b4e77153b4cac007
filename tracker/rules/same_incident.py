"""What is told of one incident twice is one alert: the others fold into the gravest, as parts.

One lock's breaches, and what follows from them, are one incident where they lie within
`same_incident_min` of each other, from the end of one to the beginning of the next: the cover and
then the shell, a wrong number and the record that nobody made, an opening and the quiet closing
after it. So is driving off with it open, however long it stood. Wrong cards are one incident at
whatever doors of the shipment. A silence of any of its devices that hid a breach is a part of that,
and so are positions that were lost meanwhile; one that came after is not.

The gravest is what people see, of the equally grave the one told first. It tells its parts as
chapters, and asks for somebody's look again where one came after it. They stay in the record, and
escalate with it (`tracker.domain.lifecycle.folded`). What belongs to a theft is a part of that.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tracker.domain.alert import Alert, AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Raised
from tracker.domain.policy import minutes
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.likely_theft import JOINING

BREACHES = frozenset(
    {
        AlertKind.SEAL_OPENED,
        AlertKind.SEAL_TAMPERED,
        AlertKind.SEAL_SEALING,
        AlertKind.SEAL_NUMBER,
        AlertKind.SEAL_RESEALED,
        AlertKind.SEAL_UNSEALED_DEPARTURE,
        AlertKind.SEAL_CONTINUITY,
        AlertKind.UNLOCK_REFUSED,
    }
)
"""Kinds that tell of one lock's seal."""
HIDING = frozenset({AlertKind.SILENCE, AlertKind.POSITION_LOST, AlertKind.SEAL_SILENT})
"""Kinds that tell that something was not to be seen meanwhile: parts of a breach, never the whole.
A grave one is a sign of its own (`likely_theft`)."""


Span = tuple[datetime, datetime]


def on_alerts(view: View, memory: Any) -> Result:
    if len(view.state.alerts) < 2:
        return memory, NOTHING
    told = list[Raised]()
    for incident in _incidents(view):
        root = _root(view, incident)
        told += (part for alert in incident if (part := _part(root, alert, incident)) is not None)
    return memory, tuple(told)


def _incidents(view: View) -> list[list[Alert]]:
    """The open alerts that belong together, the gravest of each incident first."""
    members = sorted((a for a in view.state.alerts.values() if _counts(a)), key=_order)
    if len(members) < 2 or members[0].kind in HIDING:
        return []
    incidents = list[list[Alert]]()
    for alert in members:
        linked = [one for one in incidents if any(_linked(view, alert, a) for a in one)]
        rest = [one for one in incidents if one not in linked]
        incidents = [*rest, sorted((alert, *(a for one in linked for a in one)), key=_order)]
    return [one for one in incidents if len(one) > 1]


def _counts(alert: Alert) -> bool:
    if alert.kind in HIDING:
        return alert.severity is not Severity.CRITICAL
    return alert.kind in BREACHES and alert.ended_at is None and alert.severity != Severity.INFO


def _order(alert: Alert) -> tuple[bool, int, datetime, datetime, str]:
    hides = alert.kind in HIDING
    return hides, -alert.severity.rank, alert.raised_at, alert.occurred_at, alert.id


def _linked(view: View, a: Alert, b: Alert) -> bool:
    if a.kind in HIDING or b.kind in HIDING:
        return _hid(view, a, b) or _hid(view, b, a)
    if a.kind is b.kind is AlertKind.UNLOCK_REFUSED:
        return _gap(view, a, b) <= minutes(view.policy.refused_window_min)
    if a.device != b.device:
        return False
    return _gap(view, a, b) <= minutes(view.policy.same_incident_min) or _drove_off(view, a, b)


def _hid(view: View, hiding: Alert, breach: Alert) -> bool:
    """It was told before the breach was known, which lies in the time that nothing was heard of."""
    if hiding.kind not in HIDING or breach.kind in HIDING:
        return False
    since, until = _span(view, hiding)
    own, policy = hiding.device == breach.device, view.policy
    slack = minutes(policy.same_incident_min if own else policy.clock_skew_min)
    inside = since - slack <= breach.occurred_at <= until + slack
    return inside and hiding.raised_at < breach.raised_at


def _gap(view: View, a: Alert, b: Alert) -> timedelta:
    (a_since, a_until), (b_since, b_until) = _span(view, a), _span(view, b)
    return max(a_since, b_since) - min(a_until, b_until)


def _span(view: View, alert: Alert) -> Span:
    """From when to when it was so; of what hides, since the last that was seen before it."""
    since, until = alert.occurred_at, max(alert.occurred_at, alert.last_seen)
    if alert.kind not in HIDING:
        return since, until
    waited = alert.chapters[0].facts.get("minutes") if alert.chapters else None
    if isinstance(waited, int):
        since -= timedelta(minutes=waited)
    return since, alert.ended_at or max(until, view.now)


def _drove_off(view: View, a: Alert, b: Alert) -> bool:
    """By the opening that the lock is open by since."""
    opened = next((x for x in (a, b) if x.kind is AlertKind.SEAL_OPENED), None)
    if opened is None or AlertKind.SEAL_UNSEALED_DEPARTURE not in (a.kind, b.kind):
        return False
    known = view.state.devices.get(opened.device or "")
    since = known.live.seal.opened_at if known else None
    slack = timedelta(seconds=view.policy.opening_evidence_s)
    return since is not None and opened.occurred_at >= since - slack


def _root(view: View, incident: list[Alert]) -> Alert:
    """What they are parts of already, such as a theft; else the gravest."""
    alerts = {alert.id: alert for alert in view.state.alerts.values()}
    wholes = (alerts[a.part_of] for a in incident if a.part_of in alerts)
    outside = min((w for w in wholes if w not in incident), key=_order, default=None)
    gravest = incident[0]
    return outside or alerts.get(gravest.part_of or "", gravest)


def _part(root: Alert, alert: Alert, incident: list[Alert]) -> Raised | None:
    """That alert as a chapter of the root's; None if that tells nothing new."""
    inner = alert.part_of is not None and alert.part_of != root.id
    if alert is root or (inner and any(alert.part_of == one.id for one in incident)):
        return None  # it goes with the one it is a part of
    if root.kind is AlertKind.LIKELY_THEFT and alert.kind in JOINING:
        return None  # which tells it by itself
    if alert.part_of == root.id and alert.severity.rank <= root.severity.rank:
        return None
    chapter = alert.chapters[0] if alert.chapters else None
    hides = alert.kind in HIDING
    at = max(alert.occurred_at, root.occurred_at) if hides else alert.occurred_at
    seen = at if hides else max(alert.last_seen, at)
    return Raised(
        kind=root.kind,
        severity=max(root.severity, alert.severity, key=lambda severity: severity.rank),
        code=chapter.code if chapter else Code.ALERT_FOLDED,
        facts=chapter.facts if chapter else {},
        at=at,
        seen=seen,
        key=root.key,
        lat=alert.lat,
        lon=alert.lon,
        zone=alert.zone,
        part=True,
        wakes=alert.raised_at > root.raised_at,
        takes=(f"{alert.kind}:{alert.key}",),
    )


def weighs(view: View, memory: Any) -> tuple[Weighed, ...]:
    told = dict[AlertKind, list[str]]()
    for incident in _incidents(view):
        root = _root(view, incident)
        for alert in incident:
            if _part(root, alert, incident) is not None:
                told.setdefault(root.kind, []).append(alert.kind.value)
    return tuple(
        Weighed(
            kind=kind,
            measure="further_signs",
            value=", ".join(told.get(kind, ())) or None,
            speaks=kind in told,
        )
        for kind in sorted(BREACHES)
    )


RULE = Rule(name="same_incident", keeps="scope", on_alerts=on_alerts, weighs=weighs)
