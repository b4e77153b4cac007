"""From what a rule weighed to what is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tracker.app.explain.hearing import Weighing
from tracker.app.explain.told import Comparison, Judgement, Suppressed
from tracker.domain.alert import Alert, AlertKind
from tracker.domain.layers import ShipmentPolicies
from tracker.engine import HeardReading, Tick


def judgement(weighing: Weighing, kind: AlertKind, policies: ShipmentPolicies) -> Judgement:
    """policies: the shipment's, for where its thresholds come from."""
    origins = policies.on(weighing.leg).origins(weighing.at)
    raised = [one.severity for one in weighing.scale.raised if one.kind is kind]
    return Judgement(
        rule=weighing.scale.rule,
        device=weighing.scale.device,
        at=weighing.at,
        taken_at=weighing.taken_at,
        input=_named(weighing),
        evidence=weighing.evidence,
        severity=max(raised, key=lambda one: one.rank, default=None),
        comparisons=tuple(
            Comparison(
                measure=one.measure,
                about=one.about,
                value=one.value,
                limit=one.limit,
                unit=one.unit,
                threshold=one.threshold,
                origin=origins.get(one.threshold or ""),
                speaks=one.speaks,
            )
            for one in weighing.scale.weighed
            if one.kind is kind
        ),
    )


def suppressed(
    raised: Iterable[Weighing], recorded: Mapping[str, Alert], slots: Iterable[str] | None = None
) -> tuple[Suppressed, ...]:
    """The evidence that raised nothing, by incident. recorded: the alerts that there were. slots:
    only of these incidents (kind and key); None: of all.
    """
    grouped = dict[str, list[Weighing]]()
    for weighing in raised:
        for slot, alert in weighing.slots.items():
            if alert is None and (slots is None or slot in slots):
                grouped.setdefault(slot, []).append(weighing)
    return tuple(_suppressed(slot, kept, recorded) for slot, kept in grouped.items())


def _suppressed(slot: str, kept: list[Weighing], recorded: Mapping[str, Alert]) -> Suppressed:
    settled = kept[-1].settled.get(slot)
    closed = [
        alert
        for alert in recorded.values()
        if f"{alert.kind}:{alert.key}" == slot
        and alert.closed_at is not None
        and alert.closed_at <= kept[-1].taken_at
    ]
    alert = max(closed, key=lambda one: one.closed_at or one.raised_at, default=None)
    return Suppressed(
        alert=alert.id if alert else None,
        closed_by=alert.closed_by if alert else None,
        reason=alert.close_reason if alert else None,
        until=settled.quiet_until if settled else None,
        within_m=settled.within_m if settled else None,
        in_zone=settled.in_zone if settled else None,
        first=kept[0].at,
        last=kept[-1].at,
        count=len(kept),
    )


def _named(weighing: Weighing) -> str:
    if isinstance(weighing.what, HeardReading):
        return "reading"
    return "timer" if isinstance(weighing.what, Tick) else type(weighing.what).__name__
