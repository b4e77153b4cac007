"""The journal in memory: `MemoryJournal()`. Gone with the process; for what needs no disk."""

from tracker.adapters.journal.memory.journal import MemoryJournal

__all__ = ["MemoryJournal"]
