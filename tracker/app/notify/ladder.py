"""Climbing a ladder: who is asked next, and when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from tracker.app.notify import routing
from tracker.domain.alert import Severity
from tracker.domain.notify_policy import Contact, NotifyPolicy


class Climbed(Struct, frozen=True, kw_only=True):
    """A step that is told now: to whom, and when the next is due (None: there is none)."""

    step: int
    contacts: tuple[Contact, ...] = ()
    next_at: datetime | None = None


def climb(
    policy: NotifyPolicy,
    ladder: str,
    step: int,
    severity: Severity,
    now: datetime,
    parties: Sequence[str] | None,
) -> Climbed:
    """The first step from `step` on at which somebody is there to be told; where nobody is at all,
    `step` itself, so that it is looked again when the next is due.
    """
    rungs = policy.ladders[ladder]
    pause = rungs.pause(step, policy.limits)
    for ahead in range(len(rungs.steps)):
        contacts = routing.asked(policy, ladder, step + ahead, now, parties)
        if contacts:
            step += ahead
            pause = rungs.pause(step, policy.limits)
            break
    next_at = now + pause if rungs.climbs(severity) else None
    return Climbed(step=step, contacts=contacts, next_at=next_at)
