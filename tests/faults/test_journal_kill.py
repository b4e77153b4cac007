"""kill -9 while a process commits: every commit that returned is there, and none by half."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.support import works
from tracker.adapters.journal import SqlJournal

COMMITTER = """
import itertools
import sys
from tests.support import works
from tracker.adapters.journal import SqlJournal
journal = SqlJournal.open(sys.argv[1])
version = journal.version()
for n in itertools.count(version):
    version = journal.commit(works.work(n), {})
    print(version, flush=True)
"""
"""Until it is killed: however late that comes, it comes in the middle of its work."""
ROUNDS, MOST_BEFORE_A_KILL = 6, 15


def test_killed_at_any_moment_the_journal_holds_whole_commits(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tracker.db"
    SqlJournal.open(url).close()
    chance = random.Random(20250301)
    for _ in range(ROUNDS):
        returned = _commit_until_killed(url, chance.randint(1, MOST_BEFORE_A_KILL))
        journal = SqlJournal.open(url)
        version = journal.version()
        assert version in (returned, returned + 1)
        _assert_whole(journal, version)
        journal.close()


def _commit_until_killed(url: str, commits: int) -> int:
    """Killed some time after so many commits; the last version the child said it had committed."""
    child = subprocess.Popen(
        [sys.executable, "-c", COMMITTER, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    told = [child.stdout.readline() for _ in range(commits)]
    child.kill()
    told += child.stdout.readlines()
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL
    whole = [line for line in told if line.endswith("\n")]
    return int(whole[-1])


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
