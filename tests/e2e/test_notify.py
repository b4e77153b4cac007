"""`tracker run` with somebody to tell: the worker beside it, and what happens when it is killed."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.notifying import lines, raise_alert
from tests.support.product import Product
from tracker import wiring
from tracker.app.notify.status import state
from tracker.domain.finding import FindingType

TABLES = """
[notify.channels.pipe]
kind = "file"
url = "file:alerts.jsonl"

[notify.contacts.ana]
channels = ["pipe"]

[notify.ladders.house]
steps = [["ana"]]

[[notify.routes]]
ladder = "house"
"""

pytestmark = pytest.mark.e2e


@pytest.fixture
def product(tmp_path: Path) -> Product:
    made = Product(tmp_path)
    with (tmp_path / "tracker.toml").open("a") as file:
        file.write(TABLES)
    return made


def workers(product: Product) -> list[int]:
    """The processes of `notify run` that are children of the tracker's own."""
    assert product.process is not None
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat, command = (folder / "stat").read_text(), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        parent = int(stat.rpartition(")")[2].split()[1])
        if parent == product.process.pid and command.endswith(b"notify\0run\0"):
            found.append(int(folder.name))
    return found


def told(product: Product) -> set[str]:
    return {one["alert"] for one in lines(product.folder / "alerts.jsonl")}


def test_the_tracker_tells_and_goes_on_telling_when_the_worker_is_killed(
    product: Product,
) -> None:
    with product.running(), wiring.commands(product.config) as commands:
        first = raise_alert(commands, 1)
        product.wait(lambda: told(product) == {first.id})
        (worker,) = workers(product)
        os.kill(worker, signal.SIGKILL)
        second = raise_alert(commands, 2)
        product.wait(lambda: told(product) == {first.id, second.id})
        with product.journal() as journal:
            (channel,) = state(journal, ["pipe"], datetime.now(UTC)).channels
            product.wait(lambda: len(list(journal.entries(types=[FindingType.NOTIFIED]))) == 2)
        assert (channel.channel, channel.dead, channel.configured) == ("pipe", 0, True)
        (worker,) = workers(product)
    assert not Path(f"/proc/{worker}").exists()
