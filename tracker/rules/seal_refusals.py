"""Unlock refused, wrong card, wrong password: one warns, `refused_critical` of them within
`refused_window_min`, or any off the route, are critical.

Those of all locks of the shipment are counted, in whatever order they arrive: who tries three doors
tries three times.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from devices.reading import SealEvent
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Raised
from tracker.domain.policy import minutes
from tracker.domain.seal import SealState
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.seals import own_time, strays
from tracker.rules.signs import Sign

REFUSALS = (SealEvent.UNLOCK_REFUSED, SealEvent.WRONG_CARD, SealEvent.WRONG_PASSWORD)


MOST = 16
"""So many refusals of one lock are kept, the newest."""


class Memory(Struct, frozen=True, kw_only=True):
    """Times of the lock's newest refusals, by its own clock."""

    times: tuple[datetime, ...] = ()


def on_reading(view: View, memory: Memory) -> Result:
    report = view.reading.seal if view.reading else None
    events = [event.value for event in REFUSALS if report and event in report.events]
    if (
        not events
        or report is None
        or view.seal.state in (SealState.UNASSIGNED, SealState.RELEASED)
    ):
        return memory, NOTHING
    at = own_time(view)
    memory = Memory(times=tuple(sorted({*memory.times, at})[-MOST:]))
    times = _near(view, at, memory)
    off, many = strays(view), times >= view.policy.refused_critical
    shown = report.credential if report.credential and report.credential.id else None
    return memory, (
        Raised(
            kind=AlertKind.UNLOCK_REFUSED,
            code=Code.UNLOCK_REFUSED,
            facts={
                "events": ", ".join(events),
                "times": times if many else None,
                "within_min": round(view.policy.refused_window_min),
                "off_route": off,
                "credential_kind": str(shown.kind) if shown else None,
                "credential": shown.id if shown else None,
            },
            at=view.at,
            key=view.device or "",
            severity=Severity.CRITICAL if off or many else Severity.WARNING,
            **view.where(),
        ),
    )


def _near(view: View, at: datetime, memory: Memory) -> int:
    """The most refusals within one window that holds this one, of all locks of the shipment."""
    times, window = list(memory.times), minutes(view.policy.refused_window_min)
    for device, known in view.state.devices.items():
        others = known.memory.get(RULE.name)
        if device != view.device and isinstance(others, Memory):
            times += others.times
    times = sorted(time for time in times if abs(time - at) <= window)
    starts = (first for first in times if first <= at)
    return max(sum(first <= time <= first + window for time in times) for first in starts)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, report = AlertKind.UNLOCK_REFUSED, view.reading.seal if view.reading else None
    events = [event.value for event in REFUSALS if report and event in report.events]
    on_duty = view.seal.state not in (SealState.UNASSIGNED, SealState.RELEASED)
    refused = Weighed(
        kind=kind,
        measure="unlock_refused",
        value=", ".join(events) or None,
        speaks=bool(events),
    )
    duty = Weighed(kind=kind, measure="seal_on_duty", value=on_duty, speaks=on_duty)
    if not (events and on_duty):
        return (refused, duty)
    at = own_time(view)
    times = Weighed(
        kind=kind,
        measure="refusals",
        value=_near(view, at, Memory(times=tuple(sorted({*memory.times, at})))),
        limit=view.policy.refused_critical,
        unit="refusals",
        threshold="refused_critical",
        speaks=True,  # one warns: how many there were says how grave it is
    )
    return (refused, duty, times)


RULE = Rule(
    name="seal_refusals",
    memory=Memory,
    keeps="device",
    on_reading=on_reading,
    wakes=Sign.SEAL,
    weighs=weighs,
)
