"""Is somebody watching, and of when is what the journal says?"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from msgspec import Struct

from tracker.ports import Heartbeat, Records
from tracker.ports.crew import A_WORKER


class Watching(enum.StrEnum):
    YES = "yes"
    DEAF = "deaf"
    """The tracker runs and hears nothing: its broker is away."""
    PARTLY = "partly"
    """The tracker runs and hears, and one of its workers does not work."""
    ENDED = "ended"
    SILENT = "silent"
    """No sign of life for too long: it was killed, hangs, or cannot write."""
    AHEAD = "ahead"
    """The newest sign of life is of a later time than now: one of the clocks was set."""
    NEVER = "never"


class Watch(Struct, frozen=True, kw_only=True):
    """as_of: what the journal says is of then; None if no tracker has run on it. why: in words,
    where nothing is heard.
    """

    watching: Watching
    as_of: datetime | None = None
    why: str = ""

    @property
    def watched(self) -> bool:
        return self.watching is Watching.YES


def watch(records: Records, now: datetime, dead_after_s: float) -> Watch:
    """dead_after_s: without a sign of life for so long, nobody is watching."""
    found = records.heartbeat()
    if found is None:
        return Watch(watching=Watching.NEVER)
    return Watch(
        watching=_watching(found, now, timedelta(seconds=dead_after_s)),
        as_of=found.at,
        why=found.trouble,
    )


def _watching(found: Heartbeat, now: datetime, dead_after: timedelta) -> Watching:
    if found.ended_at is not None:
        return Watching.ENDED
    if now - found.at > dead_after:
        return Watching.SILENT
    if found.at - now > dead_after:
        return Watching.AHEAD
    if found.trouble.startswith(A_WORKER):
        return Watching.PARTLY
    return Watching.DEAF if found.trouble else Watching.YES
