"""Why no alert of a kind was raised: which rule looked, what it saw, and what kept it quiet."""

from __future__ import annotations

from datetime import datetime

from tracker.app.explain.hearing import Ear, Hearing, hearing, planned
from tracker.app.explain.judgements import judgement, suppressed
from tracker.app.explain.told import Answer, Judgement, Suppressed, WhyNot
from tracker.app.planning import Geography
from tracker.domain.alert import Alert, AlertKind
from tracker.domain.errors import NotFound, UsageError
from tracker.domain.state import ScopeState
from tracker.ports import Journal, Records, StoredShipment


def why_not(
    records: Records,
    geography: Geography,
    journal: Journal,
    *,
    shipment: str,
    kind: AlertKind,
    at: datetime,
) -> WhyNot:
    """As the tracker knew it at `at`. journal: an empty one, that forgets.

    Raises NotFound for no such shipment, UsageError for a time before anything was heard of it.
    """
    stored = records.shipment(shipment)
    if stored is None:
        raise NotFound(
            f"there is no shipment {shipment}", mend="`tracker shipment list` names them"
        )
    later = _after(records, stored, at)
    ear = Ear(scope=shipment, kind=kind)
    told = hearing(records, stored, geography, journal, ear, at)
    state = told.tell(at)
    recorded = {one.id: one for one in records.alerts(shipment=shipment)}
    policies = planned(geography, stored).policies
    judgements = tuple(judgement(one, kind, policies) for one in ear.last.values())
    kept = suppressed([one for one in ear.last.values() if one.slots], recorded)
    opened = [alert for slot, alert in state.alerts.items() if alert.kind is kind]
    return WhyNot(
        shipment=shipment,
        kind=kind,
        at=at,
        answer=_answer(opened, kept, judgements),
        alerts=tuple(_as_recorded(alert, recorded, at) or alert.id for alert in opened),
        judgements=judgements,
        suppressed=kept,
        later=later,
        note=_note(told, state, recorded, kind, at),
    )


def _answer(
    opened: list[Alert], kept: tuple[Suppressed, ...], judgements: tuple[Judgement, ...]
) -> Answer:
    if opened:
        return Answer.TOLD
    if kept:
        return Answer.SETTLED
    return Answer.QUIET if judgements else Answer.NOT_LOOKED_AT


def _after(records: Records, stored: StoredShipment, at: datetime) -> int:
    """How many readings of before `at` were received after it. Raises UsageError if none was
    received before.
    """
    first: datetime | None = None
    before, later = 0, 0
    for item in records.readings(shipment=stored.id):
        received = item.reading.received_at
        first = received if first is None else min(first, received)
        before += received <= at
        later += received > at and item.reading.event_time <= at
    if before:
        return later
    if first is None:
        raise UsageError(
            f"nothing was ever heard of {stored.id}",
            mend=f"`tracker shipment show {stored.id}` says which devices it has",
        )
    raise UsageError(
        f"nothing had been heard of {stored.id} by {at.isoformat()}",
        where="--at",
        mend=f"the first reading was received at {first.isoformat()}; name a later time",
    )


def _as_recorded(alert: Alert, recorded: dict[str, Alert], at: datetime) -> str | None:
    """The alert of the record that this one is: of the same incident, and raised by then."""
    same = [
        one
        for one in recorded.values()
        if (one.kind, one.key) == (alert.kind, alert.key) and one.raised_at <= at
    ]
    return max(same, key=lambda one: one.raised_at).id if same else None


def _note(
    told: Hearing,
    state: ScopeState,
    recorded: dict[str, Alert],
    kind: AlertKind,
    at: datetime,
) -> str:
    """Where the record and its telling differ: it was judged by other thresholds, or rules."""
    then = {
        (one.kind, one.key)
        for one in recorded.values()
        if one.kind is kind
        and one.raised_at <= at
        and (one.closed_at is None or one.closed_at > at)
    }
    now = {(one.kind, one.key) for one in state.alerts.values() if one.kind is kind}
    if then == now:
        return ""
    rules = ", ".join(told.record.rules)
    return (
        "the record differs: it was judged by other thresholds, or by other rules "
        f"(version {rules})"
    )
