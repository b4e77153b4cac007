"""Of when is what a command shows, and is somebody watching?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.cli.conftest import Run
from tests.cli.test_run import is_ready, process, until
from tests.faults.test_intake import BATCH, BEFORE
from tests.support.office import Office, trip
from tracker import wiring
from tracker.app.queries.watch import Watching, watch
from tracker.cli.alerts.watch import changed
from tracker.cli.shared.watched import sentence
from tracker.config import load
from tracker.domain.alert import Alert, AlertKind
from tracker.domain.command import AcknowledgeAlert, CloseAlert
from tracker.domain.errors import UsageError
from tracker.ports import Heartbeat

LISTS = [
    ["alerts", "list"],
    ["shipment", "list"],
    ["shipment", "show", "TRIP-1"],
    ["devices", "list"],
    ["rejects", "list"],
    ["log", "show"],
]


def beat(folder: Path, *, ago_s: float, ended: bool = False, trouble: str = "") -> None:
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    with wiring.journal(load(folder / "tracker.toml", {})) as journal:
        journal.beat(
            Heartbeat(started_at=at, at=at, ended_at=at if ended else None, trouble=trouble)
        )


@pytest.mark.parametrize("command", LISTS)
def test_a_list_says_as_of_when_it_is_and_whether_somebody_watches(
    opened: Run, tmp_path: Path, command: list[str]
) -> None:
    assert "nobody is watching: no tracker has run" in opened(*command).err
    beat(tmp_path, ago_s=5)
    watched = opened(*command)
    assert watched.err.startswith("as of ")
    beat(tmp_path, ago_s=31)
    dead = opened(*command)
    assert "nobody is watching: the tracker's last sign of life is of" in dead.err
    assert "-> `tracker run`" in dead.err
    assert dead.out == watched.out
    beat(tmp_path, ago_s=1, ended=True)
    assert "nobody is watching: the tracker ended at" in opened(*command).err
    beat(tmp_path, ago_s=1, trouble="no connection (Connection refused)")
    assert "nothing is heard" in (deaf := opened(*command).err)
    assert "Connection refused" in deaf
    beat(tmp_path, ago_s=-3600)
    assert "is somebody watching?" in opened(*command).err


def test_for_machines_it_is_in_the_shipment_s_document(opened: Run, tmp_path: Path) -> None:
    show = ("shipment", "show", "TRIP-1", "--json")
    (never,) = opened(*show).documents
    assert (never["as_of"], never["watched"]) == (None, False)
    beat(tmp_path, ago_s=2)
    ran = opened(*show)
    (now,) = ran.documents
    assert now["watched"] is True
    assert datetime.now(UTC) - datetime.fromisoformat(now["as_of"]) < timedelta(seconds=30)
    assert ran.err == ""
    beat(tmp_path, ago_s=60)
    (old,) = opened(*show).documents
    assert old["watched"] is False


def test_what_counts_as_dead_is_configured(opened: Run, tmp_path: Path) -> None:
    beat(tmp_path, ago_s=60)
    file = tmp_path / "tracker.toml"
    file.write_text(file.read_text().replace("# dead_after_s = 30.0", "dead_after_s = 90.0"))
    assert opened("alerts", "list").err.startswith("as of ")
    file.write_text(file.read_text().replace("dead_after_s = 90.0", "dead_after_s = 10"))
    with pytest.raises(UsageError, match="no more than heartbeat_s"):
        load(file, {})


def test_the_intake_leaves_signs_of_life_at_most_so_often(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.started(heartbeat_s=10.0)
    start, seen = office.clock.now(), []
    for second in range(25):
        office.tick(start + timedelta(seconds=second))
        found = office.journal.heartbeat()
        assert found is not None
        seen.append((found.at - start).total_seconds())
    assert sorted(set(seen)) == [0, 10, 20]
    office.inbox.trouble = "the connection was lost"
    office.tick(start + timedelta(seconds=26))
    deaf = watch(office.journal, office.clock.now(), 30.0)
    assert (deaf.watching, deaf.as_of) == (Watching.DEAF, start + timedelta(seconds=26))
    office.inbox.trouble = "worker 2 of 2 ended (exit code -9) and is being started again"
    office.tick(start + timedelta(seconds=27))
    partly = watch(office.journal, office.clock.now(), 30.0)
    assert (partly.watching, partly.why) == (Watching.PARTLY, office.inbox.trouble)
    assert sentence(partly, ZoneInfo("UTC")).startswith("a part of the trucks is not watched")
    office.ingest.run(lambda: True)
    assert watch(office.journal, office.clock.now(), 30.0).watching is Watching.ENDED
    office.close()


def test_an_intake_that_fails_says_so_in_its_last_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(tmp_path)
    office.started(heartbeat_s=10.0)

    def refuse(_timeout: float) -> None:
        raise UsageError("the key is gone")

    monkeypatch.setattr(office.inbox, "receive", refuse)
    with pytest.raises(UsageError):
        office.ingest.run(lambda: False)
    last = watch(office.journal, office.clock.now(), 30.0)
    assert (last.watching, last.why) == (Watching.ENDED, "the key is gone")
    office.close()


@pytest.mark.e2e
def test_a_tracker_that_is_killed_is_missed(started: Run, tmp_path: Path) -> None:
    """`alerts watch` tells when it falls silent, and when another watches again."""
    file = tmp_path / "tracker.toml"
    text = file.read_text().replace("# heartbeat_s = 10.0", "heartbeat_s = 0.2")
    file.write_text(text.replace("# dead_after_s = 30.0", "dead_after_s = 2.0"))
    with process(tmp_path, "run") as tracker:
        until(tracker.stderr, is_ready)
        with process(tmp_path, "alerts", "watch") as watching:
            until(watching.stderr, lambda line: line.startswith("as of"))
            tracker.kill()
            until(watching.stderr, lambda line: "last sign of life" in line)
            with process(tmp_path, "run") as another:
                until(another.stderr, is_ready)
                until(watching.stderr, lambda line: line.startswith("as of"))


def test_more_evidence_of_an_incident_is_not_another_line(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.open(trip())
    seen: dict[str, Alert] = {}
    lines: list[tuple[str, str]] = []

    def look() -> None:
        lines.extend(
            (one.id, one.status)
            for one in changed(office.journal, None, seen)
            if one.kind is AlertKind.SEAL_TAMPERED  # one message of the batch cannot be read
        )

    now = office.clock.now()
    for one in (*BEFORE, *BATCH[:3]):
        office.hear(one)
        look()
    assert lines == [("S1-2", "raised")]
    office.commands.submit_alert("S1-2", AcknowledgeAlert(at=now, by="a", alert="S1-2", note=""))
    look()
    for one in BATCH[3:]:
        office.hear(one)
        look()
    assert office.journal.alerts()[1].count == 5
    office.commands.submit_alert("S1-2", CloseAlert(at=now, by="a", alert="S1-2", reason="r"))
    look()
    assert lines == [("S1-2", "raised"), ("S1-2", "acknowledged"), ("S1-2", "closed")]
    office.close()


def test_a_database_that_is_gone_is_not_a_fleet_without_alerts(opened: Run, tmp_path: Path) -> None:
    """As when its disk is not mounted. Before the first checkpoint nothing can tell."""
    opened("log", "checkpoint")
    (tmp_path / "tracker.db").rename(tmp_path / "elsewhere")
    for command in (["alerts", "list"], ["alerts", "ack", "TRIP-1-1"], ["log", "verify"]):
        assert "the database is gone" in opened(*command, code=2).err
    assert "FAILED  database" in opened("doctor", code=3).out
    assert not (tmp_path / "tracker.db").exists()
