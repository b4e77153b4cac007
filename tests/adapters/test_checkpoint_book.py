"""Two processes of one machine sign the same log, and share its book of released checkpoints."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.signed import SignedOffice
from tracker.adapters.checkpoint_book import FileBook
from tracker.ports import LogHead


def is_locked(book: FileBook) -> bool:
    """Nobody else would get in just now. A lock belongs to who opened the file, so this asks as
    another process would.
    """
    with Path(f"{book.place}.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_it_is_locked_within_and_open_afterwards(tmp_path: Path) -> None:
    book = FileBook(tmp_path / "folder" / "checkpoints.jsonl")
    with book.locked():
        assert is_locked(book)
    assert not is_locked(book)
    with pytest.raises(RuntimeError), book.locked():
        raise RuntimeError
    assert not is_locked(book)


@pytest.mark.parametrize("way", ["release", "endorse"])
def test_nobody_signs_between_the_look_at_the_newest_and_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The newest is read, the head is read, the next is written: all under the lock."""
    office = SignedOffice(tmp_path)
    office.drive()
    locked: dict[str, bool] = {}
    newest, head, append = office.book.newest, office.journal.head, office.book.append

    def watched(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def runs(*given: object) -> object:
            locked[name] = is_locked(office.book)
            return function(*given)

        return runs

    monkeypatch.setattr(office.book, "newest", watched("newest", newest))
    monkeypatch.setattr(office.journal, "head", watched("head", head))
    monkeypatch.setattr(office.book, "append", watched("append", append))
    getattr(office.signer, way)()
    assert locked == {"newest": True, "head": True, "append": True}
    office.close()


def test_two_that_release_at_once_release_each_size_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second starts while the first is between its look and its line; it waits, looks then,
    and finds nothing new.
    """
    office = SignedOffice(tmp_path)
    office.drive()
    other, begun = office.signing(office.second_journal), threading.Event()
    released: list[object] = []

    def second() -> None:
        begun.set()
        released.append(other.release())

    head: Callable[[], LogHead] = office.journal.head
    thread = threading.Thread(target=second)

    def slow() -> LogHead:
        thread.start()
        begun.wait()
        return head()

    monkeypatch.setattr(office.journal, "head", slow)
    assert office.signer.release() is not None
    thread.join()
    assert released == [None]
    assert len(list(office.book.all())) == 1
    office.close()


HOLDER = """
import sys
from pathlib import Path
from tracker.adapters.checkpoint_book import FileBook
with FileBook(Path(sys.argv[1])).locked():
    print("in", flush=True)
    sys.stdin.read()
"""


def test_another_process_keeps_us_out_and_its_end_lets_us_in(tmp_path: Path) -> None:
    book = FileBook(tmp_path / "checkpoints.jsonl")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, book.place],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == b"in\n"
    assert is_locked(book)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    holder.stdin.close()
    with book.locked():  # its end, however violent, was the lock's
        assert is_locked(book)
