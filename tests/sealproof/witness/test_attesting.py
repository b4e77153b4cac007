"""The attester on a real journal, with real witnesses and a real authority beside it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import pytest

from sealproof.checkpoint import Checkpoint, cosigned_at
from sealproof.note import COSIGNATURE, new_signer, parse_note, parse_signature
from sealproof.policy import Authority
from sealproof.rfc3161 import check_timestamp, read_certificates
from tests.support import works
from tests.support.small_log import SmallLog
from tests.support.tsa import EC, TsaRoot, stamping
from tests.support.waiting import wait_for
from tests.support.witnesses import witnessing
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.adapters.outsiders.tsa_client import TsaClient
from tracker.adapters.outsiders.witness_client import WitnessClient
from tracker.app.trust.attestation import (
    FIRST_RETRY_S,
    LAST_RETRY_S,
    LOOK_S,
    Attester,
    Attestor,
    Disputed,
    beside,
    newest_checkpoint,
)
from tracker.domain.errors import ServiceUnreachable
from tracker.log.tree import Tree
from tracker.ports import Attestation, StoredCheckpoint

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = SmallLog().key


class Logged:
    """A journal of so many entries, whose checkpoints are released by hand."""

    def __init__(self, journal: SqlJournal) -> None:
        self.journal = journal

    def append(self, count: int = 1) -> Logged:
        for _ in range(count):
            version = self.journal.version()
            self.journal.commit(works.work(version), {})
        return self

    def release(self) -> StoredCheckpoint:
        head = self.journal.head()
        note = Checkpoint(KEY.name, head.size, head.root).signed(KEY)
        made = StoredCheckpoint(size=head.size, note=str(note).encode(), released_at=NOW)
        self.journal.release(made)
        return made

    def given(self) -> list[tuple[str, int]]:
        return [(one.name, one.size) for one in self.journal.attestations()]


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Logged]:
    with closing(SqlJournal.open(f"sqlite:///{tmp_path}/tracker.db")) as journal:
        yield Logged(journal)


class Scripted:
    """An outsider that fails as it is told to; the clock is the test's."""

    url = "http://outsider.example"
    kind: Literal["cosignature"] = "cosignature"

    def __init__(self, name: str = "w1", *failures: Exception) -> None:
        self.name, self.failures = name, list(failures)
        self.asked: list[int] = []

    def attest(self, checkpoint: StoredCheckpoint, tree: Tree) -> Attestation:
        self.asked.append(checkpoint.size)
        if self.failures:
            raise self.failures.pop(0)
        size = checkpoint.size
        return Attestation(size=size, kind=self.kind, name=self.name, body=b"line", at=NOW)


class Hands:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def attester(
    logged: Logged,
    attestor: Attestor,
    *,
    hands: Hands | None = None,
    chance: float = 0,
    now: datetime = NOW,
) -> Attester:
    return Attester(
        logged.journal,
        attestor,
        60,
        ManualClock(now),
        monotonic=hands or Hands(),
        chance=lambda: chance,
    )


def test_each_is_asked_once_for_a_checkpoint_and_not_too_often(logged: Logged) -> None:
    hands, outsider = Hands(), Scripted()
    asks = attester(logged, outsider, hands=hands)
    assert asks.once() == LOOK_S
    assert outsider.asked == []  # nothing is released yet
    logged.append(3).release()
    assert asks.once() == 60
    logged.append(2).release()
    hands.now += 59
    assert asks.once() == 1
    assert outsider.asked == [3]
    hands.now += 1
    assert asks.once() == 60
    assert outsider.asked == [3, 5]
    hands.now += 500
    assert asks.once() == LOOK_S
    assert outsider.asked == [3, 5]
    assert logged.given() == [("w1", 3), ("w1", 5)]


def test_what_is_given_already_is_not_asked_again_after_a_restart(logged: Logged) -> None:
    logged.append(3).release()
    attester(logged, Scripted("w1")).once()
    again, other = Scripted("w1"), Scripted("w2")
    for each in (again, other):
        attester(logged, each).once()
    assert (again.asked, other.asked) == ([], [3])


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_a_failure_is_retried_less_and_less_often(logged: Logged, chance: float) -> None:
    hands = Hands()
    failing = Scripted("w1", *[ServiceUnreachable("away")] * 14)
    asks = attester(logged, failing, hands=hands, chance=chance)
    logged.append(3).release()
    for number in range(14):
        wait = asks.once()
        assert wait == min(LAST_RETRY_S, FIRST_RETRY_S * 2**number) * (1 - chance / 2)
        hands.now += wait - 0.01
        assert 0 < asks.once() <= 0.02
        hands.now += 0.02
    assert len(failing.asked) == 14
    assert asks.once() == 60
    assert logged.given() == [("w1", 3)]
    failing.failures.append(ServiceUnreachable("away again"))
    logged.append(1).release()
    hands.now += 60
    assert asks.once() == FIRST_RETRY_S * (1 - chance / 2)


def test_a_fork_is_told_loudly_every_time(logged: Logged, caplog: pytest.LogCaptureFixture) -> None:
    hands = Hands()
    alarms = Scripted("w1", *[Disputed("another root", mend="look into it")] * 2)
    asks = attester(logged, alarms, hands=hands)
    logged.append(1).release()
    for _ in range(2):
        asks.once()
        hands.now += LAST_RETRY_S
    told = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert len(told) == 2
    assert "DISPUTED: another root" in told[0].getMessage()
    assert "look into it" in told[0].getMessage()


def test_a_defect_is_told_and_ends_nothing(
    logged: Logged, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[Attestor] = [Scripted("w1", KeyError("x")), Scripted("w2")]
    logged.append(1).release()
    with beside([partial(opened, tmp_path, one) for one in asked]):
        wait_for(lambda: logged.given() == [("w1", 1), ("w2", 1)])
    assert "KeyError" in caplog.text


def test_an_outsider_s_clock_that_is_off_is_told(
    logged: Logged, caplog: pytest.LogCaptureFixture
) -> None:
    logged.append(1).release()
    attester(logged, Scripted(), now=NOW + timedelta(days=1)).once()
    assert logged.given() == [("w1", 1)]
    assert "its clock says" in caplog.text


def test_the_newest_checkpoint_however_far_behind(logged: Logged) -> None:
    assert newest_checkpoint(logged.journal) is None
    logged.append(1).release()
    for count in (0, 1, 5, 30):
        logged.append(count)
        found = newest_checkpoint(logged.journal)
        assert found is not None
        assert found.size == 1
    second = logged.release()
    assert newest_checkpoint(logged.journal) == second


def test_real_witnesses_and_an_authority(logged: Logged, tmp_path: Path) -> None:
    """In their thread, beside a journal that goes on growing; one witness comes late."""
    root = TsaRoot(tmp_path / "root")
    authority = root.issue(EC)
    log = SmallLog(key=KEY)
    for name in ("w1", "w2"):
        (tmp_path / name).mkdir()
    key = new_signer("witness.example/w2", COSIGNATURE)
    with witnessing(tmp_path / "w1", log) as first, stamping(authority.reply) as url:
        with witnessing(tmp_path / "w2", log, key=key) as second:
            late = WitnessClient(second.party, timeout_s=2)
        port = int(second.server.server_address[1])
        trusted = read_certificates(root.certificate.read_bytes())
        asked: list[Attestor] = [
            WitnessClient(first.party),
            TsaClient(Authority("notary", "root.pem", url), trusted),
            late,
        ]
        with beside([partial(opened, tmp_path, one) for one in asked]):
            first_note = logged.append(40).release().note
            wait_for(lambda: {one.kind for one in logged.journal.attestations(size=40)}
                     == {"cosignature", "timestamp"})  # fmt: skip
            logged.append(30)
            last = logged.release()
            with witnessing(tmp_path / "w2", log, key=key, port=port) as second:
                wait_for(lambda: len(logged.journal.attestations(size=70)) == 3)
    notes = {40: first_note, 70: last.note}
    for one in logged.journal.attestations():
        if one.kind == "timestamp":
            assert check_timestamp(one.body, notes[one.size], trusted) == one.at
        else:
            note = parse_note(notes[one.size])
            line = parse_signature(one.body.decode()[:-1])
            whose = first.key if one.name == first.key.name else key
            assert cosigned_at(note.plus([line]), whose.verifier) == one.at


@contextmanager
def opened(folder: Path, asked: Attestor, file: str = "tracker.db") -> Iterator[Attester]:
    with closing(SqlJournal.open(f"sqlite:///{folder}/{file}")) as journal:
        yield Attester(
            journal,
            asked,
            0.05,
            ManualClock(NOW),
            monotonic=time.monotonic,
            chance=lambda: 1.0,
        )


def test_one_who_does_not_answer_holds_up_nobody(logged: Logged, tmp_path: Path) -> None:
    asked, hold = threading.Event(), threading.Event()

    class Silent(Scripted):
        def attest(self, checkpoint: StoredCheckpoint, tree: Tree) -> Attestation:
            asked.set()
            hold.wait()
            raise ServiceUnreachable("away")

    logged.append(1).release()
    outsiders: list[Attestor] = [Silent("w1"), Scripted("w2")]
    with beside([partial(opened, tmp_path, one) for one in outsiders]):
        assert asked.wait(10)
        logged.append(20)  # the intake's own journal is not held up
        wait_for(lambda: ("w2", 1) in logged.given())
    hold.set()  # only now: the end has not waited for the answer
    wait_for(lambda: not [one for one in threading.enumerate() if "attester" in one.name])


def test_a_journal_that_cannot_be_opened_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken.db").write_bytes(b"not a database" * 100)
    with beside([partial(opened, tmp_path, Scripted(), "broken.db")]):
        wait_for(lambda: "no attestations are asked for" in caplog.text)
