"""The tables, as SQLModel classes: storage only; what the rest of the program sees are structs.

Moments are integers: microseconds since 1970-01-01T00:00Z, exact and sorted by their value on
every database. A change here needs a migration (see `migrations/__init__.py`); a test compares the
two.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from tracker.domain.times import micros, moment


class UtcMicros(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since the epoch; read back in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else moment(value)


# 64 bits on every database; SQLite makes a key its rowid (no second tree) only if it says INTEGER.
_BigKey = BigInteger().with_variant(Integer, "sqlite")


class Head(SQLModel, table=True):
    """One row: how often the journal was committed to, how many entries its log has, and the
    frontier of its tree (`tracker.log.tree`), the hashes joined.
    """

    __table_args__ = (CheckConstraint("id = 1", name="head_is_one_row"),)

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    version: int = Field(sa_type=BigInteger)
    log_size: int = Field(sa_type=BigInteger)
    frontier: bytes = Field(
        sa_column=Column(LargeBinary, nullable=False, server_default=text("(x'')"))
    )


class Tiles(SQLModel, table=True):
    """The log's tree: up to 256 hashes side by side, joined; a level's last tile is shorter."""

    level: int = Field(primary_key=True)
    index: int = Field(sa_column=Column(BigInteger, primary_key=True))
    hashes: bytes = Field(sa_type=LargeBinary)


class Checkpoints(SQLModel, table=True):
    """Checkpoints that were released, as they were (the signed note)."""

    size: int = Field(sa_column=Column(_BigKey, primary_key=True, autoincrement=False))
    note: bytes = Field(sa_type=LargeBinary)
    released_at: datetime = Field(sa_type=UtcMicros)


class Attestations(SQLModel, table=True):
    """What witnesses and time-stamping authorities said of released checkpoints."""

    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=UtcMicros)


class Secrets(SQLModel, table=True):
    """Personal values that leaves only commit to, with their salts. Rows here may be erased."""

    entry: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    salt: bytes = Field(sa_type=LargeBinary)
    value: str


class Readings(SQLModel, table=True):
    """Readings, clustered by device and time; lat and lon are a projection of `body`.

    No index besides the key: one on `shipment` was measured to cost 30 % of the insert rate. A
    shipment's readings are found through its devices, which are the key's first column.
    """

    __table_args__ = {"sqlite_with_rowid": False}

    device: str = Field(primary_key=True)
    event_time: datetime = Field(primary_key=True, sa_type=UtcMicros)
    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    received_at: datetime = Field(sa_type=UtcMicros)
    shipment: str | None
    late: bool
    buffered: bool
    dialect: str
    lat: float | None
    lon: float | None
    body: bytes = Field(sa_type=LargeBinary)
    number: int | None = Field(sa_type=BigInteger)
    retained: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("0")))


class Entries(SQLModel, table=True):
    """The custody log. `leaf` is the exact bytes, the truth; every other column projects it."""

    __table_args__ = (UniqueConstraint("scope", "seq"),)

    index: int = Field(sa_column=Column(_BigKey, primary_key=True, autoincrement=False))
    id: str = Field(unique=True)
    scope: str
    seq: int = Field(sa_type=BigInteger)
    key: str = Field(unique=True)
    type: str
    occurred_at: datetime = Field(sa_type=UtcMicros)
    recorded_at: datetime = Field(sa_type=UtcMicros)
    device: str | None
    late: bool
    lat: float | None
    lon: float | None
    zone: str | None
    leaf: bytes = Field(sa_type=LargeBinary)


class Alerts(SQLModel, table=True):
    """`tracker.domain.alert.Alert`, field by field. `detail`: words, in rows of older versions."""

    id: str = Field(primary_key=True)
    shipment: str | None = Field(index=True)
    device: str | None
    kind: str
    severity: str
    status: str = Field(index=True)
    late: bool
    occurred_at: datetime = Field(sa_type=UtcMicros)
    raised_at: datetime = Field(sa_type=UtcMicros)
    last_seen: datetime = Field(sa_type=UtcMicros)
    count: int = Field(sa_type=BigInteger)
    lat: float | None
    lon: float | None
    zone: str | None
    detail: str
    key: str
    ended_at: datetime | None = Field(sa_type=UtcMicros)
    acknowledged_at: datetime | None = Field(sa_type=UtcMicros)
    acknowledged_by: str | None
    escalated_at: datetime | None = Field(sa_type=UtcMicros)
    closed_at: datetime | None = Field(sa_type=UtcMicros)
    closed_by: str | None
    close_reason: str | None
    escalate_at: datetime | None = Field(sa_type=UtcMicros)
    chapters: list[dict[str, Any]] = Field(
        sa_column=Column(JSON, nullable=False, server_default=text("'[]'"))
    )
    verdict: str | None
    part_of: str | None
    assigned_to: str | None
    assigned_at: datetime | None = Field(sa_type=UtcMicros)
    snooze: dict[str, Any] | None = Field(sa_type=JSON)


class Versions(SQLModel, table=True):
    """Of each scope the commit that last wrote it; a scope without a row was never written."""

    scope: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger, index=True)


class States(SQLModel, table=True):
    """The engine's state of each scope; `wake_at`, when it must be ticked, is projected from it."""

    __table_args__ = (
        Index(
            "ix_states_wake_at",
            "wake_at",
            sqlite_where=text("wake_at IS NOT NULL"),
            postgresql_where=text("wake_at IS NOT NULL"),
        ),
    )

    scope: str = Field(primary_key=True)
    wake_at: datetime | None = Field(sa_type=UtcMicros)
    body: bytes = Field(sa_type=LargeBinary)


class Shipments(SQLModel, table=True):
    """What was declared, and whether it is open."""

    id: str = Field(primary_key=True)
    document: bytes = Field(sa_type=LargeBinary)
    opened_at: datetime = Field(sa_type=UtcMicros, index=True)
    closed_at: datetime | None = Field(sa_type=UtcMicros, index=True)
    devices: list[str] = Field(sa_type=JSON)
    numbers: list[str] = Field(sa_type=JSON)


class Carried(SQLModel, table=True):
    """Which shipments have, or had, a device ("device:<id>") or a number ("number:<number>")."""

    scope: str = Field(primary_key=True)
    shipment: str = Field(primary_key=True)


class Followers(SQLModel, table=True):
    """Who follows the feed: the index of the last entry that each was told."""

    name: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)


class FollowerRows(SQLModel, table=True):
    """What followers without a table of their own keep."""

    follower: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: bytes = Field(sa_type=LargeBinary)


class Notices(SQLModel, table=True):
    """Conversations about incidents (`tracker.app.notify`); `due_at` is projected from the body."""

    id: str = Field(primary_key=True)
    due_at: datetime | None = Field(sa_type=UtcMicros, index=True)
    touched_at: datetime = Field(sa_type=UtcMicros, index=True)
    body: bytes = Field(sa_type=LargeBinary)


class Deliveries(SQLModel, table=True):
    """`tracker.domain.notice.Delivery`, field by field."""

    __table_args__ = (
        Index("ix_deliveries_due", "status", "channel", "due_at"),
        Index("ix_deliveries_notice", "notice", "channel", "number"),
        Index("ix_deliveries_logged", "logged", "status", "settled_at"),
    )

    id: str = Field(primary_key=True)
    notice: str
    number: int = Field(sa_type=BigInteger)
    update: str
    severity: str
    channel: str
    scope: str
    alert: str | None
    shipment: str | None
    covers: list[str] = Field(sa_type=JSON)
    entry: int | None = Field(sa_type=BigInteger)
    contact: str | None
    step: int = Field(sa_type=BigInteger)
    status: str
    attempts: int = Field(sa_type=BigInteger)
    due_at: datetime = Field(sa_type=UtcMicros)
    since: datetime = Field(sa_type=UtcMicros)
    created_at: datetime = Field(sa_type=UtcMicros, index=True)
    settled_at: datetime | None = Field(sa_type=UtcMicros)
    error: str
    thread: str | None
    worker: str | None
    claimed_until: datetime | None = Field(sa_type=UtcMicros)
    logged: bool


class Geographies(SQLModel, table=True):
    """Every version of zones and corridors that was ever in force; `content` is GeoJSON."""

    version: str = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)
    since: datetime = Field(sa_type=UtcMicros)


class Rejects(SQLModel, table=True):
    """What could not be read. `digest` is the payload's SHA-256, which shows repetitions."""

    id: int | None = Field(default=None, sa_column=Column(_BigKey, primary_key=True))
    received_at: datetime = Field(sa_type=UtcMicros)
    topic: str
    device: str | None
    dialect: str | None
    place: str
    reason: str
    payload: bytes = Field(sa_type=LargeBinary)
    size: int = Field(sa_type=BigInteger)
    digest: bytes = Field(sa_type=LargeBinary)


class Heartbeats(SQLModel, table=True):
    """One row, `tracker.ports.Heartbeat`: whether a tracker runs on this journal."""

    __table_args__ = (CheckConstraint("id = 1", name="heartbeats_is_one_row"),)

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    started_at: datetime = Field(sa_type=UtcMicros)
    at: datetime = Field(sa_type=UtcMicros)
    ended_at: datetime | None = Field(sa_type=UtcMicros)
    trouble: str


class Watches(SQLModel, table=True):
    """One row for each time that a tracker ran on this journal: from when, and its last sign."""

    started_at: datetime = Field(sa_column=Column(UtcMicros, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_type=UtcMicros)


class Users(SQLModel, table=True):
    """`tracker.ports.people.User`."""

    name: str = Field(primary_key=True)
    role: str
    carrier: str | None
    password: str | None
    language: str | None
    time_zone: str | None
    created_at: datetime = Field(sa_type=UtcMicros)
    disabled_at: datetime | None = Field(sa_type=UtcMicros)


class Sessions(SQLModel, table=True):
    """`tracker.ports.people.WebSession`."""

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    user: str = Field(index=True)
    csrf: str
    created_at: datetime = Field(sa_type=UtcMicros)
    seen_at: datetime = Field(sa_type=UtcMicros)
    expires_at: datetime = Field(sa_type=UtcMicros)


class Tokens(SQLModel, table=True):
    """`tracker.ports.people.ApiToken`."""

    id: str = Field(primary_key=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    user: str = Field(index=True)
    label: str
    created_at: datetime = Field(sa_type=UtcMicros)
    expires_at: datetime | None = Field(sa_type=UtcMicros)
    revoked_at: datetime | None = Field(sa_type=UtcMicros)


class Shares(SQLModel, table=True):
    """`tracker.ports.people.Share`."""

    id: str = Field(primary_key=True)
    shipment: str = Field(index=True)
    reader: str
    created_by: str
    created_at: datetime = Field(sa_type=UtcMicros)
    expires_at: datetime = Field(sa_type=UtcMicros)
    digest: bytes | None = Field(sa_column=Column(LargeBinary, unique=True))
    user: str | None = Field(index=True)
    revoked_at: datetime | None = Field(sa_type=UtcMicros)


class Answers(SQLModel, table=True):
    """`tracker.ports.people.KeptAnswer`."""

    user: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request: bytes = Field(sa_type=LargeBinary)
    status: int
    body: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=UtcMicros, index=True)


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


HEAD = _table(Head)
TILES = _table(Tiles)
CHECKPOINTS = _table(Checkpoints)
ATTESTATIONS = _table(Attestations)
SECRETS = _table(Secrets)
READINGS = _table(Readings)
ENTRIES = _table(Entries)
ALERTS = _table(Alerts)
STATES = _table(States)
SHIPMENTS = _table(Shipments)
VERSIONS = _table(Versions)
CARRIED = _table(Carried)
FOLLOWERS = _table(Followers)
FOLLOWER_ROWS = _table(FollowerRows)
NOTICES = _table(Notices)
DELIVERIES = _table(Deliveries)
GEOGRAPHIES = _table(Geographies)
REJECTS = _table(Rejects)
HEARTBEATS = _table(Heartbeats)
WATCHES = _table(Watches)
USERS = _table(Users)
SESSIONS = _table(Sessions)
TOKENS = _table(Tokens)
SHARES = _table(Shares)
ANSWERS = _table(Answers)
