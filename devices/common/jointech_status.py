"""A Jointech padlock's state where it comes key by key, not as a status word: the same meaning.

The word of the JT701 is put together again, so that one lock says the same in every dialect. But a
key may be missing, and what nobody said is neither locked nor open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from devices.common import jointech_seal
from devices.reading import SealCondition, SealReport

BITS = {what: bit for bit, what in jointech_seal.STATUS.items()}
"""event, or name of a flag -> its bit in the status word."""


def report(
    raised: Iterable[int], levels: Mapping[str, bool | None], wake: int | None = None
) -> tuple[SealReport, dict[str, Any]]:
    """What the lock reports, and what goes into `extra` beside it.

    raised: the bits of the alarms. levels: rope_in, motor_locked, cover_closed; None is not said.
    wake: the code of what woke the lock.
    """
    word = sum({1 << bit for bit in raised})
    word |= sum(1 << BITS[name] for name, level in levels.items() if level)
    # "the rope woke it" is an event only where it is known which way the rope went
    changed = {"rope": levels["rope_in"], "cover": levels["cover_closed"]}
    source = jointech_seal.WAKE.get(wake) if wake is not None else None
    untold = source in changed and changed[source] is None
    found, shared = jointech_seal.status(word, None if untold else wake)
    extra = {name: value for name, value in shared.items() if levels.get(name, True) is not None}
    if untold:
        extra["wake"] = source
    if levels["rope_in"] is None or levels["motor_locked"] is None:
        found = replace(found, condition=_condition(found, levels))
    return found, extra


def _condition(found: SealReport, levels: Mapping[str, bool | None]) -> SealCondition | None:
    """Of a lock that says only one of rope and motor."""
    if found.condition is SealCondition.CUT:
        return SealCondition.CUT
    said = [level for name in ("rope_in", "motor_locked") if (level := levels[name]) is not None]
    if not said:
        return None
    return SealCondition.SEALED if all(said) else SealCondition.OPEN
