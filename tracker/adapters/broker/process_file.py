"""One owner for a folder that a child process works in, and no child left over from the last."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tracker.domain.errors import ServiceUnreachable

if sys.platform != "win32":
    import fcntl

PATIENCE_S = 5.0


class ProcessFile:
    """The child's process id in a file, and a lock on that file held by the child's owner.

    The lock goes with its holder, however that ends; so whoever gets it knows that a child still
    running has lost its owner.
    """

    def __init__(self, path: Path, *, command_has: str) -> None:
        """command_has: what the command line of the child, and of no other process, contains."""
        self._path, self._command_has = path, command_has
        self._descriptor: int | None = None

    def take(self) -> None:
        """Lock the file, and end the child that a killed owner left behind.

        Raises ServiceUnreachable if another owner is alive.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        if sys.platform != "win32":
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                os.close(descriptor)
                raise ServiceUnreachable(
                    "another tracker runs its embedded broker here",
                    where=str(self._path.parent),
                    mend="end that one, or give this one a folder of its own",
                ) from error
        self._descriptor = descriptor
        orphan = os.pread(descriptor, 20, 0).strip()
        if orphan.isdigit():
            self._end(int(orphan))

    def write(self, pid: int) -> None:
        """Note the child's process id."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, str(pid).encode(), 0)

    def release(self) -> None:
        """The child has ended. Idempotent."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def _end(self, pid: int) -> None:
        for way in (signal.SIGTERM, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM):
            deadline = time.monotonic() + PATIENCE_S
            # Looked at before each signal: process ids are used again.
            if self._command_has in _command_line(pid):
                os.kill(pid, way)
            while self._command_has in _command_line(pid):
                if time.monotonic() > deadline:
                    break
                time.sleep(0.05)


def _command_line(pid: int) -> str:
    """The command line of a process; empty if there is none (or no way to tell: Windows)."""
    try:
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        if sys.platform == "win32":
            return ""
        listing = ["ps", "-o", "command=", "-p", str(pid)]
        return subprocess.run(listing, capture_output=True, text=True, check=False).stdout  # noqa: S603
    except (OSError, UnicodeDecodeError):
        return ""
