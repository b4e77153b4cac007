"""What another value of a threshold would have done: to false alarms, to true ones, and besides.

The journal is told once as it is, and once for each value. What an alert was, people said when they
closed it. Nobody judged what was never raised: an alert that is new with a value counts as a cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec
from msgspec import Struct

from tracker.app.replay.difference import Change, differences
from tracker.app.replay.rehearsal import Progress, unheeded
from tracker.app.replay.retelling import Outcome, Retelling
from tracker.domain.alert import Alert, AlertKind, Verdict
from tracker.domain.layers import AS_SHIPPED, Layers
from tracker.domain.policy import Policy

THRESHOLDS: dict[AlertKind, tuple[str, ...]] = {
    AlertKind.SEAL_SEALING: ("sealing_late_min",),
    AlertKind.SEAL_RESEALED: ("opening_record_min", "reseal_limit"),
    AlertKind.SEAL_OPENED: ("opening_record_min",),
    AlertKind.SEAL_UNSEALED_DEPARTURE: ("confirm_fixes",),
    AlertKind.SEAL_CONTINUITY: ("backlog_grace_min",),
    AlertKind.SEAL_SILENT: ("seal_unheard_reports",),
    AlertKind.UNLOCK_REFUSED: ("refused_critical", "refused_window_min"),
    AlertKind.ROUTE_DEVIATION: (
        "corridor_half_width_m",
        "deviation_critical_m",
        "deviation_critical_min",
        "confirm_fixes",
    ),
    AlertKind.WRONG_CROSSING: ("confirm_fixes",),
    AlertKind.UNPLANNED_STOP: (
        "stop_warning_min",
        "stop_critical_min",
        "authorised_stop_min",
        "border_stop_min",
        "stop_radius_m",
    ),
    AlertKind.RESTRICTED_ZONE: ("confirm_fixes",),
    AlertKind.SILENCE: (
        "silence_moving_min",
        "silence_parked_min",
        "silence_arrived_min",
        "silence_after_jamming_min",
    ),
    AlertKind.JAMMING: ("jamming_satellites", "jamming_cell_dbm"),
    AlertKind.POSITION_NOT_CREDIBLE: ("credible_kmh", "jump_m"),
    AlertKind.POSITION_LOST: ("position_roofed_min",),
    AlertKind.BATTERY: ("battery_low_pct", "battery_critical_pct"),
    AlertKind.CLOCK_OFF: ("clock_off_warning_min", "clock_watch_min"),
    AlertKind.HANDOVER_NOT_ACCEPTED: ("acceptance_min",),
    AlertKind.NOT_UNDERSTOOD: ("reject_over_min",),
}
"""The thresholds that decide whether and when a kind is raised."""
STEPS = (1.25, 0.8, 1.5, 0.67, 2.0, 0.5, 3.0)
"""A threshold's values to try, as shares of the one in force, the nearest first."""


class Trial(Struct, frozen=True, kw_only=True):
    """What one value would do to the alerts of the kind, beside the record told as it is.

    false_gone, true_gone, unjudged_gone: of those judged false, judged true, and not judged (or a
    test, or unclear), so many would vanish. true_later: judged true, and raised so much later.
    latest_min: the longest of these delays. new: would appear. graver, milder: their severity.
    """

    value: float
    false_gone: int = 0
    true_gone: int = 0
    unjudged_gone: int = 0
    true_later: int = 0
    latest_min: float = 0.0
    new: int = 0
    graver: int = 0
    milder: int = 0

    @property
    def gain(self) -> int:
        """False alarms less; none where a true one would be missed or told later."""
        return 0 if self.true_gone or self.true_later else self.false_gone - self.new


class Advice(Struct, frozen=True, kw_only=True):
    """Of one threshold and one kind. judged_true, judged_false: alerts of the kind, as people
    closed them. proposed: the value that would be best, None if none is better than the one in
    force.
    """

    kind: AlertKind
    threshold: str
    value: float
    judged_true: int
    judged_false: int
    trials: tuple[Trial, ...]
    proposed: float | None = None


def wanted(judged: Iterable[Alert]) -> list[AlertKind]:
    """The kinds that people called false, the most often first."""
    counts: dict[AlertKind, int] = {}
    for alert in judged:
        if alert.verdict is not None and alert.verdict.false and alert.kind in THRESHOLDS:
            counts[alert.kind] = counts.get(alert.kind, 0) + 1
    return sorted(counts, key=lambda kind: -counts[kind])


def candidates(policy: Policy, threshold: str, most: int) -> list[float]:
    """Up to so many other values that the policy allows, the nearest to the one in force first."""
    now = float(getattr(policy, threshold))
    found: list[float] = []
    for step in STEPS:
        value = _rounded(now * step, whole=isinstance(getattr(policy, threshold), int))
        if value == now or value in found:
            continue
        try:
            policy.overridden({threshold: value})
        except msgspec.ValidationError:
            continue
        found.append(value)
    return sorted(found[:most])


class Adviser:
    """Tells the record once as it is, when it is made."""

    def __init__(
        self,
        retelling: Retelling,
        policy: Policy,
        layers: Layers = AS_SHIPPED,
        progress: Progress = unheeded,
    ) -> None:
        self._retelling, self._policy, self._layers = retelling, policy, layers
        self.as_is: Outcome = retelling.tell(policy, layers, progress=progress)

    def judged(self, kind: AlertKind, *, false: bool) -> list[Alert]:
        """Those of the kind that people called false, or true."""
        verdicts = (one for one in self.as_is.after if one.kind is kind and one.verdict is not None)
        return [one for one in verdicts if (_false(one) if false else _true(one))]

    def advise(
        self,
        kind: AlertKind,
        threshold: str,
        values: Sequence[float],
        progress: Progress = unheeded,
    ) -> Advice:
        """progress: of all values together."""

        def part(number: int) -> Progress:
            return lambda done, total: progress(number * total + done, len(values) * total)

        trials = []
        for number, value in enumerate(values):
            policy = self._policy.overridden({threshold: value})
            outcome = self._retelling.tell(policy, self._layers, progress=part(number))
            trials.append(_trial(kind, value, self.as_is.after, outcome.after))
        now = float(getattr(self._policy, threshold))
        best = max(trials, key=lambda one: (one.gain, -abs(one.value - now)), default=None)
        return Advice(
            kind=kind,
            threshold=threshold,
            value=now,
            judged_true=len(self.judged(kind, false=False)),
            judged_false=len(self.judged(kind, false=True)),
            trials=tuple(trials),
            proposed=best.value if best is not None and best.gain > 0 else None,
        )


def _trial(kind: AlertKind, value: float, before: Iterable[Alert], after: Iterable[Alert]) -> Trial:
    """Both are replays, so that what differs is due to the value alone."""
    of_kind = differences(
        (one for one in before if one.kind is kind), (one for one in after if one.kind is kind)
    )
    gone = [one.before for one in of_kind if one.change is Change.VANISHES and one.before]
    both = [(one.before, one.after) for one in of_kind if one.before and one.after]
    delays = [new.raised_at - old.raised_at for old, new in both if _true(old)]
    late = [delay for delay in delays if delay > timedelta()]
    ranks = [new.severity.rank - old.severity.rank for old, new in both]
    return Trial(
        value=value,
        false_gone=sum(map(_false, gone)),
        true_gone=sum(map(_true, gone)),
        unjudged_gone=sum(not (_false(one) or _true(one)) for one in gone),
        true_later=len(late),
        latest_min=round(max(late, default=timedelta()).total_seconds() / 60, 1),
        new=sum(one.change is Change.APPEARS for one in of_kind),
        graver=sum(rank > 0 for rank in ranks),
        milder=sum(rank < 0 for rank in ranks),
    )


def _false(alert: Alert) -> bool:
    return alert.verdict is not None and alert.verdict.false


def _true(alert: Alert) -> bool:
    return alert.verdict is Verdict.TRUE


def _rounded(value: float, *, whole: bool) -> float:
    """As a person would write it: two digits that count, or a whole number of things."""
    return float(round(value)) if whole else float(f"{value:.2g}")
