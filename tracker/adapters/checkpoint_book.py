"""Released checkpoints in a file outside the database: one JSON line each, the newest last.

A line counts when it is whole: one cut off by a crash was never released, and is written over.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sealproof.checkpoint import parse_checkpoint
from sealproof.errors import ProofError
from tracker.domain.errors import StorageAway, UsageError
from tracker.ports import StoredCheckpoint

if sys.platform != "win32":
    import fcntl

_TAIL = 65_536
"""Bytes read from the end: far more than a checkpoint with its signatures has."""


class FileBook:
    """`tracker.ports.CheckpointBook` in a file, shared by all processes of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def place(self) -> str:
        return str(self._path)

    def newest(self) -> StoredCheckpoint | None:
        """Raises UsageError for a file that is no such book."""
        try:
            with self._path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                tail = file.read()
        except FileNotFoundError:
            return None
        lines = tail[: tail.rfind(b"\n") + 1].splitlines()
        return self._read(lines[-1]) if lines else None

    def all(self) -> Iterator[StoredCheckpoint]:
        """Oldest first. Raises UsageError that names the line."""
        try:
            with self._path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    if line.endswith(b"\n"):
                        yield self._read(line, number)
        except FileNotFoundError:
            return

    def append(self, checkpoint: StoredCheckpoint) -> None:
        """Durable when it returns. Raises StorageAway."""
        line = json.dumps(
            {"released_at": checkpoint.released_at.isoformat(), "note": checkpoint.note.decode()},
            ensure_ascii=False,
        )
        with self._writing():
            self._append(line.encode() + b"\n")

    def _append(self, line: bytes) -> None:
        made = not self._path.exists()
        with self._path.open("ab+") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - _TAIL))
            whole = max(0, end - _TAIL) + file.read().rfind(b"\n") + 1
            file.truncate(whole if end else 0)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if made and sys.platform != "win32":  # the file's name must be durable too
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else reads the newest and appends the next meanwhile. Raises StorageAway."""
        with self._writing():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = Path(f"{self._path}.lock").open("ab")  # noqa: SIM115 - closed below
        with lock:
            if sys.platform != "win32":
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageAway(
                f"the book of released checkpoints cannot be written: {error.strerror}",
                where=str(self._path),
                mend="make room on its disk, and let this user write there",
            ) from error

    def _read(self, line: bytes, number: int | None = None) -> StoredCheckpoint:
        try:
            said = json.loads(line)
            note = said["note"].encode()
            return StoredCheckpoint(
                size=parse_checkpoint(note)[0].size,
                note=note,
                released_at=datetime.fromisoformat(said["released_at"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, ProofError) as error:
            where = f"{self._path}:{number}" if number else str(self._path)
            raise UsageError(
                "the book of released checkpoints is damaged here",
                where=where,
                mend="put back the copy that you keep; without it nothing shows that the database "
                "is the newest",
            ) from error
