"""Which devices may connect: ids from the configuration, and a file of them that may change."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable
from pathlib import Path

from devices.common.identifiers import key_of
from tracker.domain.errors import UsageError

log = logging.getLogger(__name__)

DEVICE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What may stand in a topic as a device's name."""
LOOK_S = 1.0
"""The file is looked at no oftener than this: many devices may knock at once."""


class Registry:
    """An entry is an id, or `dialect id` where an id shall be that dialect's alone.

    everybody: no list is asked. The file is read again when it changes; a fault in it then is
    logged, and the list stays as it was. UsageError from the constructor for a faulty entry.
    """

    def __init__(
        self, entries: Iterable[str] = (), *, file: Path | None = None, everybody: bool = False
    ) -> None:
        self.everybody, self._file = everybody, file
        self._own = frozenset(_entry(text, "[gateway] devices") for text in entries)
        self._stamp: tuple[int, int] | None = None
        self._looked_at = 0.0
        self._listed = self._own
        if file is not None:
            self._listed = self._own | self._read(file)

    def __len__(self) -> int:
        return len(self._listed)

    def admits(self, dialect: str, device: str) -> bool:
        if self.everybody:
            return True
        self._look()
        name = key_of(device)
        return (dialect, name) in self._listed or ("", name) in self._listed

    def _look(self) -> None:
        now = time.monotonic()
        if self._file is None or now - self._looked_at < LOOK_S:
            return
        self._looked_at = now
        try:
            if _stamp(self._file) != self._stamp:
                self._listed = self._own | self._read(self._file)
                log.info("%s: %d devices may connect", self._file, len(self))
        except (OSError, UsageError) as error:
            log.error("the list of devices stays as it was: %s", error)

    def _read(self, file: Path) -> frozenset[tuple[str, str]]:
        try:
            self._stamp = _stamp(file)
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise UsageError(
                f"cannot be read: {reason}", where=str(file), mend="one device id a line"
            ) from error
        said = ((number, line.partition("#")[0].strip()) for number, line in enumerate(lines, 1))
        return frozenset(_entry(text, f"{file}:{number}") for number, text in said if text)


def _stamp(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_mtime_ns, found.st_size


def _entry(text: str, where: str) -> tuple[str, str]:
    """(dialect or "", id)"""
    parts = text.split()
    if not 1 <= len(parts) <= 2 or not all(DEVICE_ID.fullmatch(part) for part in parts):
        raise UsageError(
            f"{text!r} is no device",
            where=where,
            mend="an id of 1 to 64 of A-Z a-z 0-9 . _ -, or its dialect and its id",
        )
    return (parts[0] if len(parts) == 2 else "", key_of(parts[-1]))
