"""kill -9 while a process commits: every commit that returned is there, and none by half."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.support import works
from tracker.adapters.journal import SqlJournal

COMMITTER = """
import sys
from tests.support import works
from tracker.adapters.journal import SqlJournal
journal = SqlJournal.open(sys.argv[1])
version = journal.version()
prepared = [works.work(n) for n in range(version, version + 40)]
for work in prepared:
    version = journal.commit(work, version)
    print(version, flush=True)
"""
ROUNDS = 6


def test_killed_at_any_moment_the_journal_holds_whole_commits(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tracker.db"
    SqlJournal.open(url).close()
    chance = random.Random(20250301)
    killed = 0
    for _ in range(ROUNDS):
        returned = _commit_until_killed(url, chance)
        killed += returned is not None
        journal = SqlJournal.open(url)
        version = journal.version()
        if returned is not None:
            assert version in (returned, returned + 1)
        _assert_whole(journal, version)
        journal.close()
    assert killed >= ROUNDS // 2, "too few were killed in the middle of their work"


def _commit_until_killed(url: str, chance: random.Random) -> int | None:
    """The last version the child said it had committed; None if it came to its end first."""
    child = subprocess.Popen(
        [sys.executable, "-c", COMMITTER, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(chance.uniform(0, 0.03))
    child.kill()
    rest = child.stdout.read().splitlines()
    child.stdout.close()
    ended_first = child.wait() == 0
    return None if ended_first else int((rest or [first])[-1])


def _assert_whole(journal: SqlJournal, version: int) -> None:
    given = [works.work(n) for n in range(version)]
    assert list(journal.readings()) == [r for work in given for r in work.readings]
    rows = list(journal.entries())
    assert [row.index for row in rows] == list(range(version))
    assert [row.leaf for row in rows] == [e.leaf for work in given for e in work.entries]
    assert journal.alerts() == [a for work in given for a in work.alerts]
    assert [row.reason for row in journal.rejects()] == [
        r.reason for work in given for r in work.rejects
    ]
    assert journal.state(works.SHIPMENT) == b"state %d" % (version - 1)
    assert journal.counts()["entries"] == version
