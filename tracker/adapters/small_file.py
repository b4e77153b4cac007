"""A small file that is replaced as a whole: what a program remembers between two runs."""

from __future__ import annotations

import os
from pathlib import Path

from tracker.domain.errors import UsageError


class SmallFile:
    """Whoever reads it sees it as it was before a write, or after it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes | None:
        """None if it is not there."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UsageError(
                f"cannot be read: {error.strerror}", where=str(self._path), mend="let us read it"
            ) from error

    def write(self, text: bytes) -> None:
        """Raises UsageError if it cannot be written."""
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            beside.write_bytes(text)
            beside.replace(self._path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise UsageError(
                f"cannot be written: {error.strerror}",
                where=str(self._path),
                mend="name another, [watchdog] state_file",
            ) from error
