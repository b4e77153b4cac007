"""The outbox of notifications: conversations, and deliveries that are to be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("update", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("alert", sa.String(), nullable=True),
        sa.Column("shipment", sa.String(), nullable=True),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=True),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("logged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, table, columns in (
        ("ix_notices_due_at", "notices", ["due_at"]),
        ("ix_notices_touched_at", "notices", ["touched_at"]),
        ("ix_deliveries_due", "deliveries", ["status", "channel", "due_at"]),
        ("ix_deliveries_notice", "deliveries", ["notice", "channel", "number"]),
        ("ix_deliveries_logged", "deliveries", ["logged", "status", "settled_at"]),
        ("ix_deliveries_created_at", "deliveries", ["created_at"]),
    ):
        op.create_index(name, table, columns)
