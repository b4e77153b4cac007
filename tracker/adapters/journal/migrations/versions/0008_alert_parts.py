"""Which alert one is a part of. Those that are there are of none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("alerts", sa.Column("part_of", sa.String()))
