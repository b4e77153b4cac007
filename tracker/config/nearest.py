"""What a mistyped name was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], what: str) -> str:
    """A mend: the name that is like it, else all there are. what: what they are, in the plural."""
    names = [str(one) for one in known]
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else f"{what}: {', '.join(names) or 'none'}"
