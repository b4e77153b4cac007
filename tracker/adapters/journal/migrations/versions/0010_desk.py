"""To whom an alert is assigned, and within what it is snoozed. Those that are there are neither."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("alerts", sa.Column("assigned_to", sa.String()))
    op.add_column("alerts", sa.Column("assigned_at", sa.BigInteger()))
    op.add_column("alerts", sa.Column("snooze", sa.JSON()))
