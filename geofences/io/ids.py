"""Ids as people choose them, and as programs make them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

_MADE = re.compile(
    r"(?:(?:feature|placemark|pm|id|kml|poly|polygon|geom|gid|fid|oid|objectid|object|obj|way|node"
    r"|relation|shape|area|path|layer)[-_./: ]*)?\d+"
    r"|[a-z]{0,3}[-_./: ]?(?:\d{4,}|(?=[a-f]*\d)[0-9a-f]{6,})"
    r"|.+\.\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
"""Ids that a program made: numbers and hexadecimal, with a word of its own or a layer's name before
them."""


def are_chosen(ids: Iterable[Any]) -> bool:
    """Whether somebody chose these ids: there are some, and not all look like a program's."""
    texts = [str(own).casefold() for own in ids if own is not None]
    return bool(texts) and not all(map(_MADE.fullmatch, texts))


def slug(name: str) -> str:
    """A name as an id: "Patio Ñ, Juárez" is "patio-n-juarez"."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return "-".join(kept.split())
