"""`init` writes what works at once; `doctor` says what does not."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.ports import free_port
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


def test_doctor_finds_a_new_installation_well(started: Run) -> None:
    """With the real embedded broker, which is started for the question."""
    checks = started("doctor", "--json").documents
    assert [check["name"] for check in checks if check["ok"]] == [
        *(
            "configuration",
            "database",
            "custody log",
            "broker",
            "zones",
            "dialects",
            "clock",
            "disk",
        )
    ]
    assert "3.1.1" in checks[3]["found"]


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
    assert failed == ["database", "custody log", "zones", "disk"]
    assert "bad.geojson" in checks["zones"]["found"]
    assert all(checks[name]["mend"] for name in failed)
