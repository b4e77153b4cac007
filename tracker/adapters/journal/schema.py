"""Brings a database to the newest schema, once; says so if it cannot.

Alembic costs a third of a second to import, so it is only imported if there is something to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, inspect, select, table

from tracker.adapters.journal.diagnosis import place
from tracker.adapters.journal.engine import writing
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0011"
"""The newest revision in `migrations/versions`; a test compares."""

_VERSION = table("alembic_version", column("version_num"))


def prepare(engine: Engine) -> None:
    """Create the tables in an empty database, upgrade those of an older one.

    Several processes may do so at once: one upgrades, in one transaction, and the others wait.
    Raises UsageError if the database is newer than this program, or is somebody else's.
    """
    with engine.begin() as connection:
        if _revision(connection) == NEWEST:
            return
    with writing(engine).begin() as connection:
        revision = _revision(connection)  # another process may have been faster
        if revision != NEWEST:
            _upgrade(connection, revision)


def check(engine: Engine) -> None:
    """For who may not write: raises UsageError unless the schema is the newest."""
    with engine.begin() as connection:
        revision = _revision(connection)
    if revision == NEWEST:
        return
    where = place(engine)
    if revision is not None and revision > NEWEST:
        raise _newer(revision, where)
    if revision is None:
        raise UsageError("this is no database of a tracker", where=where, mend="name another file")
    raise UsageError(
        f"this database was written by an older tracker (its schema is {revision}), and it may not "
        "be written to, to bring it up to date",
        where=where,
        mend="copy it to where you may write, with the file that ends in -wal, and read it there",
    )


def configuration(connection: Connection) -> Config:
    """Alembic's, for the migrations packed here, on `connection`'s own transaction."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.scalar(select(_VERSION.c.version_num))


def _upgrade(connection: Connection, revision: str | None) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = configuration(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    where = place(connection.engine)
    if revision is None and inspect(connection).get_table_names():
        raise UsageError(
            "this database holds other tables than the tracker's",
            where=where,
            mend="name another file for the tracker's own database",
        )
    if revision is not None and revision not in known:
        raise _newer(revision, where)
    command.upgrade(config, "head")


def _newer(revision: str, where: str) -> UsageError:
    return UsageError(
        f"this database was written by a newer tracker (its schema is {revision}; this "
        f"program knows up to {NEWEST})",
        where=where,
        mend="use that newer tracker, or a copy of the database from before it",
    )
