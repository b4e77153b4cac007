"""One hierarchy of errors; each says what is wrong, where, and what mends it.

The CLI catches `TrackerError` once and exits with its `exit_code`.
"""

from __future__ import annotations


class TrackerError(Exception):
    """Something the user can act on. `mend` says how."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        cure = f"\n  -> {self.mend}" if self.mend else ""
        return f"{place}{self.what}{cure}"


class UsageError(TrackerError):
    """The call or the configuration is at fault, not the cargo."""

    exit_code = 2


class ServiceUnreachable(TrackerError):
    """A broker or a database does not answer."""

    exit_code = 3


class Passing(TrackerError):
    """What storage refuses now and may take later: the database is locked, the disk full, read-only
    or gone. Nothing was changed; the same can be tried again.
    """


class StorageAway(Passing, ServiceUnreachable):
    """It does not answer: locked, its disk full or failing."""


class StorageShut(Passing, UsageError):
    """It is not open to us: read-only, or not where it should be."""


class NotFound(UsageError):
    """No shipment, alert or zone of that name."""


class Unreadable(TrackerError):
    """An entry is not what a log could have written: nothing can rest on it."""


class Refused(TrackerError):
    """The rules of custody forbid it; nothing was changed."""
