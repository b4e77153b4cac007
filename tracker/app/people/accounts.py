"""Users, their passwords and tokens. Every change is an entry of the custody log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from tracker.app.commands import CommandHandler
from tracker.app.people.secret import digest_of, new_id, new_secret
from tracker.domain.access import Role
from tracker.domain.command import ChangeUser
from tracker.domain.errors import NotFound, Refused, UsageError
from tracker.domain.state import PEOPLE_SCOPE
from tracker.ports.people import ApiToken, People, User

PASSWORD_CHARACTERS = 12
"""At least so many: NIST SP 800-63B asks for 8 of a memorised secret, and for 15 where it stands
alone; ours lies between, for logins are slowed down as well."""
NAME_CHARACTERS = 64


class Accounts:
    """hash_password: argon2 of a password, which takes some tens of milliseconds."""

    def __init__(
        self, people: People, commands: CommandHandler, hash_password: Callable[[str], str]
    ) -> None:
        self.people, self.commands, self._hash = people, commands, hash_password

    def add(
        self,
        name: str,
        role: Role,
        *,
        by: str,
        password: str | None = None,
        carrier: str | None = None,
        language: str | None = None,
        time_zone: str | None = None,
    ) -> User:
        """Raises Refused for a name that is taken, UsageError for what cannot be."""
        _usable(name, role, carrier)
        if self.people.user(name) is not None:
            raise Refused(f"there is a user {name} already", mend="choose another name")
        user = User(
            name=name,
            role=role,
            carrier=carrier,
            password=None if password is None else self._hashed(password),
            language=language,
            time_zone=time_zone,
            created_at=self.commands.now(),
        )
        self._put(user, "added", by)
        return user

    def change(self, name: str, *, by: str, role: Role, carrier: str | None = None) -> User:
        """Another role, from the next thing it asks for on. Raises NotFound, UsageError, Refused
        for the last administrator.
        """
        before = self.named(name)
        _usable(name, role, carrier)
        if role is not Role.ADMINISTRATOR:
            self._another_remains(before)
        user = replace(before, role=role, carrier=carrier)
        self._put(user, "role", by)
        return user

    def set_password(self, name: str, password: str, *, by: str) -> None:
        """It has to log in anew everywhere. Raises NotFound, UsageError."""
        user = replace(self.named(name), password=self._hashed(password))
        self._put(user, "password", by)
        self.people.drop_sessions(name)

    def disable(self, name: str, *, by: str) -> None:
        """From now on it may nothing. Raises NotFound, Refused for the last administrator."""
        user = self.named(name)
        self._another_remains(user)
        self._put(replace(user, disabled_at=self.commands.now()), "disabled", by)
        self.people.drop_sessions(name)

    def enable(self, name: str, *, by: str) -> None:
        self._put(replace(self.named(name), disabled_at=None), "enabled", by)

    def prefer(self, name: str, *, language: str | None, time_zone: str | None) -> None:
        """Its own taste: no entry tells of that."""
        user = self.named(name)
        self.people.put_user(replace(user, language=language, time_zone=time_zone))

    def new_token(self, name: str, label: str, *, by: str, days: float | None) -> str:
        """The token itself, which is shown this once. Raises NotFound."""
        user, now = self.named(name), self.commands.now()
        secret = new_secret()
        token = ApiToken(
            id=new_id(),
            digest=digest_of(secret),
            user=name,
            label=label,
            created_at=now,
            expires_at=None if days is None else now + timedelta(days=days),
        )
        self._record(user, "token", by)
        self.people.put_token(token)
        return secret

    def revoke_token(self, id_: str, *, by: str, of: str | None = None) -> None:
        """of: only one of this user's. Raises NotFound."""
        known = {token.id: token for token in self.people.tokens(of)}
        token = known.get(id_)
        if token is None:
            raise NotFound(f"no token {id_!r}", mend="tracker users tokens lists them")
        self._record(self.named(token.user), "token revoked", by)
        self.people.put_token(replace(token, revoked_at=self.commands.now()))

    def named(self, name: str) -> User:
        """Raises NotFound."""
        user = self.people.user(name)
        if user is None:
            raise NotFound(f"there is no user {name!r}", mend="tracker users list names them")
        return user

    def _another_remains(self, user: User) -> None:
        if user.role is not Role.ADMINISTRATOR:
            return
        others = [
            other
            for other in self.people.users()
            if other.role is Role.ADMINISTRATOR and other.disabled_at is None
        ]
        if all(other.name == user.name for other in others):
            raise Refused(f"{user.name} is the last administrator", mend="make another one first")

    def _hashed(self, password: str) -> str:
        if len(password) < PASSWORD_CHARACTERS:
            raise UsageError(
                "the password is too short", mend=f"at least {PASSWORD_CHARACTERS} characters"
            )
        return self._hash(password)

    def _put(self, user: User, change: str, by: str) -> None:
        """The entry first: whoever may something, it is on record."""
        self._record(user, change, by)
        self.people.put_user(user)

    def _record(self, user: User, change: str, by: str) -> None:
        at: datetime = self.commands.now()
        command = ChangeUser(
            at=at, by=by, user=user.name, change=change, role=user.role, request=new_id()
        )
        self.commands.record(PEOPLE_SCOPE, command)


def _usable(name: str, role: Role, carrier: str | None) -> None:
    plain = all(character.isalnum() or character in "._-@+" for character in name)
    if not (name and plain and len(name) <= NAME_CHARACTERS):
        raise UsageError(
            f"{name!r} is no name of a user",
            mend=f"1 to {NAME_CHARACTERS} letters, digits and . _ - @ +",
        )
    if (role is Role.CARRIER) != (carrier is not None):
        raise UsageError(
            "a user of role carrier needs the carrier's id, and no other has one",
            where="--carrier",
            mend="the id that it has among the custodians of shipments",
        )
