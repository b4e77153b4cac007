"""`init` writes what works at once; `doctor` says what does not."""

from __future__ import annotations

import signal
import socket
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_run import is_ready, process, until
from tests.support.ports import free_port
from tracker import wiring
from tracker.cli.service import init as module
from tracker.config import load


@pytest.fixture
def no_broker() -> int:
    """A port on which nobody answers."""
    return free_port()


def test_init_writes_a_configuration_and_a_private_password(run: Run, tmp_path: Path) -> None:
    said = run("init", "new/place").out
    folder = tmp_path / "new" / "place"
    password = folder / "broker.password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    config = load(folder / "tracker.toml", {})
    assert config.broker_password is not None
    secret = config.broker_password.reveal()
    assert len(secret) >= 32
    assert secret not in said
    assert config.database.url == f"sqlite:///{folder}/tracker.db"
    assert config.log.origin != "localhost/tracker"


def test_every_installation_has_a_password_and_a_log_of_its_own(run: Run, tmp_path: Path) -> None:
    run("init", "a")
    run("init", "b")
    a, b = (load(tmp_path / name / "tracker.toml", {}) for name in "ab")
    assert a.log.origin != b.log.origin
    assert a.broker_password
    assert b.broker_password
    assert a.broker_password.reveal() != b.broker_password.reveal()


@pytest.mark.parametrize("there", ["tracker.toml", "broker.password"])
def test_init_does_not_overwrite(run: Run, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    ran = run("init", code=2)
    assert there in ran.err
    assert "--force" in ran.err
    assert (tmp_path / there).read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_forced_it_overwrites_and_keeps_the_log_s_name(run: Run, tmp_path: Path) -> None:
    run("init")
    before = load(tmp_path / "tracker.toml", {})
    (tmp_path / "broker.password").chmod(0o644)
    run("init", "--force")
    after = load(tmp_path / "tracker.toml", {})
    assert after.log.origin == before.log.origin
    assert stat.S_IMODE((tmp_path / "broker.password").stat().st_mode) == 0o600


def test_a_taken_port_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(module, "USUAL_PORT", port)
        assert module.free_port() != port
    assert module.free_port() == port


def test_a_folder_that_cannot_be_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot write" in run("init", "file/below", code=2).err


NAMES = [
    "configuration", "database", "custody log", "broker", "tracker", "notices", "zones", "dialects",
    "clock", "disk",
]  # fmt: skip


def test_doctor_finds_a_new_installation_well_and_starts_nothing(
    started: Run, tmp_path: Path
) -> None:
    checks = {check["name"]: check for check in started("doctor", "--json").documents}
    assert list(checks) == NAMES
    assert all(check["ok"] for check in checks.values())
    assert "not running yet" in checks["broker"]["found"]
    assert "not running yet" in checks["tracker"]["found"]
    assert not (tmp_path / "broker" / "nats.log").exists()


def test_what_would_keep_the_first_run_from_starting_is_a_fault(
    started: Run, tmp_path: Path
) -> None:
    (tmp_path / "broker").touch()  # where its store is to be
    assert "FAILED  broker" in started("doctor", code=1).out


def test_an_open_shipment_that_nobody_watches_is_a_fault(opened: Run) -> None:
    said = opened("doctor", code=3).out
    assert "FAILED  broker" in said
    assert "the embedded broker is not running" in said
    assert "FAILED  tracker" in said
    assert "shipments open: 1" in said
    assert said.count("-> `tracker run` starts it") == 2


@pytest.mark.e2e
def test_doctor_and_a_tracker_that_runs_is_killed_and_is_ended(
    started: Run, tmp_path: Path
) -> None:
    with process(tmp_path, "run") as tracker:
        until(tracker.stderr, is_ready)
        checks = {check["name"]: check for check in started("doctor", "--json").documents}
        assert "came back" in checks["broker"]["found"]
        assert "takes no topic with a blank" in checks["broker"]["found"]
        assert checks["tracker"]["found"].startswith("watching, as of ")
        tracker.send_signal(signal.SIGTERM)
        tracker.wait(20)
    checks = {check["name"]: check for check in started("doctor", "--json", code=3).documents}
    failed = {name: check for name, check in checks.items() if not check["ok"]}
    assert list(failed) == ["broker", "tracker"]
    assert failed["broker"]["unreachable"]
    assert "nobody is watching: the tracker ended at" in failed["tracker"]["found"]
    assert all("tracker run" in check["mend"] for check in failed.values())


def test_doctor_and_a_database_that_is_locked(started: Run, tmp_path: Path) -> None:
    with wiring.journal(load(tmp_path / "tracker.toml", {})):
        pass
    holder = sqlite3.connect(tmp_path / "tracker.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    checks = {check["name"]: check for check in started("doctor", "--json", code=3).documents}
    holder.close()
    assert [name for name, check in checks.items() if not check["ok"]] == ["database"]
    assert "busy" in checks["database"]["found"]
    assert "unacknowledged at the broker" in checks["database"]["found"]


def test_doctor_without_a_configuration(run: Run) -> None:
    ran = run("doctor", code=1)
    assert ran.out.startswith("FAILED  configuration")
    assert "tracker init" in ran.out


def test_doctor_and_a_broker_out_of_reach(
    run: Run, tmp_path: Path, no_broker: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tracker.toml").write_text(
        f'[broker]\nembedded = false\nport = {no_broker}\nusername = "u"\n'
    )
    monkeypatch.setenv("TRACKER_BROKER__PASSWORD", "hunter2-hunter2")
    ran = run("doctor", code=3)
    assert "FAILED  broker" in ran.out
    assert str(no_broker) in ran.out
    assert "hunter2" not in ran.out + ran.err


def test_doctor_and_what_is_wrong_here(run: Run, tmp_path: Path) -> None:
    run("init")
    (tmp_path / "bad.geojson").write_text("{")
    text = (tmp_path / "tracker.toml").read_text()
    text = text.replace("# files = []", 'files = ["bad.geojson"]')
    text = text.replace('url = "sqlite:///tracker.db"', 'url = "sqlite:///tracker.toml/x.db"')
    (tmp_path / "tracker.toml").write_text(text)
    checks = {check["name"]: check for check in run("doctor", "--json", code=1).documents}
    failed = [name for name, check in checks.items() if not check["ok"]]
    assert failed == ["database", "zones", "disk"]
    assert "bad.geojson" in checks["zones"]["found"]
    assert all(checks[name]["mend"] for name in failed)
