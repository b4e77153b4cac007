"""What was told, against what happened: recall, names, false alerts, delay, alerts an incident."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bench.detection.journeys import Case, Incident
from tracker.domain.alert import Alert, Severity

BEFORE, AFTER = timedelta(minutes=3), timedelta(minutes=60)
"""An alert belongs to an incident if it speaks of a time from so long before to so long after."""


@dataclass
class Line:
    """One label's tally. delays: from the incident to the alert that names it, in minutes."""

    family: str
    incidents: int = 0
    named: int = 0
    acted: int = 0
    graded: int = 0
    alerts: int = 0
    delays: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


@dataclass
class Score:
    lines: dict[str, Line] = field(default_factory=lambda: defaultdict(lambda: Line("")))
    false: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    honest_hours: float = 0.0

    def take(self, cases: Sequence[Case], alerts: Iterable[Alert]) -> None:
        by_shipment: dict[str | None, list[Alert]] = defaultdict(list)
        for alert in alerts:
            if alert.severity is not Severity.INFO:
                by_shipment[alert.shipment].append(alert)
        for case in cases:
            told = by_shipment[case.id]
            for incident in case.incidents:
                self._judge(case, incident, told)
            if not case.incidents:
                self.honest_hours += case.hours
                for alert in told:
                    key = (alert.severity.value, alert.kind.value)
                    self.false[key] += 1
                    self.examples[key].append(f"{case.id}: {alert.detail}")

    def _judge(self, case: Case, incident: Incident, told: Sequence[Alert]) -> None:
        line = self.lines[incident.label]
        line.family = incident.family
        line.incidents += 1
        near = [
            alert
            for alert in told
            if alert.occurred_at <= incident.until + AFTER
            and alert.last_seen >= incident.since - BEFORE
        ]
        naming = [alert for alert in near if alert.kind in incident.names]
        line.alerts += len(near)
        line.named += bool(naming)
        line.acted += any(alert.kind in incident.acts for alert in near)
        if naming:
            first = min(naming, key=lambda alert: alert.raised_at)
            line.delays.append((first.raised_at - incident.since).total_seconds() / 60)
            critical = any(alert.severity is Severity.CRITICAL for alert in naming)
            line.graded += critical or not incident.grave
        else:
            line.missed.append(f"{case.id} told {sorted({a.kind.value for a in near})}")

    def family(self, name: str) -> tuple[int, int, int]:
        """(incidents, named rightly, acted on) of a family."""
        lines = [line for line in self.lines.values() if line.family == name]
        return (
            sum(line.incidents for line in lines),
            sum(line.named for line in lines),
            sum(line.acted for line in lines),
        )

    def per_1000_h(self, severity: str) -> float:
        total = sum(n for (grade, _), n in self.false.items() if grade == severity)
        return 1000 * total / self.honest_hours if self.honest_hours else 0.0


def table(score: Score, *, verbose: bool = False) -> str:
    """The whole result, for people."""
    head = ("named", "acted", "grade", "delay", "alerts")
    out = [f"{'incident':48} {'n':>4} " + " ".join(f"{name:>6}" for name in head)]
    for label, line in sorted(score.lines.items(), key=lambda item: (item[1].family, item[0])):
        n = line.incidents
        delay = f"{statistics.median(line.delays):.1f}" if line.delays else "-"
        out.append(
            f"{line.family[:4]} {label:43} {n:>4} {line.named / n:>6.2f} {line.acted / n:>6.2f} "
            f"{line.graded / n:>6.2f} {delay:>7} {line.alerts / n:>7.2f}"
        )
        if verbose:
            out += [f"        missed: {missed}" for missed in line.missed[:4]]
    for family in ("seal", "diversion", "other"):
        n, named, acted = score.family(family)
        if n:
            out.append(f"{family}: {n} incidents, named {named / n:.3f}, acted on {acted / n:.3f}")
    out.append(
        f"honest: {score.honest_hours:,.0f} truck-hours; per 1,000 h "
        f"{score.per_1000_h('critical'):.2f} false critical, "
        f"{score.per_1000_h('warning'):.2f} false warnings"
    )
    for (severity, kind), n in score.false.most_common():
        out.append(f"  {severity:8} {kind:26} {n:>5}")
        if verbose:
            out += [f"        {example}" for example in score.examples[severity, kind][:3]]
    return "\n".join(out)
