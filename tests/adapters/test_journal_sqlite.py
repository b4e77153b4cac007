"""The journal on SQLite: what is in force on its connections, and what its failures say."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support import works
from tracker.adapters.journal import SqlJournal
from tracker.adapters.journal.engine import connect
from tracker.domain.errors import ServiceUnreachable, TrackerError, UsageError
from tracker.ports import Work


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tracker.db"


def test_the_settings_that_durability_rests_on_are_in_force(file: Path) -> None:
    SqlJournal.open(f"sqlite:///{file}").close()
    engine = connect(f"sqlite:///{file}")
    for _ in range(2):  # a connection made anew, and the same one out of the pool
        with engine.begin() as connection:
            in_force = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert in_force == {
            "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000,
        }  # fmt: skip
    engine.dispose()


def test_readings_are_clustered_by_their_key_and_looked_up_by_it(file: Path) -> None:
    SqlJournal.open(f"sqlite:///{file}").close()
    with sqlite3.connect(file) as raw:
        plan = raw.execute(
            "EXPLAIN QUERY PLAN WITH asked(device, event_time, digest) AS (VALUES (?, ?, ?)) "
            "SELECT asked.* FROM asked CROSS JOIN readings ON readings.device = asked.device "
            "AND readings.event_time = asked.event_time AND readings.digest = asked.digest",
            ("d", 1, b""),
        ).fetchall()
        indexes = raw.execute("SELECT name FROM pragma_index_list('readings')").fetchall()
    raw.close()
    assert any("SEARCH readings USING PRIMARY KEY" in row[3] for row in plan)
    assert not any("SCAN readings" in row[3] for row in plan)
    assert indexes == [("sqlite_autoindex_readings_1",)]


def test_opening_an_existing_journal_costs_a_part_of_making_one(tmp_path: Path) -> None:
    """Every command opens it. Some 1 ms of processor time, and 17 for a new one."""

    def cost(number: int) -> float:
        began = time.thread_time()
        SqlJournal.open(f"sqlite:///{tmp_path}/{number}.db").close()
        return time.thread_time() - began

    made = min(cost(number) for number in range(3))
    assert min(cost(number) for number in range(3)) < made / 3


def test_opening_an_existing_journal_leaves_alembic_alone(file: Path) -> None:
    SqlJournal.open(f"sqlite:///{file}").close()
    code = (
        "import sys; from tracker.adapters.journal import SqlJournal;"
        f"SqlJournal.open('sqlite:///{file}').close(); print('alembic' in sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "False"


@pytest.mark.parametrize(
    "url",
    ["tracker.db", "sqlite://", "sqlite:///:memory:", "postgresql://u:secret@host/db", "sqlite:///x?timeout=soon"],
)  # fmt: skip
def test_a_url_that_names_no_sqlite_file_is_said_so(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="->") as caught:
        SqlJournal.open(url)
    assert "secret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its folder must exist") as caught:
        SqlJournal.open(f"sqlite:///{tmp_path}/nowhere/tracker.db")
    assert caught.value.where == f"{tmp_path}/nowhere/tracker.db"


def test_a_file_that_is_no_database_is_left_as_it_is(file: Path) -> None:
    text = b"This is a list of what to buy, and not a database at all.\n" * 50
    file.write_bytes(text)
    with pytest.raises(UsageError, match="not an SQLite database"):
        SqlJournal.open(f"sqlite:///{file}")
    assert file.read_bytes() == text


def test_a_damaged_database_is_said_to_be_damaged(file: Path) -> None:
    journal = SqlJournal.open(f"sqlite:///{file}")
    journal.commit(Work(readings=[works.stored(n) for n in range(2_000)]), {})
    journal.close()
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xaa" * (len(whole) - 4096))
    with pytest.raises(ServiceUnreachable, match="damaged"):
        SqlJournal.open(f"sqlite:///{file}").counts()


def test_a_read_only_database_can_be_read_and_not_written(file: Path) -> None:
    journal = SqlJournal.open(f"sqlite:///{file}")
    journal.commit(works.work(0), {})
    read_only = SqlJournal.open(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert read_only.version() == 1
    with pytest.raises(UsageError, match="may not be written"):
        read_only.commit(works.work(1), {})
    read_only.close()
    journal.close()


def test_a_lock_held_too_long_is_unreachable_and_a_short_one_is_waited_for(file: Path) -> None:
    SqlJournal.open(f"sqlite:///{file}").close()
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    journal = SqlJournal.open(f"sqlite:///{file}?timeout=0.2")
    assert journal.version() == 0, "reading needs no lock"
    with pytest.raises(ServiceUnreachable, match="busy"):
        journal.commit(works.work(0), {})
    holder.execute("ROLLBACK")
    holder.close()
    assert journal.commit(works.work(0), {}) == 1
    journal.close()


def test_a_new_file_that_another_process_is_setting_up_is_waited_for(file: Path) -> None:
    """SQLite itself does not wait here: it refuses to change the journal's mode at once."""
    holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, holder.execute, ["ROLLBACK"])
    release.start()
    SqlJournal.open(f"sqlite:///{file}").close()
    release.join()
    holder.close()


def test_a_full_disk_loses_nothing_that_was_committed(file: Path) -> None:
    """SQLite's own limit on pages makes the same error as a disk without space."""
    journal = SqlJournal.open(f"sqlite:///{file}")
    journal.commit(works.work(0), {})
    with journal._engine.connect() as connection:  # the pool's one connection keeps the limit
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(ServiceUnreachable, match="disk is full"):
        journal.commit(Work(readings=[works.stored(n) for n in range(100, 600)]), {})
    with journal._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert journal.counts()["readings"] == works.READINGS_EACH
    assert journal.commit(works.work(1), {}) == 2
    journal.close()


def test_every_failure_is_a_tracker_error_with_a_mend(tmp_path: Path) -> None:
    with pytest.raises(TrackerError) as caught:
        SqlJournal.open(f"sqlite:///{tmp_path}")  # a folder
    assert caught.value.mend
