"""What is signed of the log, what outsiders say of it, and where that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

from sealproof.note import SignerKey, VerifierKey


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


class Signer(Protocol):
    def release(self) -> StoredCheckpoint | None:
        """Sign what is committed, unless that was done already; the checkpoint, released.

        Raises Refused for a database that is not the one of which checkpoints were released.
        """
        ...


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


class LogKeys(NamedTuple):
    """signers: the log's key, and during a rotation the next one too; trusted: all keys that ever
    signed this log.
    """

    signers: Sequence[SignerKey]
    trusted: Sequence[VerifierKey]


class KeyRing(Protocol):
    """The keys that sign one log, kept outside its database."""

    def current(self) -> SignerKey: ...
    def known(self) -> list[VerifierKey]:
        """All that ever signed, the newest first."""
        ...

    def next(self) -> SignerKey:
        """The key to go over to. Durable when it returns, and the same until it is promoted."""
        ...

    def promote(self, key: SignerKey) -> None:
        """The next key is the key; durable when it returns."""
        ...
