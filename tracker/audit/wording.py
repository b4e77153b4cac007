"""How findings word spans of time, entries and seals."""

from __future__ import annotations

from datetime import timedelta

from tracker.app.queries.entries import CustodyEntry


def minutes_of(span: timedelta) -> str:
    """Minutes; from two hours on, hours; from two days on, days."""
    value = span.total_seconds() / 60
    if value < 120:
        return f"{value:.0f} min"
    if value < 48 * 60:
        return f"{value / 60:.1f} h"
    return f"{value / 1440:.1f} days"


def what_of(entry: CustodyEntry) -> str:
    """What it tells, by its type: "seal recorded"."""
    return entry.type.replace("_", " ")


def on(lock: str | None) -> str:
    return f" on {lock}" if lock else ""
