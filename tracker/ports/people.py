"""Who may use the web application and its interface: users, sessions, tokens, share links.

Secrets are never kept: of a session, a token or a link only the SHA-256, of a password its argon2
hash. They stand beside the journal, and are no part of what the custody log proves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from tracker.domain.access import Role


class User(Struct, frozen=True, kw_only=True):
    """name: to log in by, and the actor in the log. carrier: of role carrier, its custodian id.
    password: argon2's hash; None: none is set, so it cannot log in by one. language, time_zone:
    as it prefers; None: as the browser says. disabled_at: from then on it may nothing.
    """

    name: str
    role: Role
    created_at: datetime
    carrier: str | None = None
    password: str | None = None
    language: str | None = None
    time_zone: str | None = None
    disabled_at: datetime | None = None


class WebSession(Struct, frozen=True, kw_only=True):
    """digest: SHA-256 of the cookie. csrf: what forms of this session must carry."""

    digest: bytes
    user: str
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class ApiToken(Struct, frozen=True, kw_only=True):
    """id: to revoke it by. digest: SHA-256 of the token. label: what its user calls it."""

    id: str
    digest: bytes
    user: str
    label: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class Share(Struct, frozen=True, kw_only=True):
    """One shipment, given to `reader` (a name for the log): through a link of which `digest` is the
    SHA-256, or to the user `user`, who logs in.
    """

    id: str
    shipment: str
    reader: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    digest: bytes | None = None
    user: str | None = None
    revoked_at: datetime | None = None


class KeptAnswer(Struct, frozen=True, kw_only=True):
    """What a write under an idempotency key was answered. request: SHA-256 of what was asked."""

    user: str
    key: str
    request: bytes
    status: int
    body: bytes
    at: datetime


class People(Protocol):
    """Durable when a call returns. Safe to use from several processes; one object belongs to one
    thread. `put_*` adds, or replaces what has the same key.
    """

    def users(self) -> list[User]:
        """By name."""
        ...

    def user(self, name: str) -> User | None: ...
    def put_user(self, user: User) -> None: ...
    def session(self, digest: bytes) -> WebSession | None: ...
    def put_session(self, session: WebSession) -> None: ...
    def drop_session(self, digest: bytes) -> None: ...
    def drop_sessions(self, user: str) -> None:
        """All of a user: it has to log in anew everywhere."""
        ...

    def tokens(self, user: str | None = None) -> list[ApiToken]:
        """The oldest first."""
        ...

    def token(self, digest: bytes) -> ApiToken | None: ...
    def put_token(self, token: ApiToken) -> None: ...
    def shares(self, *, shipment: str | None = None, user: str | None = None) -> list[Share]:
        """The oldest first; revoked and expired ones too."""
        ...

    def share(self, digest: bytes) -> Share | None: ...
    def put_share(self, share: Share) -> None: ...
    def kept_answer(self, user: str, key: str) -> KeptAnswer | None: ...
    def keep_answer(self, answer: KeptAnswer) -> bool:
        """False, with nothing changed, if one is kept under this key already."""
        ...

    def sweep(self, now: datetime, answers_before: datetime) -> None:
        """Forget sessions that have expired, and answers from before."""
        ...

    def close(self) -> None: ...


def in_force(share: Share, now: datetime) -> bool:
    return share.revoked_at is None and now < share.expires_at


def shared_with(shares: Sequence[Share], now: datetime) -> frozenset[str]:
    """The shipments that these give now."""
    return frozenset(share.shipment for share in shares if in_force(share, now))
