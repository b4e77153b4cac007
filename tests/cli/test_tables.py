"""What people copy out of a table is whole, however narrow and poor their terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.conftest import SHIPMENT, Run
from tests.cli.test_startup import ENVIRONMENT, PROGRAM
from tracker.cli.shared import tables

LONG = "TRIP-2026-000123-MTY-LRD-TRANSPORTES-NORTE-7"
WORDS = st.text(st.characters(codec="latin-1", categories=["L", "N"]), min_size=1, max_size=30)
CELLS = st.lists(WORDS, max_size=4).map(" ".join)


@pytest.fixture
def busy(started: Run) -> Run:
    """Two shipments with long ids, each with an alert."""
    for number in (1, 2):
        name = f"{LONG}{number}"
        shipment = {**SHIPMENT, "id": name, "devices": [{"id": f"LOCK-{number:012}"}]}
        shipment["seals"] = [{"number": f"MX00{number:04}", "device": f"LOCK-{number:012}"}]
        started("shipment", "open", "-", stdin=json.dumps(shipment))
        handover = ["shipment", "handover", name, "--to", "transfer"]
        started(*handover, "--from", "acme", "--seal", f"MX00{number:04}")
        started(*handover, "--accept", "--seal", "ANOTHER1", code=1)
    return started


def on_terminal(folder: Path, width: int, *arguments: str) -> str:
    """What a command shows on a terminal so wide, without its colours."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {**ENVIRONMENT, "TERM": "xterm"}
    environment.pop("COLUMNS", None)
    with subprocess.Popen(
        [*PROGRAM, *arguments], cwd=folder, env=environment, stdout=slave, stderr=subprocess.DEVNULL
    ) as process:
        os.close(slave)
        shown = b""
        try:
            while piece := os.read(master, 65536):
                shown += piece
        except OSError:  # the terminal's other end is closed
            pass
        assert process.wait() == 0
    os.close(master)
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n")


def test_ids_are_whole_on_a_terminal(busy: Run, tmp_path: Path) -> None:
    for width in (200, 80, 60):
        alerts = on_terminal(tmp_path, width, "alerts", "list")
        shipments = on_terminal(tmp_path, width, "shipment", "list")
        entries = on_terminal(tmp_path, width, "log", "show")
        for number in (1, 2):
            assert f"{LONG}{number}-1" in alerts.split()
            assert "handover_mismatch" in alerts.split()
            assert f"{LONG}{number}" in shipments.split()
            assert f"LOCK-{number:012}" in shipments.split()
            assert f"{LONG}{number}" in entries.split()
        assert "…" not in alerts + shipments + entries
        if width == 200:
            heads = re.findall("^ALERT ", alerts, re.MULTILINE)
            assert len(heads) == 1, "a table where it fits"


@pytest.mark.parametrize("columns", [None, "20"])
def test_ids_are_whole_in_a_pipe_of_an_old_encoding(
    busy: Run, tmp_path: Path, columns: str | None
) -> None:
    environment = {**ENVIRONMENT, "PYTHONIOENCODING": "latin-1"}
    environment |= {"COLUMNS": columns} if columns else {}

    def ran(*arguments: str) -> bytes:
        return subprocess.run(
            [*PROGRAM, *arguments], cwd=tmp_path, env=environment, capture_output=True, check=True
        ).stdout

    by = ("--by", "Łukasz Muñoz")
    ran("alerts", "ack", f"{LONG}1-1", *by, "--note", "→ called")
    said = ran("alerts", "show", f"{LONG}1-1").decode("latin-1")
    if columns != "20":
        assert f"{LONG}1-1" in said.split()
    assert f"{LONG}1-1" in "".join(said.split())
    assert "Muñoz" in said
    assert r"\u0141ukasz" in said
    assert f"{LONG}2-1".encode() in ran("alerts", "list").split() or columns == "20"
    document = json.loads(ran("alerts", "show", f"{LONG}1-1", "--json").decode("utf-8"))
    assert document["acknowledged_by"] == "Łukasz Muñoz"
    note = ran("log", "checkpoint").decode("utf-8")
    assert "\n— " in note, "a signed note is bytes, not text for a terminal"


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4),
    width=st.integers(10, 120),
)
def test_no_word_is_cut_whatever_the_width(rows: list[tuple[str, str, str]], width: int) -> None:
    cells = [[tables.text(cell) for cell in row] for row in rows]
    widths = tables._widths(("A", "B", "C"), cells, width)
    longest = [
        max(len(word) for row in rows for word in (row[at].split() or ["-"])) for at in range(3)
    ]
    if widths is None:
        assert sum(longest) + 4 > width
    else:
        assert sum(widths) + 4 <= width
        assert all(wide >= least for wide, least in zip(widths, longest, strict=True))
