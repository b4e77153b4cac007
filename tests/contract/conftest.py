"""Every store that implements the journal's ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tracker.adapters.journal import SqlJournal
from tracker.adapters.journal.memory import MemoryJournal
from tracker.ports import Store

Opens = Callable[[], Store]
"""A journal on one and the same store each time, as another process would have it."""


def on_sqlite(folder: Path) -> Opens:
    return lambda: SqlJournal.open(f"sqlite:///{folder}/tracker.db")


def in_memory(folder: Path) -> Opens:
    return MemoryJournal().another


STORES: dict[str, Callable[[Path], Opens]] = {"sqlite": on_sqlite, "memory": in_memory}


@pytest.fixture(params=STORES)
def opens(request: pytest.FixtureRequest, tmp_path: Path) -> Opens:
    return STORES[request.param](tmp_path)


@pytest.fixture
def journal(opens: Opens) -> Iterator[Store]:
    opened = opens()
    yield opened
    opened.close()


@pytest.fixture
def other(opens: Opens, journal: Store) -> Iterator[Store]:
    """A second journal on the same database, as another process would have."""
    opened = opens()
    yield opened
    opened.close()
