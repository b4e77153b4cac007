"""`tracker.ports.people.People` on SQL, in the journal's database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import Select, Table, delete, select

from tracker.adapters.journal.diagnosis import diagnosed
from tracker.adapters.journal.engine import connect, driver, writing
from tracker.adapters.journal.schema import prepare
from tracker.adapters.journal.statements import Insert
from tracker.adapters.journal.tables import ANSWERS, SESSIONS, SHARES, TOKENS, USERS
from tracker.ports.people import ApiToken, KeptAnswer, Share, User, WebSession

T = TypeVar("T", bound=Struct)

_PUT = {table.name: Insert(table, "replaced") for table in (USERS, SESSIONS, TOKENS, SHARES)}
_KEEP_ANSWER = Insert(ANSWERS, "stays")


class SqlPeople:
    """Made by `open`."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Those of the database at `url`, its schema brought up to date. Raises as
        `SqlJournal.open` does.
        """
        engine = connect(url)
        try:
            with diagnosed(engine):
                prepare(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        self._engine.dispose()

    def users(self) -> list[User]:
        return self._all(User, select(USERS).order_by(USERS.c.name))

    def user(self, name: str) -> User | None:
        return self._one(User, select(USERS).where(USERS.c.name == name))

    def put_user(self, user: User) -> None:
        self._put(USERS, user)

    def session(self, digest: bytes) -> WebSession | None:
        return self._one(WebSession, select(SESSIONS).where(SESSIONS.c.digest == digest))

    def put_session(self, session: WebSession) -> None:
        self._put(SESSIONS, session)

    def drop_session(self, digest: bytes) -> None:
        self._drop(delete(SESSIONS).where(SESSIONS.c.digest == digest))

    def drop_sessions(self, user: str) -> None:
        self._drop(delete(SESSIONS).where(SESSIONS.c.user == user))

    def tokens(self, user: str | None = None) -> list[ApiToken]:
        query = select(TOKENS).order_by(TOKENS.c.created_at, TOKENS.c.id)
        return self._all(ApiToken, query if user is None else query.where(TOKENS.c.user == user))

    def token(self, digest: bytes) -> ApiToken | None:
        return self._one(ApiToken, select(TOKENS).where(TOKENS.c.digest == digest))

    def put_token(self, token: ApiToken) -> None:
        self._put(TOKENS, token)

    def shares(self, *, shipment: str | None = None, user: str | None = None) -> list[Share]:
        query = select(SHARES).order_by(SHARES.c.created_at, SHARES.c.id)
        if shipment is not None:
            query = query.where(SHARES.c.shipment == shipment)
        if user is not None:
            query = query.where(SHARES.c.user == user)
        return self._all(Share, query)

    def share(self, digest: bytes) -> Share | None:
        return self._one(Share, select(SHARES).where(SHARES.c.digest == digest))

    def put_share(self, share: Share) -> None:
        self._put(SHARES, share)

    def kept_answer(self, user: str, key: str) -> KeptAnswer | None:
        mine = (ANSWERS.c.user == user) & (ANSWERS.c.key == key)
        return self._one(KeptAnswer, select(ANSWERS).where(mine))

    def keep_answer(self, answer: KeptAnswer) -> bool:
        with diagnosed(self._engine), writing(self._engine).begin() as connection:
            cursor = driver(connection)
            _KEEP_ANSWER.run(cursor, [msgspec.structs.asdict(answer)])
            (kept,) = cursor.execute("SELECT changes()").fetchone()
        return bool(kept)

    def sweep(self, now: datetime, answers_before: datetime) -> None:
        self._drop(
            delete(SESSIONS).where(SESSIONS.c.expires_at <= now),
            delete(ANSWERS).where(ANSWERS.c.at < answers_before),
        )

    def _put(self, table: Table, row: Struct) -> None:
        with diagnosed(self._engine), writing(self._engine).begin() as connection:
            _PUT[table.name].run(driver(connection), [msgspec.structs.asdict(row)])

    def _drop(self, *statements: Any) -> None:
        with diagnosed(self._engine), writing(self._engine).begin() as connection:
            for statement in statements:
                connection.execute(statement)

    def _all(self, kind: type[T], query: Select[Any]) -> list[T]:
        with diagnosed(self._engine), self._engine.begin() as connection:
            rows: Sequence[Any] = connection.execute(query).mappings().all()
        return [msgspec.convert(dict(row), kind, strict=False) for row in rows]

    def _one(self, kind: type[T], query: Select[Any]) -> T | None:
        return next(iter(self._all(kind, query)), None)
