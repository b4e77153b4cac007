"""Medians, spread and ratios of what was measured: as a table, and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import TypedDict

Runs = Mapping[str, Sequence[Mapping[str, float]]]
"""By contestant, what each run measured."""


class Spread(TypedDict):
    """Of several runs."""

    median: float
    least: float
    most: float


class Summed(TypedDict):
    """One contestant. cpu_us: of its process, for each message."""

    messages_per_s: Spread
    cpu_us: Spread
    ratios: dict[str, float]


def summary(runs: Runs, against: Mapping[str, Sequence[str]]) -> dict[str, Summed]:
    """By contestant: messages/s and CPU us a message (median, least, most), and ratios.

    against: with whom each is compared. A ratio is the median over the pairs of one round: how
    many messages/s ours takes for each one of the other.
    """
    return {
        name: {
            "messages_per_s": _spread([_rate(one) for one in made], 0),
            "cpu_us": _spread([one["cpu"] / one["count"] * 1e6 for one in made], 1),
            "ratios": {
                other: round(_ratio(made, runs[other]), 3)
                for other in against.get(name, ())
                if other in runs
            },
        }
        for name, made in runs.items()
    }


def table(summed: Mapping[str, Summed]) -> str:
    """The summary as a Markdown table."""
    lines = [
        "| subscriber | messages/s | least to most | CPU us | ratios |",
        "|---|--:|--:|--:|---|",
    ]
    for name, one in summed.items():
        rate, cpu, ratios = one["messages_per_s"], one["cpu_us"], one["ratios"]
        compared = ", ".join(f"{ratio:.2f} of {other}" for other, ratio in ratios.items())
        lines.append(
            f"| {name} | {rate['median']:,.0f} | {rate['least']:,.0f} to {rate['most']:,.0f} "
            f"| {cpu['median']:.0f} | {compared} |"
        )
    return "\n".join(lines)


def _rate(one: Mapping[str, float]) -> float:
    return one["count"] / one["seconds"]


def _ratio(ours: Sequence[Mapping[str, float]], other: Sequence[Mapping[str, float]]) -> float:
    return statistics.median(_rate(a) / _rate(b) for a, b in zip(ours, other, strict=True))


def _spread(values: Sequence[float], digits: int) -> Spread:
    return {
        "median": round(statistics.median(values), digits),
        "least": round(min(values), digits),
        "most": round(max(values), digits),
    }
