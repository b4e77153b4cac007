"""Alembic's entry: runs inside the transaction of the connection that `schema` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

from tracker.adapters.journal.tables import UtcMicros


def _plain(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Drafts name the database's own types: a migration must not change when our classes do."""
    if kind == "type" and isinstance(item, UtcMicros):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_item=_plain,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
