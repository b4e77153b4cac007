"""Medians, spread and ratios of what was measured: as a table, and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
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
    cpu_ratios: dict[str, float]


def summary(runs: Runs, against: Mapping[str, Sequence[str]]) -> dict[str, Summed]:
    """By contestant: messages/s and CPU us a message (median, least, most), and ratios.

    against: with whom each is compared. A ratio is the median over the pairs of one round: how
    many messages ours takes for each one of the other, in a second on the wall or of the processor.
    """
    return {
        name: {
            "messages_per_s": spread([_rate(one) for one in made], 0),
            "cpu_us": spread([one["cpu"] / one["count"] * 1e6 for one in made], 1),
            "ratios": _ratios(made, runs, against.get(name, ()), _rate),
            "cpu_ratios": _ratios(made, runs, against.get(name, ()), _per_cpu),
        }
        for name, made in runs.items()
    }


def table(summed: Mapping[str, Summed]) -> str:
    """The summary as a Markdown table."""
    lines = [
        "| subscriber | messages/s | least to most | CPU us | messages/s, CPU: times those of |",
        "|---|--:|--:|--:|---|",
    ]
    for name, one in summed.items():
        rate, cpu = one["messages_per_s"], one["cpu_us"]["median"]
        compared = ", ".join(
            f"{ratio:.2f}, {one['cpu_ratios'][other]:.2f}: {other}"
            for other, ratio in one["ratios"].items()
        )
        lines.append(
            f"| {name} | {rate['median']:,.0f} | {rate['least']:,.0f} to {rate['most']:,.0f} "
            f"| {cpu:.0f} | {compared} |"
        )
    return "\n".join(lines)


def _ratios(
    ours: Sequence[Mapping[str, float]],
    runs: Runs,
    others: Sequence[str],
    value: Callable[[Mapping[str, float]], float],
) -> dict[str, float]:
    return {
        other: round(
            statistics.median(value(a) / value(b) for a, b in zip(ours, runs[other], strict=True)),
            3,
        )
        for other in others
        if other in runs
    }


def _per_cpu(one: Mapping[str, float]) -> float:
    """Messages for each second of the processor: what a busy machine disturbs less."""
    return one["count"] / one["cpu"]


def _rate(one: Mapping[str, float]) -> float:
    return one["count"] / one["seconds"]


def spread(values: Sequence[float], digits: int) -> Spread:
    """Median, least and most."""
    return {
        "median": round(statistics.median(values), digits),
        "least": round(min(values), digits),
        "most": round(max(values), digits),
    }
