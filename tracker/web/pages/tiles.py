"""A map of the user's own below ours (`[web] tiles`)."""

from __future__ import annotations


def template_of(tiles: str | None) -> str | None:
    """The address of its tiles, with {z}, {x} and {y}; None without."""
    if tiles is None:
        return None
    return "/map/tiles/{z}/{x}/{y}" if tiles.endswith(".pmtiles") else tiles
