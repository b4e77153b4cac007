"""The database's files hold no erased name, whoever else is at work on them."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import timedelta

import pytest

from sealproof.grades import Grade
from tests.support.office import START, message, reading
from tests.support.people import (
    DISPATCHER,
    DRIVER,
    EVERYBODY,
    GUARD,
    OFFICER,
    WHY,
    PeopledOffice,
)
from tracker.adapters.journal import SqlJournal
from tracker.app import erasure as privacy
from tracker.domain.errors import NotFound, ServiceUnreachable


def test_free_pages_of_a_database_that_was_not_wiped_as_it_was_written(
    office: PeopledOffice,
) -> None:
    """Some builds of SQLite wipe what they delete, others do not."""
    with closing(sqlite3.connect(office.path, isolation_level=None)) as raw:
        raw.execute("PRAGMA secure_delete = OFF")
        raw.execute("CREATE TABLE old (body TEXT)")
        raw.execute("INSERT INTO old VALUES (?)", (f"{DRIVER} " * 3_000,))
        raw.execute("DROP TABLE old")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    office.erase_person(DRIVER)
    assert not office.on_disk(DRIVER)


# Others are at work meanwhile


def test_a_running_tracker_writes_no_name_back(office: PeopledOffice) -> None:
    """It holds the states in memory, names and all, and goes on with them."""
    office.tick(START + timedelta(minutes=7))
    assert DISPATCHER in str(office.ingest.registry.state("S1").alerts)
    office.erase_person(DISPATCHER)
    assert DISPATCHER in str(office.ingest.registry.state("S1").alerts), (
        "it knows nothing of it yet"
    )
    cut = reading(30, north_km=6, seal={"state": "cut", "number": "MXL1", "event": "cut"})
    office.clock.set(START + timedelta(minutes=31))
    office.hear(message("L1", cut))
    (alert,) = (one for one in office.journal.alerts() if one.acknowledged_by)
    assert (alert.count, alert.acknowledged_by) == (2, "erased"), "it was counted there"
    assert not office.on_disk(DISPATCHER)
    assert office.verdict().grade is Grade.CONSISTENT


def test_names_are_erased_while_the_tracker_commits(office: PeopledOffice) -> None:
    """Work that was made from states with names in them is stale, and is made again."""
    stop, heard = threading.Event(), list[int]()

    def run() -> None:
        journal = SqlJournal.open(office.url)
        ingest = office.started(journal=journal)
        minute = 30.0
        while not stop.is_set():
            minute += 0.05
            seal = {"state": "cut", "number": "MXL1", "event": "cut"}
            said = message("L1", reading(minute, north_km=6, seal=seal), at=office.clock.now())
            ingest.take([said])
            heard.append(1)
        journal.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        for person in (DISPATCHER, DRIVER, OFFICER, GUARD):
            before = len(heard)
            office.erase_person(person)
            while len(heard) < before + 5:
                stop.wait(0.005)
        office.erase_shipment("S1")
    finally:
        stop.set()
        thread.join()
    assert office.on_disk(*EVERYBODY) == set()
    assert office.verdict().grade is Grade.CONSISTENT
    (alert,) = (one for one in office.journal.alerts() if one.acknowledged_by)
    assert alert.count == 1 + len(heard), "no reading was lost over it"


def test_a_reader_that_does_not_end_is_named_and_the_command_can_be_given_again(
    office: PeopledOffice,
) -> None:
    reader = office.journal.entries()
    next(reader)
    hasty = SqlJournal.open(office.url + "?timeout=0.2")
    with pytest.raises(ServiceUnreachable, match="another process reads"):
        privacy.erase_person(office.commands, hasty, DRIVER, **WHY)
    reader.close()
    with pytest.raises(NotFound):
        privacy.erase_person(office.commands, hasty, DRIVER, **WHY)
    assert not office.on_disk(DRIVER)
    hasty.close()
