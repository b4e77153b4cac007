"""Migrations: what they make is what `tables.py` says, once, whoever comes first."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from tests.conftest import ROOT
from tests.support import works
from tracker import engine
from tracker.adapters.journal import SqlJournal, schema
from tracker.adapters.journal.engine import connect, writing
from tracker.domain.errors import UsageError
from tracker.domain.state import ScopeState
from tracker.domain.times import micros


def declared(file: Path) -> dict[str, str]:
    """The statements that made the tables and indexes, white space aside."""
    raw = sqlite3.connect(file)
    made = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    raw.close()
    return {name: " ".join(sql.split()) for name, sql in made if name != "alembic_version"}


def test_migrating_from_nothing_makes_the_tables_as_declared(tmp_path: Path) -> None:
    SqlJournal.open(f"sqlite:///{tmp_path}/migrated.db").close()
    migrated = connect(f"sqlite:///{tmp_path}/migrated.db")
    with migrated.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    migrated.dispose()

    created = connect(f"sqlite:///{tmp_path}/created.db")
    SQLModel.metadata.create_all(created)
    created.dispose()
    assert declared(tmp_path / "migrated.db") == declared(tmp_path / "created.db")


def test_the_newest_revision_is_the_last_of_an_unbranched_line(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/any.db")
    with engine.begin() as connection:
        scripts = ScriptDirectory.from_config(schema.configuration(connection))
    engine.dispose()
    assert scripts.get_heads() == [schema.NEWEST]


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tracker.db"
    journal = SqlJournal.open(url)
    journal.commit(works.work(0), {})
    journal.close()
    before = declared(tmp_path / "tracker.db")
    again = SqlJournal.open(url)
    assert again.version() == 1
    assert list(again.readings()) == works.work(0).readings
    again.close()
    assert declared(tmp_path / "tracker.db") == before


def test_several_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    """Each writes a state of its own once it has opened, so each has opened a whole journal."""
    code = """
import sys
from tracker.adapters.journal import SqlJournal
from tracker.ports import StoredState, Work
print("ready", flush=True)
sys.stdin.readline()
journal = SqlJournal.open(sys.argv[1])
journal.commit(Work(states=[StoredState(scope=sys.argv[2], body=b"")]), {})
journal.close()
"""
    url = f"sqlite:///{tmp_path}/tracker.db"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, url, str(n)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    outcomes = [(child.communicate(timeout=60)[1], child.returncode) for child in children]
    assert outcomes == [("", 0)] * 4
    journal = SqlJournal.open(url)
    assert {state.scope for state in journal.states()} == {"0", "1", "2", "3"}
    journal.close()


def test_a_migration_that_fails_leaves_no_table_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(op, "create_index", fail)  # after several tables have been made
    with pytest.raises(RuntimeError, match="power cut"):
        SqlJournal.open(f"sqlite:///{tmp_path}/tracker.db")
    assert declared(tmp_path / "tracker.db") == {}
    monkeypatch.undo()
    journal = SqlJournal.open(f"sqlite:///{tmp_path}/tracker.db")
    assert journal.version() == 0
    journal.close()


def test_a_newer_database_is_refused_with_the_mend(tmp_path: Path) -> None:
    file = tmp_path / "tracker.db"
    SqlJournal.open(f"sqlite:///{file}").close()
    raw = sqlite3.connect(file)
    raw.execute("UPDATE alembic_version SET version_num = '9000'")
    raw.commit()
    raw.close()
    with pytest.raises(UsageError, match=r"newer tracker .*9000[\s\S]*use that newer tracker"):
        SqlJournal.open(f"sqlite:///{file}")


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "invoices.db"
    raw = sqlite3.connect(file)
    raw.execute("CREATE TABLE invoices (id INTEGER)")
    raw.commit()
    raw.close()
    with pytest.raises(UsageError, match="other tables"):
        SqlJournal.open(f"sqlite:///{file}")
    assert set(declared(file)) == {"invoices"}


def test_an_older_database_keeps_what_it_holds_and_is_found_by_it(tmp_path: Path) -> None:
    """Of revision 0005: one open shipment, one closed with a timer, one closed without."""
    file = tmp_path / "tracker.db"
    old = connect(f"sqlite:///{file}")
    with writing(old).begin() as connection:
        command.upgrade(schema.configuration(connection), "0005")
    old.dispose()
    wake_at = works.at(5)
    states = {
        "OPEN": engine.encode(ScopeState(scope="OPEN", wake_at=wake_at)),
        "WAKES": engine.encode(ScopeState(scope="WAKES", closed=True, wake_at=wake_at)),
        "RESTS": engine.encode(ScopeState(scope="RESTS", closed=True)),
        "device:x": b"\x00 is no state",
    }
    raw = sqlite3.connect(file)
    for n, (scope, body) in enumerate(states.items()):
        raw.execute("INSERT INTO states VALUES (?, ?, ?)", (scope, 3 + n, body))
    for n, name in enumerate(("OPEN", "WAKES", "RESTS")):
        closed = None if name == "OPEN" else micros(works.at(9))
        row = (name, 9 - n, b"{}", micros(works.at(n)), closed, '["x", "x"]', f'["N{n}", "SAME"]')
        raw.execute("INSERT INTO shipments VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    raw.execute("UPDATE head SET version = 9")
    raw.commit()
    raw.close()

    journal = SqlJournal.open(f"sqlite:///{file}")
    assert {one.scope: one.body for one in journal.states()} == states
    assert [one.id for one in journal.shipments()] == ["OPEN", "WAKES", "RESTS"]
    loaded = journal.load()
    assert {(one.scope, one.wake_at) for one in loaded.states} == {
        ("OPEN", wake_at), ("WAKES", wake_at),
    }  # fmt: skip
    assert {one.id for one in loaded.shipments} == {"OPEN", "WAKES"}
    assert journal.changes(0).written == {"OPEN": 9, "WAKES": 8, "RESTS": 7, "device:x": 6}
    carried = journal.fetch(["device:x", "number:SAME", "number:N1"]).carried
    assert [(one.scope, one.shipment) for one in carried if one.scope != "number:SAME"] == [
        ("device:x", "OPEN"), ("device:x", "WAKES"), ("number:N1", "WAKES"), ("device:x", "RESTS"),
    ]  # fmt: skip
    assert sum(one.scope == "number:SAME" for one in carried) == 3
    journal.close()
    SqlJournal.open(f"sqlite:///{tmp_path}/new.db").close()
    assert declared(file) == declared(tmp_path / "new.db")
