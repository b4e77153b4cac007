"""What a number of policy says of itself: what it is for, its unit, where it comes from."""

from __future__ import annotations

from msgspec import Meta

MOST = 1_000_000
"""No threshold is larger: a million minutes are two years. So no deadline leaves the calendar."""


def meta(text: str, unit: str, source: str, *, least: float = 0, most: float = MOST) -> Meta:
    """Of a field's type: its bounds, and what `tracker policy` and `tracker init` print of it."""
    extra = {"text": text, "unit": unit, "source": source}
    return Meta(ge=least, le=most, description=f"{text} ({unit}; source: {source})", extra=extra)
