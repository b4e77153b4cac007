"""Writing rows straight through the driver: plain SQL, made once from the tables.

SQLAlchemy's own way of executing a statement costs as much again as all of SQLite's work, and a
commit executes half a dozen. What it knows of types is used all the same: each column's value is
bound by its type, here, once for a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol

import msgspec
from sqlalchemy import JSON, Column, Connection, Table

from tracker.adapters.journal.tables import UtcMicros
from tracker.domain.times import micros

KEYS_AT_ONCE = 300
"""Keys in one query, three variables each: builds of SQLite before 3.32 allow 999 variables."""


class Cursor(Protocol):
    """What the drivers' cursors have in common (PEP 249)."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any: ...

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Any: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Sequence[Any]: ...


class Insert:
    """`INSERT INTO table`, all columns. where_there: what happens to a row whose primary key is
    there already: "fails", "stays" as it is, or is "replaced".
    """

    def __init__(self, table: Table, where_there: str = "fails") -> None:
        self._columns = [(column.name, _binding(column)) for column in table.columns]
        names = ", ".join(f'"{name}"' for name, _ in self._columns)
        blanks = ", ".join("?" * len(self._columns))
        self.sql = f'INSERT INTO "{table.name}" ({names}) VALUES ({blanks})'  # noqa: S608
        if where_there != "fails":
            self.sql += _on_conflict(table, where_there)

    def run(self, cursor: Cursor, rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows by their columns' names, values as the application has them."""
        self.run_raw(cursor, [self._raw(row) for row in rows])

    def run_raw(self, cursor: Cursor, rows: Sequence[Sequence[Any]]) -> None:
        """Rows as the database keeps them, in the order of the table's columns."""
        if rows:
            cursor.executemany(self.sql, rows)

    def _raw(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            row.get(name) if bind is None else bind(row.get(name)) for name, bind in self._columns
        )


def _on_conflict(table: Table, where_there: str) -> str:
    keys = [column.name for column in table.primary_key.columns]
    rest = ", ".join(
        f'"{column.name}" = excluded."{column.name}"'
        for column in table.columns
        if column.name not in keys
    )
    names = ", ".join(f'"{name}"' for name in keys)
    what = "NOTHING" if where_there == "stays" or not rest else f"UPDATE SET {rest}"
    return f" ON CONFLICT ({names}) DO {what}"


def _binding(column: Column[Any]) -> Callable[[Any], Any] | None:
    """What makes of a value what the driver takes; None where it takes it as it is."""
    if isinstance(column.type, UtcMicros):
        return _micros
    return _json if isinstance(column.type, JSON) else None


def _micros(value: Any) -> int | None:
    return None if value is None else micros(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def present(
    connection: Connection, table: Table, keys: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    """Those of `keys` (raw values of the primary key's columns) that `table` holds.

    One search of the key for each: SQLite reads the whole table for `(a, b) IN (VALUES ...)`, and
    CROSS JOIN is how it is told to begin with the other side.
    """
    names = [column.name for column in table.primary_key.columns]
    same = " AND ".join(f"{table.name}.{name} = asked.{name}" for name in names)
    key = f"({', '.join('?' * len(names))})"
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = keys[start : start + KEYS_AT_ONCE]
        query = (
            f"WITH asked({', '.join(names)}) AS (VALUES {', '.join([key] * len(some))}) "  # noqa: S608
            f"SELECT asked.* FROM asked CROSS JOIN {table.name} ON {same}"
        )
        found = connection.exec_driver_sql(query, tuple(chain.from_iterable(some)))
        yield from (tuple(row) for row in found)


def greatest(connection: Connection, table: Table, firsts: Sequence[str]) -> dict[str, Any]:
    """Of each value in `firsts` of the key's first column, the greatest of the second, raw: one
    search of the key for each. Those that the table has none of are left out.
    """
    first, second, *_ = (column.name for column in table.primary_key.columns)
    query = (
        f"WITH asked(a) AS (VALUES {', '.join(['(?)'] * len(firsts))}) "  # noqa: S608
        f"SELECT a, (SELECT max({second}) FROM {table.name} WHERE {first} = a) FROM asked"
    )
    rows = connection.exec_driver_sql(query, tuple(firsts))
    return {name: newest for name, newest in rows if newest is not None}
