"""A version for each scope; when a state wakes and what a shipment carries, to be found by; who
follows the feed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from devices.common.identifiers import key_of
from tracker.domain.times import micros

revision = "0006"
down_revision = "0005"

_AT_ONCE = 500
_DEVICE, _NUMBER = "device:", "number:"


def upgrade() -> None:
    versions = op.create_table(
        "versions",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope"),
    )
    carried = op.create_table(
        "carried",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("shipment", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "shipment"),
    )
    op.create_table(
        "followers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "followerrows",
        sa.Column("follower", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("follower", "key"),
    )
    for name in ("states", "shipments"):
        op.drop_index(f"ix_{name}_version", name)
        op.rename_table(name, f"old_{name}")
    states = op.create_table(
        "states",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("wake_at", sa.BigInteger()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("scope"),
    )
    op.create_table(
        "shipments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("devices", sa.JSON(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        "INSERT INTO shipments (id, document, opened_at, closed_at, devices, numbers) "
        "SELECT id, document, opened_at, closed_at, devices, numbers FROM old_shipments "
        "ORDER BY opened_at, id"
    )
    op.execute(
        "INSERT INTO versions (scope, version) SELECT scope, max(version) FROM "
        "(SELECT scope, version FROM old_states UNION ALL SELECT id, version FROM old_shipments) "
        "AS known GROUP BY scope"
    )
    _insert(states, _states())
    _insert(carried, _carried())
    for name in ("states", "shipments"):
        op.drop_table(f"old_{name}")
    op.create_index("ix_versions_version", versions.name, ["version"])
    op.create_index(
        "ix_states_wake_at",
        "states",
        ["wake_at"],
        sqlite_where=sa.text("wake_at IS NOT NULL"),
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )
    for table, column in (
        ("shipments", "opened_at"),
        ("shipments", "closed_at"),
        ("alerts", "shipment"),
        ("alerts", "status"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _insert(table: sa.Table, rows: Iterator[dict[str, object]]) -> None:
    some: list[dict[str, object]] = []
    for row in rows:
        some.append(row)
        if len(some) == _AT_ONCE:
            op.bulk_insert(table, some)
            some = []
    if some:
        op.bulk_insert(table, some)


def _states() -> Iterator[dict[str, object]]:
    old = sa.table("old_states", sa.column("scope"), sa.column("body"))
    for row in op.get_bind().execute(sa.select(old.c.scope, old.c.body)).all():
        yield {"scope": row.scope, "wake_at": _wake_at(row.body), "body": row.body}


def _wake_at(body: bytes) -> int | None:
    """What the state says itself. One that cannot be read has no timer."""
    try:
        said = json.loads(body).get("wake_at")
        return micros(datetime.fromisoformat(said)) if said else None
    except (ValueError, AttributeError, TypeError):
        return None


def _carried() -> Iterator[dict[str, object]]:
    shipments = sa.table(
        "shipments",
        sa.column("id"),
        sa.column("devices", sa.JSON()),
        sa.column("numbers", sa.JSON()),
    )
    for row in op.get_bind().execute(sa.select(shipments)).all():
        devices = [name for one in row.devices for name in (one, key_of(one))]
        scopes = [_DEVICE + one for one in devices] + [_NUMBER + key_of(one) for one in row.numbers]
        for scope in dict.fromkeys(scopes):
            yield {"scope": scope, "shipment": row.id}
