"""What the shell offers after TAB: what is right, and nothing at all where it cannot know."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_startup import ENVIRONMENT, PROGRAM


def offered(folder: Path, line: str) -> list[str]:
    """What bash is told for this line, its last word being typed."""
    words = line.split(" ")
    environment = {
        **ENVIRONMENT,
        "_TRACKER_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run(
        [*PROGRAM], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture
def alerted(opened: Run) -> Run:
    handover = ["shipment", "handover", "TRIP-1", "--to", "transfer"]
    opened(*handover, "--from", "acme", "--seal", "MX0012345")
    opened(*handover, "--accept", "--seal", "ANOTHER1", code=1)
    return opened


def test_ids_zones_and_kinds_are_offered(alerted: Run, tmp_path: Path) -> None:
    assert offered(tmp_path, "tracker shipment show TR") == ["TRIP-1"]
    assert offered(tmp_path, "tracker shipment show X") == []
    assert offered(tmp_path, "tracker alerts ack ") == ["TRIP-1-1"]
    assert offered(tmp_path, "tracker rejects list --device S") == ["SEAL-1"]
    assert "jamming" in offered(tmp_path, "tracker alerts list --kind j")
    zones = offered(tmp_path, "tracker shipment authorise TRIP-1 --zone laredo-world")
    assert "laredo-world-trade.bridge" in zones
    assert "laredo-world-trade" in offered(tmp_path, "tracker zones show --crossing laredo")
    file = tmp_path / "tracker.toml"
    file.rename(tmp_path / "other.toml")
    assert offered(tmp_path, "tracker --config other.toml alerts show T") == ["TRIP-1-1"]


def test_a_closed_alert_is_shown_and_not_acknowledged(alerted: Run, tmp_path: Path) -> None:
    alerted("alerts", "close", "TRIP-1-1", "--as", "true", "--reason", "r")
    assert offered(tmp_path, "tracker alerts ack ") == []
    assert offered(tmp_path, "tracker alerts show ") == ["TRIP-1-1"]


def test_where_nothing_can_be_known_nothing_is_said_or_made(run: Run, tmp_path: Path) -> None:
    assert offered(tmp_path, "tracker shipment show ") == []
    run("init")
    assert offered(tmp_path, "tracker shipment show ") == []
    assert not (tmp_path / "tracker.db").exists()
    (tmp_path / "tracker.db").write_text("no database" * 1000)
    assert offered(tmp_path, "tracker alerts show ") == []
    (tmp_path / "tracker.toml").write_text("[")
    assert offered(tmp_path, "tracker alerts show ") == []
