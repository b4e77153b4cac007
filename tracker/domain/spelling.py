"""Ids and seal numbers as different hands write them: one rule, `devices.common.identifiers`."""

from __future__ import annotations

from collections.abc import Iterable

from devices.common.identifiers import key_of, same

__all__ = ["among", "key_of", "same", "spelled"]


def spelled(name: str, known: Iterable[str]) -> str:
    """`name` as the first of `known` that is the same writes it; as it is, if none is."""
    key = key_of(name)
    return next((one for one in known if key_of(one) == key), name)


def among(name: str, known: Iterable[str]) -> bool:
    """Whether one of `known` is the same."""
    return any(same(name, one) for one in known)
