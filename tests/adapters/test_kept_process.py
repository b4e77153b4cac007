"""A process that is kept running: started again when it ends, ended with us."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.support.waiting import wait_for
from tracker.adapters import kept_process
from tracker.adapters.channels.file import FileChannel
from tracker.adapters.kept_process import KeptProcess
from tracker.domain.alert import Severity
from tracker.domain.notice import Update
from tracker.ports import Outgoing, Undelivered

STAYS = "import sys, time; open(sys.argv[1], 'a').write('x'); time.sleep(600)"


def test_it_is_started_again_when_it_is_killed_and_ends_with_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_process, "FIRST_DELAY_S", 0.01)
    file, before = tmp_path / "starts", list[int]()
    command = [sys.executable, "-c", STAYS, str(file)]
    kept = KeptProcess("it", command, ready=lambda: before.append(1))
    with kept:
        wait_for(lambda: file.exists() and file.read_text() == "x")
        assert before == [1]
        assert kept.pid is not None
        os.kill(kept.pid, signal.SIGKILL)
        wait_for(lambda: file.read_text() == "xx")
        pid = wait_for(lambda: kept.pid)
    assert kept.pid is None
    assert not Path(f"/proc/{pid}").exists()


def test_one_that_does_not_end_when_asked_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_process, "STOP_S", 0.1)
    stays = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAYS
    file = tmp_path / "starts"
    with KeptProcess("it", [sys.executable, "-c", stays, str(file)]) as kept:
        wait_for(lambda: file.exists() and file.read_text() == "x")
    assert kept.pid is None


def message() -> Outgoing:
    return Outgoing(
        id="A-1/1.1", channel="pipe", notice="A-1", number=1, update=Update.RAISED,
        severity=Severity.CRITICAL, title="título", body="b", short="s",
    )  # fmt: skip


def test_a_line_that_was_cut_short_ends_before_the_next(tmp_path: Path) -> None:
    file = tmp_path / "alerts.jsonl"
    channel = FileChannel("pipe", file)
    channel.send(message(), timeout_s=1)
    with file.open("ab") as cut:
        cut.write(b'{"id": "A-')
    channel.send(message(), timeout_s=1)
    first, broken, second = file.read_text(encoding="utf-8").splitlines()
    assert '"título"' in first
    assert broken == '{"id": "A-'
    assert '"A-1/1.1"' in second


def test_a_file_that_cannot_be_written_is_undelivered_for_now(tmp_path: Path) -> None:
    with pytest.raises(Undelivered, match="cannot be written") as raised:
        FileChannel("pipe", tmp_path).send(message(), timeout_s=1)
    assert not raised.value.permanent
