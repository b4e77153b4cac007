"""What a lane knows of its receiver, beyond where it last was."""

from __future__ import annotations

from msgspec import Struct

from devices.reading import Fix
from tracker.domain.own_word import OwnWord
from tracker.domain.replayed import Trail


class Receiver(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """word: how far its own word of speed and course holds. trail: positions told before.
    twin: the newest fix of a second way that is credible in itself, come back to `twins` times.
    doubted: how many fixes were not believed so far. home: the fix before one that was believed for
    want of proof against it; strays: so many have been believed since.
    """

    word: OwnWord = OwnWord()
    trail: Trail = Trail()
    twin: Fix | None = None
    twins: int = 0
    doubted: int = 0
    home: Fix | None = None
    strays: int = 0
