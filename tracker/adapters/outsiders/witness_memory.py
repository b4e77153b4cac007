"""What a witness has cosigned: a file of one line for each log, its newest checkpoint as JSON.

Beside it: `<file>.lock`, held while a witness uses it, and `<file>.evidence`, one JSON line for
each pair of checkpoints that do not go together.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sealproof.checkpoint import parse_checkpoint
from sealproof.errors import ProofError
from sealproof.note import SignedNote
from tracker.domain.errors import ServiceUnreachable, UsageError

if sys.platform != "win32":
    import fcntl

log = logging.getLogger(__name__)
MAX_EVIDENCE_BYTES = 16 * 2**20
"""Evidence is never thrown away, and stops here: a log that lies this often needs no more of it."""


class FileWitnessMemory:
    """A `WitnessMemory` (`sealproof.witness.service`) on disk. Made by `opened`; used by one thread
    at a time.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._evidence = path, path.with_name(path.name + ".evidence")
        self._notes = _read(path)
        self._accused = {(one["known"], one["given"]) for one in _lines(self._evidence)}

    @property
    def logs(self) -> int:
        """How many logs it has cosigned for."""
        return len(self._notes)

    def known(self, origin: str) -> SignedNote | None:
        return self._notes.get(origin)

    def keep(self, note: SignedNote) -> None:
        origin = note.text.partition("\n")[0]
        notes = {**self._notes, origin: note}
        _replace(self._path, "".join(json.dumps(str(one)) + "\n" for one in notes.values()))
        self._notes = notes

    def accuse(self, why: str, known: SignedNote | None, given: SignedNote, at: datetime) -> None:
        # Told apart by what is signed: anybody can add lines of unknown keys to a note.
        pair = (known and known.text, given.text)
        if pair in self._accused:
            return
        said = {"at": at.isoformat(), "why": why, "known": pair[0], "given": pair[1]}
        notes = {"known_note": known and str(known), "given_note": str(given)}
        line = json.dumps(said | notes) + "\n"
        with self._evidence.open("a", encoding="ascii") as file:
            if file.tell() + len(line) > MAX_EVIDENCE_BYTES:
                log.error("%s is full; move it away to keep more", self._evidence)
                return
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._accused.add(pair)


@contextmanager
def opened(path: Path) -> Iterator[FileWitnessMemory]:
    """The memory of this file, for one witness at a time; an absent file is an empty memory.

    Raises UsageError for a damaged file: a witness that forgets can be made to cosign a fork.
    Raises ServiceUnreachable if another witness uses it.
    """
    lock = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UsageError(
            f"cannot be made: {error.strerror}", where=str(lock), mend="name another --state"
        ) from error
    try:
        if sys.platform != "win32":
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ServiceUnreachable(
                    "another witness uses this state",
                    where=str(path),
                    mend="end that one, or give this one a key and a state of its own",
                ) from error
        yield FileWitnessMemory(path)
    finally:
        os.close(descriptor)


def _read(path: Path) -> dict[str, SignedNote]:
    found = {}
    try:
        for line in _lines(path):
            head, note = parse_checkpoint(line.encode())
            found[head.origin] = note
    except (ProofError, AttributeError) as error:
        raise UsageError(
            f"this is no witness's state: {error}",
            where=str(path),
            mend="restore it from a copy that is not older; or make a new key, with a new state",
        ) from error
    return found


def _lines(path: Path) -> list[Any]:
    try:
        text = path.read_text(encoding="ascii")
        return [json.loads(line) for line in text.splitlines()]
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"cannot be read: {reason}",
            where=str(path),
            mend="restore it from a copy that is not older; or make a new key, with a new state",
        ) from error


def _replace(path: Path, text: str) -> None:
    """The whole file anew: old or new after a loss of power, never half of each."""
    made = path.with_name(path.name + ".new")
    with made.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)
    if sys.platform != "win32":  # the folder holds the file's name
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
