"""What a language has for what rules compared."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Language(Struct, frozen=True):
    """measures: what stands before the value. units: where they are not shown as they are."""

    measures: Mapping[str, str]
    units: Mapping[str, str]
    yes: str
    no: str
    none: str
