"""The command line, in this process: arguments in, exit code and both outputs out."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.ports import free_port
from tracker.cli.main import main
from tracker.cli.service import init


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def documents(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines; every line must be one document."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """Runs one command in `tmp_path`; nothing of this computer's user is found or in force, and
    `init` finds a port that no other test's would.
    """
    monkeypatch.setattr(init, "USUAL_PORT", free_port())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("TRACKER_ACTOR", "tester")
    for variable in ("TRACKER_CONFIG", "TZ", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)

    def call(*arguments: str, stdin: str | bytes = b"", code: int | None = 0) -> Ran:
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        ran = Ran(int(ended.value.code or 0), out.decode(), err.decode())
        assert code is None or ran.code == code, f"{ran.code}\n{ran.out}\n{ran.err}"
        return ran

    return call


SHIPMENT = {
    "id": "TRIP-1",
    "crossing": "laredo-world-trade",
    "devices": [{"id": "SEAL-1"}],
    "seals": [{"number": "MX0012345", "device": "SEAL-1"}],
    "custodians": [{"id": "acme", "role": "carrier"}, {"id": "transfer", "role": "transfer"}],
    "legs": [
        {
            "from": "monterrey.plant",
            "to": "laredo.yard",
            "corridor": "monterrey-laredo.world-trade",
            "custodian": "acme",
            "earliest": "2020-01-01T00:00:00Z",
        }
    ],
}


@pytest.fixture
def started(run: Run) -> Run:
    """In a folder that `init` has made."""
    run("init")
    return run


@pytest.fixture
def opened(started: Run) -> Run:
    """With the shipment TRIP-1 open."""
    started("shipment", "open", "-", stdin=json.dumps(SHIPMENT))
    return started


@pytest.fixture
def alerted(opened: Run) -> Run:
    """With the critical alert TRIP-1-1: the receiver read another seal number."""
    handover = ["shipment", "handover", "TRIP-1", "--to", "transfer"]
    opened(*handover, "--from", "acme", "--seal", "MX0012345")
    opened(*handover, "--accept", "--seal", "MX0099999", code=1)
    return opened
