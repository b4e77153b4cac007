"""The result for people, and as JSON for programs."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from bench.detection.expected import EXPECTED, TARGETS
from bench.detection.score import (
    ALERTS_EACH,
    FALSE_CRITICALS,
    FALSE_WARNINGS,
    REPORTS,
    Line,
    Score,
)


def table(score: Score, *, verbose: bool = False) -> str:
    head = (
        f"{'n':>4} {'named':>6} {'acted':>6} {'grade':>6} {'event':>7} {'receipt':>7} {'alerts':>6}"
    )
    out = []
    for family, target in TARGETS.items():
        lines = [(key, line) for key, line in score.lines.items() if EXPECTED[key].family == family]
        if not lines:
            continue
        n, named, acted = score.family(family)
        out.append(f"{family + f' (wanted {target})':44} {head}")
        for key, line in sorted(lines):
            out += _row(key, line, verbose=verbose)
        out.append(f"{'':44} {n:>4} {named / n:>6.3f} {acted / n:>6.3f}")
    if score.lines:
        out.append(
            f"alerts an incident {score.alerts_each:.2f} (wanted {ALERTS_EACH} at most); a "
            f"diversion is told {score.reports:.1f} reporting intervals after the policy's own "
            f"duration (wanted below {REPORTS:g})"
        )
    out.append(
        f"honest: {score.honest_hours:,.0f} truck-hours; per 1,000 h "
        f"{score.per_1000_h('critical'):.2f} false critical (wanted below {FALSE_CRITICALS}), "
        f"{score.per_1000_h('warning'):.2f} false warnings (wanted below {FALSE_WARNINGS:g})"
    )
    for (severity, kind), n in score.false.most_common():
        rate = 1000 * n / score.honest_hours if score.honest_hours else 0.0
        out.append(f"  {severity:8} {kind:28} {n:>5} {rate:>8.2f} per 1,000 h")
        if verbose:
            out += [f"        {example}" for example in score.examples[severity, kind][:8]]
    return "\n".join(out)


def _row(key: str, line: Line, *, verbose: bool) -> list[str]:
    n = line.incidents
    row = (
        f"  {EXPECTED[key].title:42} {n:>4} {line.named / n:>6.2f} {line.acted / n:>6.2f} "
        f"{line.graded / n:>6.2f} {_median(line.event):>7} {_median(line.receipt):>7} "
        f"{line.alerts / n:>6.2f}"
    )
    if not verbose:
        return [row]
    told = ", ".join(f"{kind} {count}" for kind, count in line.told.most_common())
    return [f"{row}  {key}: {told}", *(f"        missed: {one}" for one in line.missed[:5])]


def _median(minutes: Sequence[float]) -> str:
    return f"{statistics.median(minutes):.1f}" if minutes else "-"


def as_json(score: Score, **facts: Any) -> dict[str, Any]:
    """Everything, with the facts of the run. Times are in minutes."""
    families = {}
    for family, target in TARGETS.items():
        n, named, acted = score.family(family)
        families[family] = {"incidents": n, "named": named, "acted": acted, "wanted": target}
    return {
        **facts,
        "families": families,
        "incidents": {
            key: {
                "title": EXPECTED[key].title, "family": EXPECTED[key].family,
                "incidents": line.incidents, "named": line.named, "acted": line.acted,
                "severity_right": line.graded, "alerts": line.alerts, "event_min": line.event,
                "receipt_min": line.receipt, "reports": line.reports,
                "told": dict(line.told), "missed": line.missed,
            }
            for key, line in sorted(score.lines.items())
        },
        "alerts_an_incident": score.alerts_each,
        "diversion_reports": score.reports,
        "honest_hours": score.honest_hours,
        "false_per_1000_h": {
            severity: score.per_1000_h(severity) for severity in ("critical", "warning")
        },
        "false": [
            {"severity": severity, "kind": kind, "alerts": n,
             "examples": score.examples[severity, kind]}
            for (severity, kind), n in score.false.most_common()
        ],
        "shortfalls": score.shortfalls(),
    }  # fmt: skip
