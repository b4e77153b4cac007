"""Unlock refused, wrong card, wrong password: one warns, `refused_critical` of them within
`refused_window_min`, or any off the route, are critical.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from devices.reading import SealEvent
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.outcome import Raised
from tracker.domain.policy import minutes
from tracker.domain.seal import SealState
from tracker.rules.base import NOTHING, Result, Rule, View

REFUSALS = {
    SealEvent.UNLOCK_REFUSED: "unlock refused",
    SealEvent.WRONG_CARD: "wrong card",
    SealEvent.WRONG_PASSWORD: "wrong password",
}


class Memory(Struct, frozen=True, kw_only=True):
    """Times of the refusals within the window."""

    times: tuple[datetime, ...] = ()


def on_reading(view: View, memory: Memory) -> Result:
    report = view.reading.seal if view.reading else None
    events = [text for event, text in REFUSALS.items() if report and event in report.events]
    if (
        not events
        or report is None
        or view.seal.state in (SealState.UNASSIGNED, SealState.RELEASED)
    ):
        return memory, NOTHING
    since = view.at - minutes(view.policy.refused_window_min)
    times = (*(time for time in memory.times if time >= since), view.at)
    off, many = view.off_route(), len(times) >= view.policy.refused_critical
    detail = " and ".join(events)
    if many:
        detail += f", {len(times)} times within {view.policy.refused_window_min:.0f} min"
    if off:
        detail += ", off the route"
    if report.credential is not None and report.credential.id:
        detail += f" ({report.credential.kind} {report.credential.id})"
    return Memory(times=times), (
        Raised(
            kind=AlertKind.UNLOCK_REFUSED,
            at=view.at,
            key=view.device or "",
            detail=detail,
            severity=Severity.CRITICAL if off or many else Severity.WARNING,
            **view.where(),
        ),
    )


RULE = Rule(name="seal_refusals", memory=Memory, on_reading=on_reading)
