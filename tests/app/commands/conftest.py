"""A desk on a real journal, its clock set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geofences import library
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.app.commands import CommandHandler
from tracker.app.planning import Geography
from tracker.domain.policy import Policy

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def geography() -> Geography:
    return Geography(library.load(), Policy())


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    with closing(SqlJournal.open(f"sqlite:///{tmp_path / 'tracker.db'}")) as opened:
        yield opened


@pytest.fixture
def commands(journal: SqlJournal, geography: Geography) -> CommandHandler:
    return CommandHandler(
        journal=journal, clock=ManualClock(T0), geography=geography, origin="test/log"
    )
