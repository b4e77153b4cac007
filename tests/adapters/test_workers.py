"""Workers as processes: what one held when it was killed comes again in its order, one that hangs
is killed, and the other end of the pipe is an inbox. Real processes, which do no more than these
tests need.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.support import works
from tests.support.waiting import PATIENCE_S, wait_for
from tracker.adapters.workers import desk, frames
from tracker.adapters.workers.crew import ProcessCrew
from tracker.adapters.workers.pipe_inbox import PipeInbox
from tracker.ports import Message

NOW = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
WORKS = """
import os, sys, time
from multiprocessing.connection import Connection
from tracker.adapters.workers.pipe_inbox import PipeInbox

inbox = PipeInbox(Connection(os.dup(0)))
inbox.ready(["OWN"])
while not inbox.ended:
    for one in inbox.receive(0.1, limit=int(sys.argv[2])):
        with open(sys.argv[1], "ab") as file:
            file.write(one.payload + b"\\n")
        if one.payload == b"hold":
            time.sleep(600)
        inbox.acknowledge([one])
"""
DEAF = "import time; time.sleep(600)"
HANGS = """
import os, time
from multiprocessing.connection import Connection
from tracker.adapters.workers import frames

Connection(os.dup(0)).send_bytes(frames.encode(frames.Ready(())))
time.sleep(600)
"""


def message(text: str) -> Message:
    return Message(topic="seals/v1/L1/telemetry", payload=text.encode(), received_at=NOW)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "FIRST_DELAY_S", 0.01)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def crew(*programs: tuple[str, ...]) -> ProcessCrew:
    return ProcessCrew([[sys.executable, "-c", *program] for program in programs])


def begin(some: ProcessCrew) -> None:
    some.start()
    wait_for(lambda: some.ready)


def collect(some: ProcessCrew, count: int) -> list[str]:
    """What was said to be done, until it is so much."""
    done: list[str] = []

    def enough() -> bool:
        for report in some.reports():
            done.extend(one.payload.decode() for one in report.done)
        return len(done) >= count

    wait_for(enough)
    return done


def test_what_is_handed_over_is_done_in_its_order(tmp_path: Path) -> None:
    some = crew((WORKS, str(tmp_path / "0"), "100"), (WORKS, str(tmp_path / "1"), "100"))
    begin(some)
    said = [f"{number}" for number in range(10_000)]  # more than one frame
    some.hand(0, [message(text) for text in said])
    some.hand(1, [message("other")])
    assert [text for text in collect(some, 10_001) if text != "other"] == said
    assert some.held == 0
    some.stop()
    assert all(one.pid is None for one in some.desks)


def test_what_a_killed_one_had_in_hand_comes_first_again(tmp_path: Path) -> None:
    file = tmp_path / "0"
    some = crew((WORKS, str(file), "1"))
    begin(some)
    some.hand(0, [message("a"), message("hold"), message("b")])
    assert collect(some, 1) == ["a"]
    wait_for(lambda: file.read_bytes() == b"a\nhold\n")
    some.hand(0, [message("c")])
    pid = some.desks[0].pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: file.read_bytes() == b"a\nhold\nhold\n")
    assert some.held == 3
    some.stop()


def test_one_that_is_down_is_told_of_until_it_works_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "FIRST_DELAY_S", 0.5)
    some = crew((WORKS, str(tmp_path / "0"), "1"))
    begin(some)
    assert some.trouble == ""
    pid = some.desks[0].pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: "worker 1 of 1 ended (exit code -9)" in some.trouble)
    wait_for(lambda: some.trouble == "")
    some.stop()


def test_one_that_hangs_is_killed_and_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "HANGS_S", 0.5)
    some = crew((HANGS,), (WORKS, str(tmp_path / "1"), "100"))
    begin(some)
    first = some.desks[0].pid
    some.hand(0, [message("x" * 100_000) for _ in range(20)])  # more than a pipe holds
    some.hand(1, [message("a")])
    assert collect(some, 1) == ["a"]
    wait_for(lambda: some.desks[0].pid not in (first, None))
    assert some.held == 20
    some.stop()


def test_what_is_handed_to_one_that_is_not_ready_waits() -> None:
    some = crew((DEAF,))
    some.start()
    some.hand(0, [message("a")])
    assert not some.ready
    some.stop()
    assert some.held == 1


def test_what_was_not_done_when_all_were_stopped_is_done_when_they_start_again(
    tmp_path: Path,
) -> None:
    some = crew((WORKS, str(tmp_path / "0"), "1"))
    some.hand(0, [message("a"), message("b")])
    begin(some)
    some.stop()
    begin(some)
    assert collect(some, 2) == ["a", "b"]
    some.stop()


# The worker's end


@pytest.fixture
def ends() -> Iterator[tuple[Connection, PipeInbox]]:
    ours, theirs = Pipe()
    inbox = PipeInbox(theirs)
    yield ours, inbox
    ours.close()
    inbox.close()


def handed(*texts: str, settled: bool = False, at: float | None = None) -> bytes:
    messages = [message(text) for text in texts]
    word = time.monotonic() if at is None else at
    return frames.encode(frames.Handed(frames.sent(messages), settled, word))


def said(connection: Connection, last: frames.Said) -> list[frames.Said]:
    """All up to this one, but that it lives."""
    heard: list[frames.Said] = []
    while last not in heard:
        assert connection.poll(PATIENCE_S), heard
        heard.append(frames.said(connection.recv_bytes()))
    return [one for one in heard if not isinstance(one, frames.Alive)]


def test_a_message_comes_through_as_it_is(ends: tuple[Connection, PipeInbox]) -> None:
    connection, inbox = ends
    sent = Message(topic="seals/ñ", payload=b"\x00\xff", received_at=NOW, retained=True)
    connection.send_bytes(frames.encode(frames.Handed(frames.sent([sent]), False, 0.0)))
    (came,) = inbox.receive(PATIENCE_S)
    assert (came.topic, came.payload, came.received_at, came.retained) == (
        sent.topic, sent.payload, sent.received_at, True)  # fmt: skip
    assert came.received_at.utcoffset() is not None


def test_acknowledging_twice_counts_once(ends: tuple[Connection, PipeInbox]) -> None:
    connection, inbox = ends
    connection.send_bytes(handed("a", "b", "c"))
    wait_for(lambda: inbox._received == 3)
    first, second, third = inbox.receive(PATIENCE_S)
    for some in ([first], [first, second], [second], [third], []):
        inbox.acknowledge(some)
    inbox.strays({})
    ones = [frames.Done(1), frames.Done(1), frames.Done(1)]
    assert said(connection, frames.Strays({})) == [*ones, frames.Strays({})]


def test_silence_counts_only_as_long_as_the_word_is_fresh(
    ends: tuple[Connection, PipeInbox],
) -> None:
    connection, inbox = ends
    assert not inbox.settled()
    connection.send_bytes(handed("a", settled=True))
    wait_for(lambda: inbox._received == 1)
    assert not inbox.settled(), "its own queue comes first"
    inbox.receive(0)
    assert inbox.settled()
    connection.send_bytes(handed(settled=True, at=time.monotonic() - 10))
    wait_for(lambda: not inbox.settled())
    connection.send_bytes(handed(settled=True))
    wait_for(inbox.settled)
    connection.send_bytes(handed(settled=False))
    wait_for(lambda: not inbox.settled())


def test_it_ends_when_the_other_side_is_gone(ends: tuple[Connection, PipeInbox]) -> None:
    connection, inbox = ends
    connection.close()
    assert inbox.receive(PATIENCE_S) == []
    assert inbox.ended
    inbox.tell([works.finding(1)], [])  # to nobody
    inbox.wake()


def test_findings_and_alerts_come_through_as_they_are(ends: tuple[Connection, PipeInbox]) -> None:
    connection, inbox = ends
    finding, alert = works.finding(1), works.alert(1)
    inbox.tell([finding], [alert])
    inbox.tell([], [])
    inbox.strays({"L1": 3})
    last = frames.Strays({"L1": 3})
    assert said(connection, last) == [frames.Told([finding], [alert]), last]
