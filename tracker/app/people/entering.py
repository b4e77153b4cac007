"""From a password, a cookie, a token or a link to a viewer: who asks, and what it may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from tracker.app.people.secret import digest_of, new_secret
from tracker.domain.access import Viewer
from tracker.domain.errors import Refused
from tracker.ports import Clock
from tracker.ports.people import People, Share, User, WebSession, in_force, shared_with


class Entered(Struct, frozen=True, kw_only=True):
    """Somebody who has shown who it is. user, session, share: by what; only one of session and
    share, and neither where it was a token.
    """

    viewer: Viewer
    user: User | None = None
    session: WebSession | None = None
    share: Share | None = None


class Door:
    """matches: whether a password is that of an argon2 hash, in a time that does not tell.

    Sessions end `session_s` after the last thing that was asked, and `longest_s` after the login.
    """

    def __init__(
        self,
        people: People,
        clock: Clock,
        matches: Callable[[str, str], bool],
        no_hash: str,
        *,
        session_s: float,
        longest_s: float,
    ) -> None:
        self.people, self.clock = people, clock
        self._matches, self._no_hash = matches, no_hash
        self._idle, self._longest = timedelta(seconds=session_s), timedelta(seconds=longest_s)

    def log_in(self, name: str, password: str) -> tuple[str, WebSession]:
        """A new session, and its cookie. Raises Refused, in the same words and time for a name that
        is nobody's, a wrong password and a user that is disabled.
        """
        user = self.people.user(name)
        kept = user.password if user is not None and user.password is not None else self._no_hash
        right = self._matches(kept, password)
        if not right or user is None or user.password is None or user.disabled_at is not None:
            raise Refused("name or password is wrong", mend="try again, or ask an administrator")
        return self.begin(user)

    def begin(self, user: User) -> tuple[str, WebSession]:
        """Of somebody who has shown in another way who it is."""
        cookie, now = new_secret(), self.clock.now()
        session = WebSession(
            digest=digest_of(cookie),
            user=user.name,
            csrf=new_secret(),
            created_at=now,
            seen_at=now,
            expires_at=now + self._idle,
        )
        self.people.put_session(session)
        return cookie, session

    def log_out(self, session: WebSession) -> None:
        self.people.drop_session(session.digest)

    def by_cookie(self, cookie: str) -> Entered | None:
        session, now = self.people.session(digest_of(cookie)), self.clock.now()
        if session is None or now >= session.expires_at:
            return None
        if now - session.seen_at > self._idle / 16:  # not a write for every request
            end = min(now + self._idle, session.created_at + self._longest)
            session = replace(session, seen_at=now, expires_at=end)
            self.people.put_session(session)
        user = self._usable(session.user)
        return None if user is None else self._entered(user, session=session)

    def by_token(self, secret: str) -> Entered | None:
        token, now = self.people.token(digest_of(secret)), self.clock.now()
        if token is None or token.revoked_at is not None:
            return None
        if token.expires_at is not None and now >= token.expires_at:
            return None
        user = self._usable(token.user)
        return None if user is None else self._entered(user)

    def by_link(self, secret: str) -> Entered | None:
        share = self.people.share(digest_of(secret))
        if share is None or not in_force(share, self.clock.now()):
            return None
        viewer = Viewer(name=share.reader, shared=frozenset({share.shipment}))
        return Entered(viewer=viewer, share=share)

    def by_name(self, name: str) -> Entered | None:
        """Of who is known by other means: the command line's user."""
        user = self._usable(name)
        return None if user is None else self._entered(user)

    def _usable(self, name: str) -> User | None:
        user = self.people.user(name)
        return None if user is None or user.disabled_at is not None else user

    def _entered(self, user: User, session: WebSession | None = None) -> Entered:
        shared = shared_with(self.people.shares(user=user.name), self.clock.now())
        viewer = Viewer(name=user.name, role=user.role, carrier=user.carrier, shared=shared)
        return Entered(viewer=viewer, user=user, session=session)
