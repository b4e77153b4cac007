"""The journal on SQL: `SqlJournal.open(url)`. Importing it costs some 0.4 s (SQLModel)."""

from tracker.adapters.journal.writer import SqlJournal

__all__ = ["SqlJournal"]
