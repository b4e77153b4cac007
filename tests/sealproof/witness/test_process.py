"""`tracker witness serve` as its operator runs it: a process of its own, ended and killed."""

from __future__ import annotations

import http.client
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from sealproof.checkpoint import cosigned_at
from sealproof.note import SignedNote, VerifierKey, parse_signature, parse_vkey
from sealproof.policy import Party
from sealproof.witness.request import write_request
from sealproof.witness.service import SIZE
from tests.cli.test_run import process, until
from tests.cli.test_startup import ENVIRONMENT, PROGRAM
from tests.conftest import ROOT
from tests.support.small_log import SmallLog
from tests.support.waiting import PATIENCE_S, wait_for
from tracker.adapters.outsiders.witness_client import WitnessClient
from tracker.app.trust.attestation import Disputed

LOG = SmallLog(600)
FORK = LOG.fork(0, 600)


@dataclass
class Running:
    """A witness's process; `key` is what its operator gave out."""

    process: subprocess.Popen[str]
    url: str
    key: VerifierKey

    @property
    def client(self) -> WitnessClient:
        return WitnessClient(Party("w1", self.key, self.url))


@pytest.fixture
def key(tmp_path: Path) -> VerifierKey:
    made = subprocess.run(
        [*PROGRAM, "witness", "key", "witness.example/w1"],
        cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert (tmp_path / "witness.key").stat().st_mode & 0o777 == 0o600
    return parse_vkey(made.stdout)


@contextmanager
def witness(folder: Path, key: VerifierKey) -> Iterator[Running]:
    arguments = ["--log", LOG.key.verifier.vkey, "--listen", "127.0.0.1:0"]
    with process(folder, "witness", "serve", *arguments) as started:
        ready = until(started.stderr, lambda line: line.startswith("witness ready"))
        match = re.search(r"http://[\d.:]+", ready)
        assert match is not None
        yield Running(started, match[0], key)


@pytest.mark.e2e
@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_serves_until_it_is_told_to_stop_and_remembers(
    tmp_path: Path, key: VerifierKey, how: signal.Signals, code: int
) -> None:
    for size in (20, 300):
        with witness(tmp_path, key) as running:
            found = running.client.attest(LOG.stored(size), LOG.tree)
            line = parse_signature(found.body.decode()[:-1])
            assert cosigned_at(SignedNote(LOG.head(size).text, (line,)), key) == found.at
            with pytest.raises(Disputed):
                running.client.attest(FORK.stored(size), FORK.tree)
            running.process.send_signal(how)
            _, err = running.process.communicate(timeout=PATIENCE_S)
        assert running.process.returncode == code, err
        assert "Traceback" not in err
    assert len((tmp_path / "witness.state.evidence").read_text().splitlines()) == 2


KILLED_AFTER_KEEPING = """
import os, signal, sys
from tracker.adapters.outsiders import witness_memory
from tracker.cli.main import main
keep = witness_memory.FileWitnessMemory.keep
def keep_and_die(self, note):
    if sys.argv[1] == "after":
        keep(self, note)
    os.kill(os.getpid(), signal.SIGKILL)
witness_memory.FileWitnessMemory.keep = keep_and_die
main(["witness", "serve", "--log", sys.argv[2], "--listen", "127.0.0.1:0"])
"""


@pytest.mark.e2e
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_between_keeping_and_answering(tmp_path: Path, key: VerifierKey, when: str) -> None:
    """What may have been kept is what is cosigned afterwards, and nothing beside it."""
    with witness(tmp_path, key) as running:
        running.client.attest(LOG.stored(20), LOG.tree)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_AFTER_KEEPING, when, LOG.key.verifier.vkey],
        cwd=tmp_path, env={**ENVIRONMENT, "PYTHONPATH": str(ROOT)}, text=True,
        stderr=subprocess.PIPE,
    ) as dying:  # fmt: skip
        ready = until(dying.stderr, lambda line: line.startswith("witness ready"))
        match = re.search(r"127\.0\.0\.1:\d+", ready)
        assert match is not None
        connection = http.client.HTTPConnection(match[0], timeout=PATIENCE_S)
        body = write_request(20, LOG.proof(20, 300), LOG.note(300))
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            post(connection, body)
        connection.close()
        assert dying.wait(10) == -signal.SIGKILL
    with witness(tmp_path, key) as running:
        if when == "after":
            with pytest.raises(Disputed):
                running.client.attest(FORK.stored(300), FORK.tree)
        assert running.client.attest(LOG.stored(300), LOG.tree).size == 300
        with pytest.raises(Disputed):
            running.client.attest(FORK.stored(300), FORK.tree)


def post(connection: http.client.HTTPConnection, body: bytes) -> tuple[int, str | None, bytes]:
    connection.request("POST", "/add-checkpoint", body)
    answer = connection.getresponse()
    return answer.status, answer.getheader("Content-Type"), answer.read()


@pytest.mark.e2e
def test_killed_at_any_moment_it_cosigns_one_root_for_each_size(
    tmp_path: Path, key: VerifierKey
) -> None:
    """Two courses are shown to it at once, over several lives; the sizes rise one by one."""
    chance = random.Random(20260302)
    cosigned: dict[int, set[str]] = {}
    for _ in range(4):
        with witness(tmp_path, key) as running:
            threads = [
                threading.Thread(target=show, args=(running.url, log, cosigned))
                for log in (LOG, FORK, LOG)
            ]
            for thread in threads:
                thread.start()
            enough = len(cosigned) + chance.randint(10, 60)
            wait_for(partial(_has, cosigned, enough), poll_s=0.001)
            running.process.kill()
            for thread in threads:
                thread.join(20)
    assert all(len(roots) == 1 for roots in cosigned.values())
    roots = set.union(*cosigned.values())
    ours = {LOG.head(size).text for size in cosigned}
    theirs = {FORK.head(size).text for size in cosigned}
    assert roots in (ours, theirs)


def _has(cosigned: dict[int, set[str]], count: int) -> bool:
    return len(cosigned) >= count


def show(url: str, log: SmallLog, cosigned: dict[int, set[str]]) -> None:
    """Ask for one size after the other until the witness is gone."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE_S)
    old = 0
    try:
        while old < 600:
            size = old + 1
            status, kind, said = post(
                connection, write_request(old, log.proof(old, size), log.note(size))
            )
            if status == 200:
                cosigned.setdefault(size, set()).add(log.head(size).text)
                old = size
            elif kind == SIZE:
                old = int(said)
            else:
                time.sleep(0.005)
    except (http.client.HTTPException, OSError):
        return
    finally:
        connection.close()


@pytest.mark.e2e
def test_two_witnesses_cannot_share_a_state(tmp_path: Path, key: VerifierKey) -> None:
    with witness(tmp_path, key):
        second = subprocess.run(
            [*PROGRAM, "witness", "serve", "--log", LOG.key.verifier.vkey, "--listen", "[::1]:0"],
            cwd=tmp_path, env=ENVIRONMENT, check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert second.returncode == 3
    assert "another witness uses this state" in second.stderr
