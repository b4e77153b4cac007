"""One rule for ids and seal numbers, on every side: declared, told by a lock, listed, allowed.

They are typed from paper, printed with hyphens, stored by some locks as whole numbers, and written
in either case. So hyphens and blanks do not count, nor does case, nor do zeros in front of what is
digits alone: MX-0100001, mx 0100001 and MX0100001 are one number, 0012345 and 12345 too; MX-0100001
and MX-100001 are two. What is kept and shown is always what was written.
"""

from __future__ import annotations

from functools import lru_cache

_UNCOUNTED = str.maketrans("", "", "- \t\u2010\u2011\u2012\u2013\u2014")
"""Hyphens, dashes and blanks."""


@lru_cache(maxsize=65_536)
def key_of(name: str) -> str:
    """What two ways to write one id or number have in common. Each part of a device's id that has
    several ("lock/sub-lock") is taken by itself.
    """
    return "/".join(_part(part) for part in name.split("/"))


def same(one: str, other: str) -> bool:
    """Whether two are one id, or one number."""
    return one == other or key_of(one) == key_of(other)


def _part(text: str) -> str:
    plain = text.translate(_UNCOUNTED).upper()
    return plain.lstrip("0") or plain[-1:] if plain.isascii() and plain.isdigit() else plain
