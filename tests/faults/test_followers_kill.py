"""kill -9 while a follower works off the feed and another writes: each entry exactly once."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.support import works
from tracker.adapters.journal import SqlJournal
from tracker.app.feeds import Feed
from tracker.ports import Work

FOLLOWER = """
import sys
from tests.faults.test_followers_kill import noting
from tracker.adapters.journal import SqlJournal
from tracker.app.feeds import Feed
journal = SqlJournal.open(sys.argv[1])
following = Feed(journal, poll_s=0.001).follow("f")
print("ready", flush=True)
while True:
    following.turn(noting, limit=3)
    following.wait(0.001)
"""
ROUNDS, EACH = 6, 40


def noting(turn) -> None:  # type: ignore[no-untyped-def]
    """One row an entry, counted up: told twice would show."""
    for item in turn.items:
        key = f"{item.index:06}"
        turn.keep(key, b"%d" % (int(turn.kept(key) or 0) + 1))
    told = json.loads(turn.kept("order") or b"[]")
    turn.keep("order", json.dumps([*told, *(item.index for item in turn.items)]).encode())


def test_killed_at_any_moment_a_follower_is_told_each_entry_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tracker.db"
    journal = SqlJournal.open(url)
    entries = works.entries(0, ROUNDS * EACH)
    chance = random.Random(20261130)
    reached = []
    for number in range(ROUNDS):
        child = subprocess.Popen(
            [sys.executable, "-c", FOLLOWER, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        for entry in entries[number * EACH : (number + 1) * EACH]:
            journal.commit(Work(entries=[entry]), {})
        time.sleep(chance.uniform(0, 0.01))
        child.kill()
        child.stdout.close()
        child.wait()
        reached.append(journal.followers()["f"])
    assert any(at < (n + 1) * EACH - 1 for n, at in enumerate(reached)), "none in its work"
    following = Feed(journal).follow("f")
    while following.turn(noting):
        pass
    keys = [f"{index:06}" for index in range(ROUNDS * EACH)]
    _, followed = journal.followed("f", [*keys, "order"])
    assert followed is not None
    rows = {row.key: row.value for row in followed.rows}
    assert json.loads(rows.pop("order") or b"") == list(range(ROUNDS * EACH))
    assert rows == dict.fromkeys(keys, b"1")
    journal.close()
