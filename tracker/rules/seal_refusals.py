"""Unlock refused, wrong card, wrong password: one warns, `refused_critical` of them within
`refused_window_min`, or any off the route, are critical.
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
from tracker.rules.base import NOTHING, Result, Rule, View

REFUSALS = (SealEvent.UNLOCK_REFUSED, SealEvent.WRONG_CARD, SealEvent.WRONG_PASSWORD)


class Memory(Struct, frozen=True, kw_only=True):
    """Times of the refusals within the window."""

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
    since = view.at - minutes(view.policy.refused_window_min)
    times = (*(time for time in memory.times if time >= since), view.at)
    off, many = view.off_route(), len(times) >= view.policy.refused_critical
    shown = report.credential if report.credential and report.credential.id else None
    return Memory(times=times), (
        Raised(
            kind=AlertKind.UNLOCK_REFUSED,
            code=Code.UNLOCK_REFUSED,
            facts={
                "events": ", ".join(events),
                "times": len(times) if many else None,
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


RULE = Rule(name="seal_refusals", memory=Memory, on_reading=on_reading)
