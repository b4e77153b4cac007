"""What everybody meets first: help, its speed, versions, and how errors end."""

from __future__ import annotations

import inspect
import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from tests.cli.conftest import Run
from tests.conftest import ROOT
from tests.support.waiting import PATIENCE_S
from tracker.cli.main import app
from tracker.cli.offered import OFFERED
from tracker.cli.reference import reference

HELP_TIMES = 2.0
"""`tracker --help` takes so many times what an empty Typer program's takes, at most (it takes
hardly more), or people stop asking for help.
"""
COMMANDS = [
    *("init", "doctor", "run", "gateway", "demo", "simulate", "replay", "policy"),
    *("shipment", "alerts", "log", "key", "audit", "seals", "privacy", "witness"),
    *("zones", "devices", "rejects"),
]
PROGRAM = [sys.executable, "-m", "tracker.cli.main"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}


EMPTY = """
import typer
app = typer.Typer()
@app.command()
def nothing() -> None: ...
app(["--help"])
"""


def test_help_is_quick() -> None:
    def spent(command: list[str]) -> float:
        """Seconds of processor time, so that others on the machine do not count."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    spent([*PROGRAM, "--help"])  # the first one may have to compile the modules
    taken = [(spent([*PROGRAM, "--help"]), spent([sys.executable, "-c", EMPTY])) for _ in range(4)]
    ours, empty = (min(costs) for costs in zip(*taken, strict=True))
    assert ours < HELP_TIMES * empty


def test_help_loads_no_command() -> None:
    loads = (
        "import sys; from tracker.cli.main import main\n"
        "try: main(['--help'])\n"
        "finally: print([name for name in sys.modules if name.startswith('tracker.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", loads], check=True, capture_output=True, text=True, env=ENVIRONMENT
    )
    loaded = set(re.findall(r"tracker\.[\w.]+", done.stdout.splitlines()[-1]))
    assert loaded == {
        "tracker.cli", "tracker.cli.main", "tracker.cli.offered", "tracker.cli.shared",
        "tracker.cli.shared.encoding", "tracker.domain", "tracker.domain.errors",
    }  # fmt: skip


@pytest.mark.parametrize("name", OFFERED)
def test_what_is_listed_is_what_the_command_says_of_itself(name: str) -> None:
    command = typer.main.get_command(app).get_command(None, name)  # type: ignore[attr-defined]
    assert command.name == name
    assert command.hidden == OFFERED[name].hidden
    first = inspect.cleandoc(command.help or "").split("\n\n")[0]
    assert OFFERED[name].line == first.replace("\n", " ")


def test_help_names_every_command(run: Run) -> None:
    out = run("--help").out
    for command in COMMANDS:
        assert f" {command} " in out


def test_the_reference_is_up_to_date() -> None:
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == reference(), "run `make docs`"


def test_no_command_is_bad_usage(run: Run) -> None:
    assert "Usage: tracker" in run(code=2).out


@pytest.mark.parametrize("arguments", [["nonsense"], ["alerts", "list", "--nonsense"], ["log"]])
def test_bad_usage_ends_with_2(run: Run, arguments: list[str]) -> None:
    run(*arguments, code=2)


def test_without_a_configuration_nothing_is_made(run: Run, tmp_path: Path) -> None:
    ran = run("alerts", "list", code=2)
    assert "no configuration" in ran.err
    assert "tracker init" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_time_zone(run: Run) -> None:
    assert "no time zone 'Mars/Base'" in run("--tz", "Mars/Base", "policy", code=2).err


def test_a_database_that_is_not_ours_ends_with_its_mend(started: Run, tmp_path: Path) -> None:
    (tmp_path / "tracker.db").write_bytes(b"not a database, but long enough to be looked at" * 30)
    ran = started("shipment", "list", code=None)
    assert ran.code in (2, 3)
    assert "tracker.db" in ran.err
    assert "->" in ran.err
    assert "Traceback" not in ran.err


def test_an_interrupted_watch_ends_with_130(opened: Run, tmp_path: Path) -> None:
    opened(
        "shipment", "handover", "TRIP-1", "--from", "acme", "--to", "transfer", "--seal", "WRONG1"
    )
    with subprocess.Popen(
        [*PROGRAM, "alerts", "watch", "--json"], cwd=tmp_path, env=ENVIRONMENT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as watch:  # fmt: skip
        assert watch.stdout is not None
        assert watch.stdout.readline(), "the alert is told, and it goes on watching"
        watch.send_signal(signal.SIGINT)
        _, err = watch.communicate(timeout=PATIENCE_S)
    assert watch.returncode == 130
    assert b"Traceback" not in err


def test_a_reader_that_has_enough_is_not_told_off(started: Run, tmp_path: Path) -> None:
    """`tracker policy | true`: no traceback, no message."""
    read, write = os.pipe()
    os.close(read)
    try:
        ran = subprocess.run(
            [*PROGRAM, "policy", "--json"], cwd=tmp_path, env=ENVIRONMENT, check=False,
            stdout=write, stderr=subprocess.PIPE,
        )  # fmt: skip
    finally:
        os.close(write)
    assert ran.stderr == b""


def test_no_colour_without_a_terminal(opened: Run) -> None:
    opened(
        "shipment", "handover", "TRIP-1", "--from", "acme", "--to", "transfer", "--seal", "WRONG1"
    )
    for arguments in (["shipment", "list"], ["alerts", "list"], ["log", "show"], ["--help"]):
        assert "\x1b" not in opened(*arguments).out


def test_the_time_zone_is_the_call_s_the_configuration_s_the_computer_s_or_utc(
    opened: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def zone(*options: str) -> str:
        return opened(*options, "shipment", "list").out.splitlines()[1].split()[4]

    assert zone() == "UTC"
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert zone() == "JST"
    file = tmp_path / "tracker.toml"
    text = file.read_text()
    file.write_text(text.replace("# timezone = ", "timezone = "))
    assert zone() == "CST"
    assert zone("--tz", "Europe/Madrid") in ("CET", "CEST")
    file.write_text(text.replace('# timezone = "America/Monterrey"', 'timezone = "Mars/Base"'))
    refused = opened("shipment", "list", code=2).err
    assert "[display] timezone" in refused
    assert "no time zone 'Mars/Base'" in refused
    assert "wrote" in opened("init", "elsewhere").out, "what needs no configuration works"


@pytest.mark.parametrize(
    ("command", "mend"),
    [
        (["log", "export", "TRIP-1", "-o", "TRIP-1.pdf"], "name it TRIP-1.zip"),
        (["log", "export", "TRIP-1", "-o", "case.7.JSON"], "name it case.7.zip"),
        (["log", "prove", "1", "-o", "receipt.pdf"], "name it receipt.tlog-proof"),
        (["zones", "show", "-o", "map.png"], "name it map.html"),
        (["zones", "show", "--png", "map.jpg"], "name it map.png"),
        (["zones", "export", "-o", "zones.pdf"], "let it end in"),
        (["zones", "import", "mine.csv", "-o", "mine.kml"], "name it mine.geojson"),
    ],
)
def test_a_name_that_says_another_format_is_refused(
    opened: Run, tmp_path: Path, command: list[str], mend: str
) -> None:
    (tmp_path / "mine.csv").write_text("id,kind,lat,lon\n")
    before = sorted(path.name for path in tmp_path.iterdir())
    assert mend in opened(*command, code=2).err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["TRIP-1", "TRIP-1.2026", "TRIP-1.ZIP"])
def test_a_name_that_says_no_other_format_is_taken(opened: Run, tmp_path: Path, name: str) -> None:
    opened("log", "export", "TRIP-1", "-o", name)
    assert (tmp_path / name).read_bytes().startswith(b"PK")
