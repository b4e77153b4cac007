"""Commit, sign, release: whatever stops it in between, a size that was released has one root."""

from __future__ import annotations

import itertools
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sealproof.checkpoint import parse_checkpoint
from sealproof.note import ED25519, new_signer
from tests.support.signed import ORIGIN, SignedOffice
from tracker.adapters.checkpoint_book import FileBook
from tracker.adapters.clock import SystemClock
from tracker.adapters.journal import SqlJournal
from tracker.adapters.keys import key_file
from tracker.adapters.keys.log_key import FileKeyRing
from tracker.app.trust.signing import LogContradicted, LogSigner
from tracker.domain.errors import Refused, UsageError
from tracker.log.tree import Tree
from tracker.ports import LogKeys

STEPS = ("before_append", "half_a_line", "after_append", "after_store")


class Crash(BaseException):
    """The machine stops here."""


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_leaves_one_root_a_size(
    office: SignedOffice, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = office.book.newest()
    office.hand_over_again()
    _crash_at(step, office, monkeypatch)
    with pytest.raises(Crash):
        office.signer.release()
    monkeypatch.undo()
    released_then = office.book.newest()
    if step in ("before_append", "half_a_line"):
        assert released_then == before  # what was not written whole was not released
    office.signer.check()
    office.hand_over_again_by("acme")
    office.signer.release()
    _one_root_a_size(office.book, office.journal)
    newest = office.book.newest()
    assert newest is not None
    assert newest.size == office.journal.head().size
    assert office.verdict().exit_code == 0


def test_a_checkpoint_released_before_the_crash_is_in_the_database_after_the_check(
    office: SignedOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.hand_over_again()
    _crash_at("after_append", office, monkeypatch)
    with pytest.raises(Crash):
        office.signer.release()
    monkeypatch.undo()
    newest = office.book.newest()
    assert newest not in office.journal.checkpoints()
    office.signer.check()
    assert newest in office.journal.checkpoints()


def _crash_at(step: str, office: SignedOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> None:
        raise Crash

    def after(function: Callable[..., object]) -> Callable[..., None]:
        def runs(*given: object) -> None:
            function(*given)
            raise Crash

        return runs

    def half(checkpoint: object) -> None:
        with Path(office.book.place).open("ab") as file:
            file.write(b'{"released_at": "2026-')
        raise Crash

    if step == "before_append":
        monkeypatch.setattr(office.book, "append", dies)
    elif step == "half_a_line":
        monkeypatch.setattr(office.book, "append", half)
    elif step == "after_append":
        monkeypatch.setattr(office.book, "append", after(office.book.append))
    else:
        monkeypatch.setattr(office.journal, "release", after(office.journal.release))


def _one_root_a_size(book: FileBook, journal: SqlJournal) -> None:
    tree = Tree(journal.head().size, journal.tile)
    sizes = []
    for one in book.all():
        said = parse_checkpoint(one.note)[0]
        assert tree.root(said.size) == said.root
        sizes.append(said.size)
    assert sizes == sorted(sizes)
    assert sizes


WRITER = """
import itertools, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.app.trust.test_signing import signer
from tests.support.works import entries
from tracker.adapters.journal import SqlJournal
from tracker.ports import Work
folder = Path({folder!r})
journal = SqlJournal.open(f"sqlite:///{{folder}}/tracker.db")
signs = signer(folder, journal)
signs.check()
size = journal.head().size
print("ready", flush=True)
for number in itertools.count(size):
    journal.commit(Work(entries=entries(number, number + 1)), {{}})
    signs.release()
    print("released", flush=True)
"""


def signer(folder: Path, journal: SqlJournal) -> LogSigner:
    """Signs with the key in the folder, which it makes."""
    path = folder / "log.key"
    key = FileKeyRing(path, ORIGIN).current() if path.exists() else FileKeyRing(path, ORIGIN).make()
    return LogSigner(
        journal=journal,
        book=FileBook(folder / "checkpoints.jsonl"),
        keys=lambda: LogKeys((key,), FileKeyRing(path, ORIGIN).known()),
        clock=SystemClock(),
        origin=ORIGIN,
    )


def test_killed_again_and_again_it_goes_on_where_it_was(tmp_path: Path) -> None:
    root = str(Path(__file__).parents[3])
    for released in (1, 3, 8, 2):
        code = WRITER.format(root=root, folder=str(tmp_path))
        writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        for _ in range(released):
            writer.stdout.readline()
        writer.kill()  # it is on its way to the next, and the one after
        assert writer.wait() == -signal.SIGKILL
        writer.stdout.close()
        journal = SqlJournal.open(f"sqlite:///{tmp_path}/tracker.db")
        signer(tmp_path, journal).check()
        _one_root_a_size(FileBook(tmp_path / "checkpoints.jsonl"), journal)
        journal.close()


# The book


def test_the_book_keeps_what_was_released_and_passes_over_half_a_line(
    office: SignedOffice,
) -> None:
    kept = list(office.book.all())
    path = Path(office.book.place)
    whole = path.read_bytes()
    for cut in (1, 20, len(whole.splitlines()[0]) - 1):
        path.write_bytes(whole + whole[:cut])
        assert list(office.book.all()) == kept
        assert office.book.newest() == kept[-1]
    office.hand_over_again()
    office.signer.release()
    assert len(list(office.book.all())) == len(kept) + 1
    assert path.read_bytes().startswith(whole)


def test_a_damaged_book_says_where(office: SignedOffice) -> None:
    path = Path(office.book.place)
    path.write_bytes(b'{"note": 3}\n' + path.read_bytes())
    with pytest.raises(UsageError, match="damaged") as fault:
        list(office.book.all())
    assert fault.value.where == f"{path}:1"


def test_many_checkpoints_are_read_from_the_end(office: SignedOffice) -> None:
    (line,) = Path(office.book.place).read_bytes().splitlines(keepends=True)
    Path(office.book.place).write_bytes(line * 1_000)
    newest = office.book.newest()
    assert newest == next(iter(office.book.all()))
    assert len(list(office.book.all())) == 1_000


# What must not be signed


def test_a_book_of_another_log_or_key_is_refused(office: SignedOffice) -> None:
    other = new_signer(ORIGIN)
    stranger = LogSigner(
        journal=office.journal,
        book=office.book,
        keys=lambda: LogKeys((other,), [other.verifier]),
        clock=office.clock,
        origin=ORIGIN,
    )
    with pytest.raises(LogContradicted, match="not one of this log's"):
        stranger.check()
    renamed = office.signing(office.journal)
    renamed.origin = "another/log"
    with pytest.raises(LogContradicted, match="this log is another/log"):
        renamed.check()


def test_nothing_new_is_not_signed_again(office: SignedOffice) -> None:
    before = Path(office.book.place).read_bytes()
    assert office.signer.release() is None
    assert Path(office.book.place).read_bytes() == before


# Keys


def test_a_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    key = FileKeyRing(path, ORIGIN).make()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert FileKeyRing(path, ORIGIN).current().verifier == key.verifier
    with pytest.raises(Refused, match="already"):
        FileKeyRing(path, ORIGIN).make()
    for mode in (0o640, 0o604, 0o660):
        path.chmod(mode)
        with pytest.raises(UsageError, match="open to others") as fault:
            FileKeyRing(path, ORIGIN).current()
        assert "chmod 600" in fault.value.mend


def test_a_rotation_that_was_interrupted_is_finished_with_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    first = FileKeyRing(path, ORIGIN).make()
    waiting = FileKeyRing(path, ORIGIN).next()
    assert FileKeyRing(path, ORIGIN).next().verifier == waiting.verifier
    assert FileKeyRing(path, ORIGIN).current().verifier == first.verifier
    FileKeyRing(path, ORIGIN).promote(waiting)
    assert FileKeyRing(path, ORIGIN).known() == [waiting.verifier, first.verifier]
    assert FileKeyRing(path, ORIGIN).next().verifier != waiting.verifier
    modes = {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.glob("log.key*") if "v" not in p.name}
    assert modes <= {0o600, 0o644}


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+a", "PRIVATE+KEY+a+00000000+AAAA", "\xff"])
def test_a_damaged_key_is_told_and_not_shown(tmp_path: Path, text: str) -> None:
    path = tmp_path / "log.key"
    path.write_text(text, encoding="latin-1")
    path.chmod(0o600)
    with pytest.raises(UsageError) as fault:
        key_file.read_key(path, ED25519, mend="make one")
    assert fault.value.where == str(path)
    assert "AAAA" not in str(fault.value)


def test_sizes_rise_through_a_rotation(office: SignedOffice) -> None:
    new = new_signer(ORIGIN)
    both = LogKeys((new, office.key), [office.key.verifier])
    rotating = LogSigner(
        journal=office.journal,
        book=office.book,
        keys=lambda: both,
        clock=office.clock,
        origin=ORIGIN,
    )
    double = rotating.endorse()
    note = parse_checkpoint(double.note)[1]
    assert {key.vkey for key in note.check([new.verifier])} == {new.verifier.vkey}
    assert note.check([office.key.verifier])
    assert list(itertools.islice(office.journal.checkpoints(), 5))[-1] == double
