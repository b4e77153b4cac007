"""Questions that people ask of a large database go along an index, and sort no table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tracker.adapters.journal import SqlJournal

NOW = datetime(2026, 3, 2, tzinfo=UTC)
Ask = Callable[[SqlJournal], object]
ALONG: list[tuple[str, Ask, str]] = [
    ("log show --shipment", lambda j: list(j.entries(scope="S1")), "(scope=?)"),
    ("log show --limit", lambda j: list(j.entries(limit=50)), "INTEGER PRIMARY KEY"),
    ("log show --after", lambda j: list(j.entries(after=7)), "INTEGER PRIMARY KEY"),
    ("who is named", lambda j: list(j.named(scope="S1")), "(scope=?)"),
    ("shipment show", lambda j: j.alerts(shipment="S1"), "(shipment=?)"),
    ("its open alerts", lambda j: j.alerts(shipment="S1", status=["RAISED"]), "(shipment=?)"),
    ("alerts list --open", lambda j: j.alerts(status=["RAISED"]), "(status=?)"),
    ("shipment list --open", lambda j: j.shipments(closed=False), "(closed_at=?)"),
    ("shipment list --limit", lambda j: j.shipments(limit=5), "ix_shipments_opened_at"),
    ("a device's readings", lambda j: list(j.readings(device="L1")), "PRIMARY KEY (device=?)"),
    ("the newest of them", lambda j: list(j.readings(device="L1", limit=3)), "(device=?)"),
    ("a shipment's", lambda j: list(j.readings(shipment="S1")), "PRIMARY KEY (device=?)"),
    ("how it stands", lambda j: j.state("S1"), "(scope=?)"),
]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    opened = SqlJournal.open(f"sqlite:///{tmp_path / 'tracker.db'}")
    yield opened
    opened.close()


def plan(journal: SqlJournal, ask: Ask) -> list[str]:
    """What SQLite says of how it finds the rows of all queries that `ask` sends."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
        sent.append((sql, values))

    event.listen(journal._engine, "before_cursor_execute", note)
    ask(journal)
    event.remove(journal._engine, "before_cursor_execute", note)
    with journal._engine.begin() as connection:
        return [
            row[3]
            for sql, values in sent
            if sql.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]


@pytest.mark.parametrize(("ask", "along"), [one[1:] for one in ALONG], ids=[o[0] for o in ALONG])
def test_a_question_goes_along_an_index(journal: SqlJournal, ask: Ask, along: str) -> None:
    steps = plan(journal, ask)
    assert any(along in step for step in steps), steps
    tables = ("entries", "alerts", "readings", "shipments", "states", "secrets")
    scanned = [s for s in steps if s.startswith(tuple(f"SCAN {name}" for name in tables))]
    assert all("USING INDEX" in step for step in scanned), steps


def test_a_scan_is_seen_as_one(journal: SqlJournal) -> None:
    """Else the test above could not fail."""
    assert "SCAN alerts" in plan(journal, lambda j: j.alerts(since=NOW))
