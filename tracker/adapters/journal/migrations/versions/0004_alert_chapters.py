"""What is told of an alert, as codes and facts. Rows that are there keep their words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column(
        "alerts", sa.Column("chapters", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    )
