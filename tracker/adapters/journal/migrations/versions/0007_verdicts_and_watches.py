"""What an alert turned out to be; whether a broker had kept a reading; when trackers ran."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("alerts", sa.Column("verdict", sa.String(), nullable=True))
    op.add_column(
        "readings",
        sa.Column("retained", sa.Boolean(), nullable=False, server_default=sa.text("0")),
    )
    op.create_table(
        "watches",
        sa.Column("started_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("started_at"),
    )
    op.execute("INSERT INTO watches (started_at, at) SELECT started_at, at FROM heartbeats")
