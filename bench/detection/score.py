"""What was told, against what happened: recall, names, false alerts, delay, alerts an incident."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.detection.expected import DIVERSION, EXPECTED, LOOK, SEAL, TARGETS, Expected
from bench.detection.trip import Case, Incident
from tracker.domain.alert import Alert, Severity

BEFORE, AFTER = timedelta(minutes=3), timedelta(minutes=60)
"""An alert belongs to an incident if it speaks of a time from so long before to so long after."""
SKEW = timedelta(minutes=6)
"""Clocks are up to 5 min behind: what was heard after the incident may have been told as before."""
FALSE_WARNINGS, FALSE_CRITICALS, ALERTS_EACH, REPORTS = 1.0, 0.1, 1.2, 2.0
"""Targets: below so many per 1,000 truck-hours; alerts an incident; reporting intervals until a
diversion is told, beyond the policy's own duration."""


@dataclass
class Line:
    """One kind of incident. receipt, event: minutes from the incident to when the alert that names
    it was raised, and to the time it speaks of. reports: receipt in reporting intervals, less the
    policy's duration. told: what was told round it, by kind.
    """

    incidents: int = 0
    named: int = 0
    acted: int = 0
    graded: int = 0
    alerts: int = 0
    receipt: list[float] = field(default_factory=list)
    event: list[float] = field(default_factory=list)
    reports: list[float] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)


@dataclass
class Score:
    """honest_hours: truck-hours of trips without an incident, and of others before it."""

    lines: dict[str, Line] = field(default_factory=lambda: defaultdict(Line))
    false: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    honest_hours: float = 0.0

    def take(self, cases: Sequence[Case], alerts: Iterable[Alert]) -> None:
        """What speaks of a time after a trip's end, when its devices fell silent, is left out; and
        what is told long after it: a truck that is heard no more stands on until its plan is over.
        """
        by_shipment: dict[str, list[Alert]] = defaultdict(list)
        devices = {named["id"]: case.id for case in cases for named in case.document["devices"]}
        for alert in alerts:
            owner = alert.shipment or devices.get(alert.device or "")
            if owner is not None:
                by_shipment[owner].append(alert)
        for case in cases:
            told = [
                alert for alert in by_shipment[case.id]
                if alert.occurred_at <= case.ends and alert.raised_at <= case.ends + AFTER
            ]  # fmt: skip
            for incident in case.incidents:
                self._judge(case, incident, told)
            begins = min((i.since for i in case.incidents), default=case.ends)
            self.honest_hours += max((begins - case.starts).total_seconds() / 3600, 0.0)
            self._false(case, told, begins if case.incidents else None)

    def _false(self, case: Case, told: Sequence[Alert], begins: datetime | None) -> None:
        """All that is told of an honest trip, and of another trip before its incident."""
        for alert in told:
            if alert.severity is Severity.INFO or getattr(alert, "part_of", None):
                continue
            if begins is None or (alert.occurred_at < begins - BEFORE and alert.raised_at < begins):
                key = (alert.severity.value, alert.kind.value)
                self.false[key] += 1
                self.examples[key].append(f"{case.id} {_said(alert)} {', '.join(case.traits)}")

    def _judge(self, case: Case, incident: Incident, told: Sequence[Alert]) -> None:
        line, expected = self.lines[incident.name], incident.expected
        line.incidents += 1
        near = [alert for alert in told if _of(alert, incident)]
        naming = [alert for alert in near if alert.kind in expected.names]
        if expected.family == SEAL:  # the same alert may have begun with something lesser
            naming += [alert for alert in told if alert.kind in expected.names
                       and alert not in near and _lasts_into(alert, incident)]  # fmt: skip
        grave = [alert for alert in near if alert.severity is not Severity.INFO]
        whole = [alert for alert in grave if not getattr(alert, "part_of", None)]
        line.alerts += len(whole)
        line.told.update(alert.kind.value for alert in whole)
        line.named += bool(naming)
        line.acted += any(alert.kind in {*expected.names, *LOOK} for alert in near)
        if naming:
            self._timed(line, incident, min(naming, key=lambda alert: alert.raised_at))
            line.graded += _graded(expected, naming)
        else:
            kinds = sorted({alert.kind.value for alert in near})
            line.missed.append(f"{case.id} told {kinds}; {', '.join(case.traits)}")

    def _timed(self, line: Line, incident: Incident, first: Alert) -> None:
        receipt = (first.raised_at - incident.counts).total_seconds() / 60
        line.receipt.append(receipt)
        line.event.append((first.occurred_at - incident.counts).total_seconds() / 60)
        over = receipt - incident.expected.takes_min
        line.reports.append(over * 60 / incident.interval_s)

    def family(self, name: str) -> tuple[int, int, int]:
        """(incidents, named rightly, acted on) of a family."""
        lines = [line for key, line in self.lines.items() if EXPECTED[key].family == name]
        return (
            sum(line.incidents for line in lines),
            sum(line.named for line in lines),
            sum(line.acted for line in lines),
        )

    def per_1000_h(self, severity: str) -> float:
        total = self.false_alerts(severity)
        return 1000 * total / self.honest_hours if self.honest_hours else 0.0

    def false_alerts(self, severity: str) -> int:
        return sum(n for (grade, _), n in self.false.items() if grade == severity)

    @property
    def alerts_each(self) -> float:
        incidents = sum(line.incidents for line in self.lines.values())
        return sum(line.alerts for line in self.lines.values()) / max(incidents, 1)

    @property
    def reports(self) -> float:
        """Median delay of a diversion, in reporting intervals beyond the policy's duration."""
        delays = [
            delay
            for name, line in self.lines.items()
            if EXPECTED[name].family == DIVERSION
            for delay in line.reports
        ]
        return statistics.median(delays) if delays else 0.0

    def shortfalls(self) -> list[str]:
        """Targets that are missed, in words; those of which nothing was tried are not."""
        out = []
        for family, target in TARGETS.items():
            n, named, _ = self.family(family)
            if n and named / n < target:
                out.append(f"{family}: {named / n:.3f} named rightly, wanted {target}")
        limits = (
            ("false warnings per 1,000 h", self.per_1000_h("warning"), FALSE_WARNINGS),
            ("false critical per 1,000 h", self.per_1000_h("critical"), FALSE_CRITICALS),
            ("reporting intervals until a diversion is told", self.reports, REPORTS),
        )
        out += [f"{name}: {value:.2f}, wanted below {most}" for name, value, most in limits
                if value >= most]  # fmt: skip
        if self.alerts_each > ALERTS_EACH:
            out.append(f"alerts an incident: {self.alerts_each:.2f}, wanted {ALERTS_EACH} at most")
        return out


def _of(alert: Alert, incident: Incident) -> bool:
    """Whether it was raised for what went on then, and does not last from before."""
    if alert.occurred_at > incident.until + AFTER:
        return False
    if alert.occurred_at >= incident.since - BEFORE:
        return True
    return alert.raised_at >= incident.since and alert.last_seen >= incident.since - SKEW


def _lasts_into(alert: Alert, incident: Incident) -> bool:
    return alert.occurred_at <= incident.until + AFTER and alert.last_seen >= incident.since


def _graded(expected: Expected, naming: Sequence[Alert]) -> bool:
    """Whether its gravest naming alert has the severity that is due."""
    grave = max(alert.severity.rank for alert in naming)
    return expected.gravest == "any" or grave == Severity(expected.gravest).rank


def _said(alert: Alert) -> str:
    code = alert.chapters[0].code.value if alert.chapters else alert.detail
    span = f"{alert.occurred_at:%m-%d %H:%M:%S}..{alert.last_seen:%H:%M:%S}"
    return f"{code} {span} raised {alert.raised_at:%H:%M:%S} x{alert.count} {alert.zone or ''}"
