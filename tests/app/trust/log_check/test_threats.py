"""What the owner of a database can do to it, each caught; on real database files."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table
from sqlmodel import SQLModel

from sealproof.checkpoint import cosign
from sealproof.grades import Grade, Verdict
from sealproof.note import COSIGNATURE, SignerKey, new_signer, parse_note
from sealproof.policy import UNSEEN, parse_policy
from sealproof.trust import Trust
from tests.support.office import START, message, reading, trip
from tests.support.signed import SignedOffice, rebuilt
from tracker.adapters.journal import SqlJournal
from tracker.adapters.journal.tables import ENTRIES, READINGS
from tracker.app.trust.signing import LogContradicted
from tracker.domain.errors import ServiceUnreachable
from tracker.ports import Attestation


def broken(verdict: Verdict, *, at: int | None = None) -> None:
    """BROKEN, and the first fault is at entry `at`."""
    assert verdict.grade is Grade.BROKEN
    assert verdict.exit_code == 1
    assert verdict.faults
    if at is not None:
        assert verdict.faults[0].index == at, verdict.faults


def test_an_honest_log_is_consistent_and_anchored_by_a_kept_checkpoint(
    office: SignedOffice,
) -> None:
    verdict = office.verdict()
    assert verdict.grade is Grade.CONSISTENT, verdict.faults
    assert verdict.checked["entries"] == office.journal.head().size >= 9
    assert verdict.checked["readings"] == 13
    assert office.verdict(kept=office.released()).grade is Grade.ANCHORED


# A row edited


def test_every_byte_of_every_leaf(tmp_path: Path) -> None:
    office = SignedOffice(tmp_path)  # a short log, for there are some 2,000 bytes to change
    office.open(trip("S1", "L1"))
    office.signer.release()
    for index, leaf in office.rows('SELECT "index", leaf FROM entries'):
        for at in range(len(leaf)):
            changed = leaf[:at] + bytes([leaf[at] ^ 0x01]) + leaf[at + 1 :]
            office.tamper('UPDATE entries SET leaf = ? WHERE "index" = ?', (changed, index))
            broken(office.verdict(), at=index)
        office.tamper('UPDATE entries SET leaf = ? WHERE "index" = ?', (leaf, index))
    assert office.verdict().grade is Grade.CONSISTENT
    office.close()


OTHER = {"occurred_at": 1, "recorded_at": 1, "late": 1, "lat": 1.5, "lon": 1.5, "seq": 99}
"""Another value than any row has; for the other columns a text."""


@pytest.mark.parametrize("column", [c.name for c in ENTRIES.columns if c.name != "leaf"])
def test_every_column_of_every_entry(office: SignedOffice, column: str) -> None:
    count = office.journal.head().size
    for index in range(count):
        (kept,) = office.rows(f'SELECT "{column}" FROM entries WHERE "index" = {index}')
        other = 1_000 + index if column == "index" else OTHER.get(column, "another")
        assert other != kept[0]
        office.tamper(f'UPDATE entries SET "{column}" = ? WHERE "index" = {index}', (other,))
        where = f'"{column}" = {other}' if column == "index" else f'"index" = {index}'
        broken(office.verdict(), at=index)
        office.tamper(f'UPDATE entries SET "{column}" = ? WHERE {where}', kept)
    assert office.verdict().grade is Grade.CONSISTENT


UNBOUND = {"late", "retained"}
"""Not what was received: what the tracker made of it, and how the broker handed it on."""


@pytest.mark.parametrize("column", [c.name for c in READINGS.columns if c.name not in UNBOUND])
def test_every_column_of_every_reading(office: SignedOffice, column: str) -> None:
    for (rowkey,) in office.rows("SELECT hex(digest) FROM readings"):
        where = f"hex(digest) = '{rowkey}'"
        (kept,) = office.rows(f'SELECT "{column}" FROM readings WHERE {where}')
        other = {
            "device": "L7",
            "event_time": 5,
            "received_at": 5,
            "digest": b"x" * 16,
            "shipment": "S2",
            "buffered": 1,
            "dialect": "owntracks",
            "number": 77,
            "lat": 1.5,
            "lon": 1.5,
            "body": kept[0] + b" " if isinstance(kept[0], bytes) else b"",
        }[column]
        office.tamper(f'UPDATE readings SET "{column}" = ? WHERE {where}', (other,))
        broken(office.verdict())
        where = "digest = x'" + (b"x" * 16).hex() + "'" if column == "digest" else where
        office.tamper(f'UPDATE readings SET "{column}" = ? WHERE {where}', kept)
    assert office.verdict().grade is Grade.CONSISTENT


def test_every_byte_of_the_stored_tree(office: SignedOffice) -> None:
    ((hashes,),) = office.rows("SELECT hashes FROM tiles")
    for at in range(len(hashes)):
        changed = hashes[:at] + bytes([hashes[at] ^ 0x80]) + hashes[at + 1 :]
        office.tamper("UPDATE tiles SET hashes = ?", (changed,))
        broken(office.verdict())
    office.tamper("UPDATE tiles SET hashes = ?", (hashes,))
    ((frontier,),) = office.rows("SELECT frontier FROM head")
    office.tamper("UPDATE head SET frontier = ?", (frontier[:-1] + b"\0",))
    broken(office.verdict())


def test_every_byte_of_a_released_checkpoint(office: SignedOffice) -> None:
    for size, note in office.rows("SELECT size, note FROM checkpoints"):
        for at in range(len(note)):
            changed = note[:at] + bytes([note[at] ^ 0x01]) + note[at + 1 :]
            office.tamper("UPDATE checkpoints SET note = ? WHERE size = ?", (changed, size))
            broken(office.verdict(released=()))
        office.tamper("UPDATE checkpoints SET note = ? WHERE size = ?", (note, size))


def test_personal_values_that_are_kept(office: SignedOffice) -> None:
    assert office.tamper("UPDATE secrets SET value = 'somebody else' WHERE value = 'eva'") == 1
    broken(office.verdict())


# Rows deleted, swapped, inserted


def test_every_pair_swapped(office: SignedOffice) -> None:
    count = office.journal.head().size
    for one, other in itertools.combinations(range(count), 2):
        for _ in range(2):  # and back
            office.tamper('UPDATE entries SET "index" = -1 WHERE "index" = ?', (one,))
            office.tamper('UPDATE entries SET "index" = ? WHERE "index" = ?', (one, other))
            office.tamper('UPDATE entries SET "index" = ? WHERE "index" = -1', (other,))
            verdict = office.verdict()
            if _ == 0:
                broken(verdict, at=one)
        assert verdict.grade is Grade.CONSISTENT


def test_every_row_deleted(office: SignedOffice, tmp_path: Path) -> None:
    for index in range(office.journal.head().size):
        copy = tmp_path / f"deleted-{index}"
        _with_database(office, copy, f'DELETE FROM entries WHERE "index" = {index}', at=index)


def test_a_row_inserted_at_the_end(office: SignedOffice) -> None:
    count = office.journal.head().size
    office.tamper(
        'INSERT INTO entries SELECT ?, id || "x", scope || "x", seq, key || "x", type, '
        "occurred_at, recorded_at, device, late, lat, lon, zone, leaf FROM entries "
        'WHERE "index" = 0',
        (count,),
    )
    broken(office.verdict(), at=count)


def test_a_reading_deleted_or_added(office: SignedOffice) -> None:
    office.tamper("DELETE FROM readings WHERE shipment = 'S1' AND number = 3")
    broken(office.verdict())


def test_a_reading_added_without_a_number(office: SignedOffice) -> None:
    """As those have that were stored before entries bound them; this shipment began later."""
    (columns, values) = (
        _columns(READINGS),
        ", ".join(
            {"number": "NULL", "digest": "x'00'"}.get(c.name, c.name) for c in READINGS.columns
        ),
    )
    added = f"INSERT INTO readings ({columns}) SELECT {values} FROM readings WHERE number = 3"
    office.tamper(f"{added} AND shipment = 'S1'")
    broken(office.verdict())
    office.tamper("DELETE FROM readings WHERE number IS NULL")
    office.tamper(f"{added} AND shipment IS NULL")
    verdict = office.verdict()
    assert verdict.grade is Grade.CONSISTENT
    assert "1 readings were stored before entries bound them" in verdict.warnings[0]


def test_the_shipments_file(office: SignedOffice) -> None:
    office.tamper("UPDATE shipments SET document = CAST(replace(document, 'fast', 'evil') AS BLOB)")
    verdict = office.verdict()
    broken(verdict)
    assert "not the one that was opened" in str(verdict.faults[0])


def test_a_checkpoint_in_the_row_of_another_size(office: SignedOffice) -> None:
    office.tamper("UPDATE checkpoints SET size = 1000")
    broken(office.verdict())


# Rows that no tracker wrote


GARBAGE = [None, "", "x", b"", b"\xff", 2**63 - 1, -(2**63), 1.5, float("inf"), b"[" * 20_000]
NOT_CHECKED = {
    ("checkpoints", "size"),  # below 0 it hides the row, which the book has
    ("checkpoints", "released_at"),
    ("attestations", "at"),
    ("attestations", "kind"),
    ("attestations", "name"),
    ("attestations", "size"),
    ("entries", "leaf"),
}
"""Nothing is concluded from these; and of a leaf each byte has its test."""


@pytest.mark.parametrize("table", ["entries", "tiles", "checkpoints", "secrets", "attestations"])
def test_garbage_in_any_column_is_told_and_stops_nothing(office: SignedOffice, table: str) -> None:
    _witnessed(office, new_signer("insurer.example/w", COSIGNATURE), office.clock.now())
    kept = office.rows(f'SELECT * FROM "{table}"')
    blanks = ", ".join("?" * len(kept[0]))
    columns = [column.name for column in SQLModel.metadata.tables[table].columns]
    for column, garbage in itertools.product(columns, GARBAGE):
        change = f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" IS NOT ?'
        try:
            changed = office.tamper(change, (garbage, garbage))
        except sqlite3.IntegrityError:  # the schema forbids it
            continue
        verdict = office.verdict(released=())
        if changed and (table, column) not in NOT_CHECKED:
            assert verdict.grade is Grade.BROKEN, (column, garbage)
        office.tamper(f'DELETE FROM "{table}"')
        for row in kept:
            office.tamper(f'INSERT INTO "{table}" VALUES ({blanks})', row)
    assert office.verdict().grade is Grade.CONSISTENT


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM head",
        "UPDATE head SET frontier = 'x'",
        "UPDATE entries SET zone = CAST(x'ff' AS TEXT) WHERE \"index\" = 0",
        "UPDATE shipments SET devices = 'x'",
        "UPDATE shipments SET opened_at = 'x'",
    ],
)
def test_what_cannot_be_read_at_all_is_an_error_with_a_mend(
    office: SignedOffice, statement: str
) -> None:
    office.tamper(statement)
    with pytest.raises(ServiceUnreachable, match=r"altered, or (is|are) damaged") as told:
        office.verdict()
    assert told.value.mend


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", "x", 7, b"[" * 20_000])
def test_a_state_that_is_none(office: SignedOffice, body: object) -> None:
    office.tamper("UPDATE states SET body = ? WHERE scope = 'S1'", (body,))
    verdict = office.verdict()
    broken(verdict)
    assert "the state of S1 cannot be read" in str(verdict.faults[0])


# The end cut off


def test_every_suffix_dropped(office: SignedOffice, tmp_path: Path) -> None:
    """With all hashes made anew it agrees with itself; never with what is held outside."""
    kept = office.released()
    count = office.journal.head().size
    for size in range(count):
        forged = rebuilt(office.journal, tmp_path / f"{size}.db", reasons={}, size=size)
        alone = office.verdict(journal=forged, released=())
        assert alone.grade is Grade.CONSISTENT
        broken(office.verdict(journal=forged, released=(), kept=kept))
        broken(office.verdict(journal=forged))  # against the book beside it
        forged.close()


# Rewritten whole, signed again


def test_a_fork_signed_with_the_logs_own_key(office: SignedOffice, tmp_path: Path) -> None:
    kept = office.released()
    forged = rebuilt(
        office.journal,
        tmp_path / "fork.db",
        reasons={3: "nothing happened"},
        size=office.journal.head().size,
    )
    office.book._path.unlink()
    office.signing(forged).release()
    assert office.verdict(journal=forged).grade is Grade.CONSISTENT
    broken(office.verdict(journal=forged, kept=kept))


def test_a_fork_signed_with_a_stolen_key_has_no_witness(
    office: SignedOffice, tmp_path: Path
) -> None:
    witness = new_signer("insurer.example/w", COSIGNATURE)
    policy = parse_policy(
        f"log {office.key.verifier.vkey}\nwitness w {witness.verifier.vkey}\nquorum w\n"
    )
    note = office.released()
    line = cosign(note.text, witness, office.clock.now())
    kept = note.plus([line])
    assert office.verdict(kept=kept, trust=Trust(policy)).grade is Grade.WITNESSED
    forged = rebuilt(
        office.journal,
        tmp_path / "fork.db",
        reasons={3: "nothing happened"},
        size=office.journal.head().size,
    )
    book, office.book._path = office.book._path, tmp_path / "thiefs.jsonl"
    office.signing(forged).release()
    newest = office.book.newest()
    assert newest is not None
    thiefs = parse_note(newest.note)
    office.book._path = book
    own = office.verdict(journal=forged, released=(), kept=thiefs, trust=Trust(policy))
    assert own.grade is Grade.ANCHORED  # by the thief's own word, and by no witness
    copied = thiefs.plus([line])
    broken(office.verdict(journal=forged, released=(), kept=copied, trust=Trust(policy)))
    broken(office.verdict(journal=forged, released=(), kept=kept, trust=Trust(policy)))


# A backup restored


def test_a_restored_backup_is_not_appended_to(office: SignedOffice, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    backup.mkdir()
    _copy(office, backup)
    office.hand_over_again()
    office.signer.release()
    restored = SqlJournal.open(f"sqlite:///{backup}/tracker.db")
    with pytest.raises(LogContradicted, match="older copy") as refused:
        office.signing(restored).check()
    assert "begin a new log" in str(refused.value)
    with pytest.raises(LogContradicted):
        office.signing(restored).release()
    restored.close()


def test_a_rewritten_database_is_not_appended_to(office: SignedOffice, tmp_path: Path) -> None:
    size = office.journal.head().size
    forged = rebuilt(office.journal, tmp_path / "f.db", reasons={1: "other"}, size=size)
    with pytest.raises(LogContradicted, match="rewritten"):
        office.signing(forged).check()
    forged.close()


@pytest.mark.parametrize("lines", [0, 1])
def test_a_book_that_is_gone_or_cut_is_not_taken_for_the_newest(
    office: SignedOffice, lines: int
) -> None:
    office.hand_over_again()
    office.signer.release()
    whole = office.book._path.read_bytes().splitlines(keepends=True)
    office.book._path.write_bytes(b"".join(whole[:lines]))
    with pytest.raises(LogContradicted, match="gone or cut"):
        office.signing(office.journal).check()
    office.book._path.unlink()
    with pytest.raises(LogContradicted, match="gone or cut"):
        office.signing(office.journal).check()


def test_a_shipment_that_is_deleted_is_missed(office: SignedOffice) -> None:
    assert office.verdict().grade > Grade.BROKEN
    office.tamper("DELETE FROM shipments")
    verdict = office.verdict()
    assert verdict.grade is Grade.BROKEN
    assert any("which was opened, is gone" in fault.reason for fault in verdict.faults)


# What nobody outside has seen yet


def test_a_tail_that_nobody_has_seen_costs_the_grade(tmp_path: Path) -> None:
    """Whoever rewrites the newest entries, of which nobody has a checkpoint, is not WITNESSED."""
    office = SignedOffice(tmp_path)
    witness = new_signer("insurer.example/w", COSIGNATURE)
    lines = f"log {office.key.verifier.vkey}\nwitness w {witness.verifier.vkey}\nquorum w\n"
    office.drive()
    _witnessed(office, witness, START + timedelta(minutes=10))
    assert _graded(office, f"{lines}unseen 0\n") is Grade.WITNESSED
    seen = office.journal.head().size
    office.hand_over_again()
    tail = office.journal.head().size - seen
    assert tail > 0
    assert _graded(office, f"{lines}unseen {tail}\n") is Grade.WITNESSED
    assert _graded(office, f"{lines}unseen {tail - 1}\n") is Grade.CONSISTENT
    verdict = office.verdict(trust=Trust(parse_policy(f"{lines}unseen {tail - 1}\n")))
    assert any(f"the first {seen} entries are WITNESSED" in text for text in verdict.warnings)
    assert parse_policy(lines).unseen == UNSEEN
    office.close()


def _graded(office: SignedOffice, policy: str) -> Grade:
    return office.verdict(trust=Trust(parse_policy(policy))).grade


# Back-dating


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_skewed_by_a_day(tmp_path: Path, days: int) -> None:
    office = SignedOffice(tmp_path)
    witness = new_signer("insurer.example/w", COSIGNATURE)
    policy = parse_policy(
        f"log {office.key.verifier.vkey}\nwitness w {witness.verifier.vkey}\nquorum w\n"
    )
    office.drive()
    _witnessed(office, witness, START + timedelta(minutes=10))
    office.clock.set(START + timedelta(minutes=12, days=max(days, 0)))
    if days < 0:
        office.commands.clock = _Skewed(START + timedelta(minutes=12) - timedelta(days=1))
    office.hand_over_again()
    _witnessed(office, witness, START + timedelta(minutes=20))
    verdict = office.verdict(trust=Trust(policy))
    assert verdict.grade is Grade.WITNESSED, verdict.faults
    what = "back-dated" if days < 0 else "post-dated"
    assert [warning for warning in verdict.warnings if warning.startswith(what)]
    assert verdict.exit_code_for(Grade.CONSISTENT) != 0
    office.close()


# Helpers


def _columns(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


class _Skewed:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now.astimezone(UTC)


def _witnessed(office: SignedOffice, witness: SignerKey, at: datetime) -> None:
    note = office.released()
    newest = office.book.newest()
    assert newest is not None
    office.journal.attest(
        Attestation(
            size=newest.size,
            kind="cosignature",
            name=witness.name,
            body=cosign(note.text, witness, at).line.encode(),
            at=at,
        )
    )


def _copy(office: SignedOffice, folder: Path) -> None:
    """The database as a backup would have it, its write-ahead log included."""
    for file in office.path.parent.glob("tracker.db*"):
        shutil.copy(file, folder / file.name)


def _with_database(office: SignedOffice, folder: Path, statement: str, *, at: int) -> None:
    folder.mkdir()
    _copy(office, folder)
    path, office.path = office.path, folder / "tracker.db"
    office.tamper(statement)
    office.path = path
    changed = SqlJournal.open(f"sqlite:///{folder}/tracker.db")
    broken(office.verdict(journal=changed), at=at)
    changed.close()


def test_a_log_that_grows_while_it_is_checked_is_whole(office: SignedOffice) -> None:
    """The check sees one moment, whatever the tracker commits meanwhile."""
    grown: list[bool] = []

    def grow(_done: int, _all: int) -> None:
        if not grown:
            grown.append(True)
            office.hand_over_again()
            office.hear(message("L1", reading(9, north_km=9)))
            office.signer.release()

    with office.journal.snapshot() as still:
        released = list(office.book.all())
        verdict = office.verdict(journal=still, released=released, progress=grow)
    assert grown
    assert verdict.grade is Grade.CONSISTENT, verdict.faults
    assert office.verdict().checked["entries"] > verdict.checked["entries"]
