"""A channel into a file: a line of JSON each, on the disk before it counts as accepted."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tracker.ports import Outgoing, Receipt, Undelivered


class FileChannel:
    """Appends to `path`, which it makes; several processes may write to it. A line is the whole
    `Outgoing`, and `sent_at`. What a full disk cut short is ended, so that the next line stands
    alone.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name, self._path = name, path

    def send(self, outgoing: Outgoing, *, timeout_s: float) -> Receipt:
        document = {**msgspec.to_builtins(outgoing), "sent_at": datetime.now(UTC).isoformat()}
        line = msgspec.json.encode(document) + b"\n"
        try:
            self._append(line)
        except OSError as error:
            raise Undelivered(f"the file cannot be written: {error.strerror}") from error
        return Receipt()

    def _append(self, line: bytes) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self._path, flags, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                line = b"\n" + line
            if os.write(descriptor, line) != len(line):
                raise OSError(None, "no room for the whole line")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Nothing is kept open: the file may be moved away at any time."""
