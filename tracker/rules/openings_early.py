"""An opening heard before the word that sealed the lock: a flush may begin with its newest.

As long as nobody knows that the lock guards anything, its opening is nobody's concern. So what it
would be is kept for as long as stored words may come (`backlog_grace_min`), and counts as soon as
one of them proves that the lock was sealed before it, and not opened in between.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import SHARED_SERIALS, SealReport
from tracker.domain.alert import Severity
from tracker.domain.codes import Code
from tracker.domain.policy import minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.rules.base import View
from tracker.rules.openings import OPENINGS, OpeningVerdict, opens
from tracker.rules.openings_held import Held
from tracker.rules.seals import is_sealed, own_time, words_missing

MOST = 8
"""So many are kept at most, the newest."""
UNGUARDED = frozenset({SealState.ARMED, SealState.OPEN_AUTHORISED})


class Early(Struct, frozen=True, kw_only=True):
    """opened: the seal as it left it. at: by the device's own clock; since: the last word before it
    that says that the lock was not sealed. code, places, severity: what it is, if the lock was.
    amendable: a card that was shown may still make it lawful. due: receipt. proven: it was sealed.
    """

    opened: SealRecord
    at: datetime
    since: datetime | None
    due: datetime
    code: Code
    places: str | None = None
    severity: Severity | None = None
    amendable: bool = False
    proven: datetime | None = None


def is_early(view: View, report: SealReport) -> bool:
    """The word that the lock was sealed may be missing: its serials say so; or it has none, and
    tells of the opening itself.
    """
    if view.seal.state not in UNGUARDED:
        return False
    reading, before = view.reading, view.before
    if reading is None or reading.seq is None or reading.dialect in SHARED_SERIALS:
        return bool(OPENINGS & report.events)
    return before is None or before.seq is None or words_missing(view)


def kept(
    view: View, early: tuple[Early, ...], verdict: OpeningVerdict, opened: SealRecord
) -> tuple[Early, ...]:
    """With this opening."""
    places = verdict.facts.get("places")
    new = Early(
        opened=opened,
        at=own_time(view),
        since=_unsealed(view),
        due=view.now + minutes(view.policy.backlog_grace_min),
        code=verdict.code,
        places=places if isinstance(places, str) else None,
        severity=verdict.severity,
        amendable=verdict.amendable or verdict.waits,
    )
    return (*early, new)[-MOST:]


def _unsealed(view: View) -> datetime | None:
    """The last word before this one that says that the lock was not sealed: of its timeline, or the
    opening that the seal is open by.
    """
    last = view.before.at if view.before else None
    seal = view.seal
    if seal.state is not SealState.OPEN_AUTHORISED or seal.opened_at is None:
        return last
    opened = seal.opened_at + (own_time(view) - view.at)  # by the device's own clock
    if opened > own_time(view):
        return last
    return opened if last is None else max(last, opened)


def heard(view: View, early: tuple[Early, ...], report: SealReport) -> tuple[Early, ...]:
    """What another word tells of them: sealed before, or opened between."""
    at = own_time(view)
    if is_sealed(report):
        return tuple(
            replace(e, proven=at, due=view.now) if e.proven is None and _between(e, at) else e
            for e in early
        )
    if opens(report):
        return tuple(
            replace(e, since=at) if e.proven is None and _between(e, at) else e for e in early
        )
    return early


def _between(early: Early, at: datetime) -> bool:
    return at < early.at and (early.since is None or early.since < at)


def as_held(view: View, early: Early) -> Held:
    """Of one that may still be lawful: to be decided when the word of it had time to come."""
    return Held(
        opened=early.opened,
        at=early.at,
        due=view.now + minutes(view.policy.opening_evidence_min),
        code=early.code,
        places=early.places,
        sealed=early.proven,
    )
