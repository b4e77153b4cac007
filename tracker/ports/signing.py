"""What is signed of the log, what outsiders say of it, and where that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct


class LogHead(Struct, frozen=True, kw_only=True):
    """How many entries the log has, and the root over them (32 bytes)."""

    size: int
    root: bytes


class StoredCheckpoint(Struct, frozen=True, kw_only=True):
    """A checkpoint as it was released: `note` is the signed note's bytes."""

    size: int
    note: bytes
    released_at: datetime


class Attestation(Struct, frozen=True, kw_only=True):
    """What an outsider said of a released checkpoint.

    kind: "cosignature" (`name` the witness's key, `body` its signature line) or "timestamp" (`name`
    the authority's, `body` the DER of RFC 3161's response). at: by the outsider's clock.
    """

    size: int
    kind: Literal["cosignature", "timestamp"]
    name: str
    body: bytes
    at: datetime


class SignedLog(Protocol):
    """Of the journal, what it takes to sign its log; see `Journal` and `Records`."""

    def head(self) -> LogHead: ...
    def tile(self, level: int, index: int) -> bytes: ...
    def checkpoints(self, *, since: int = 0) -> Sequence[StoredCheckpoint]: ...
    def release(self, checkpoint: StoredCheckpoint) -> None: ...


class CheckpointBook(Protocol):
    """Where released checkpoints are kept, outside the database. `place`: for messages."""

    @property
    def place(self) -> str: ...
    def newest(self) -> StoredCheckpoint | None: ...
    def append(self, checkpoint: StoredCheckpoint) -> None:
        """Durable when it returns; never half."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Nobody else releases meanwhile, in whatever process."""
        ...
