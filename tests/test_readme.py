"""The README's console blocks are run, in order, in an empty folder; what they print must match.

"..." stands for anything within a line, or, alone, for any lines. A command that ends with "&" runs
on in the background until the end. Since the tracker works beside the commands, one that only looks
is asked again until it shows what the README says, for a bounded time.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.waiting import PATIENCE_S

LOOKS = re.compile(r"^tracker (alerts list|alerts show|explain|log show|shipment show)")


def blocks() -> Iterator[tuple[str, str]]:
    """(what the fence says, the block's text)"""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    yield from re.findall(r"^```(\S+(?: \S+)?)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """(command, the lines it is said to print)"""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *lines = part.rstrip("\n").split("\n")
        yield command, lines


def pattern(lines: list[str]) -> re.Pattern[str]:
    """Spaces count as one: a column is as wide as its content, which differs."""
    parts = [
        r"(?:.*\n)*?" if line == "..." else re.sub(r"(\\ )+", r"\\s+", re.escape(line)) + r"\s*\n"
        for line in lines
    ]
    return re.compile("".join(parts).replace(r"\.\.\.", ".*?"))


@pytest.mark.e2e
@pytest.mark.usefixtures("usual_port")
def test_readme_transcript(tmp_path: Path) -> None:
    scripts = str(Path(sys.executable).parent)
    env = {**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}", "TZ": "UTC", "COLUMNS": "200"}
    running: list[subprocess.Popen[str]] = []
    ran = 0
    try:
        for fence, text in blocks():
            language, _, name = fence.partition(" ")
            if name:
                (tmp_path / name).write_text(text, encoding="utf-8")
            if language != "console":
                continue
            for command, lines in commands(text):
                ran += 1
                if command.endswith("&"):
                    running.append(_background(command, lines, tmp_path, env))
                else:
                    _foreground(command, lines, tmp_path, env)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.communicate(timeout=PATIENCE_S)
    assert ran >= 8, "the README has its transcript"
    assert all(process.returncode == 0 for process in running), "SIGTERM ends it well"


def _foreground(command: str, lines: list[str], folder: Path, env: dict[str, str]) -> None:
    patience = time.monotonic() + PATIENCE_S
    while True:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        if pattern(lines).fullmatch(done.stdout + done.stderr):
            return
        if not LOOKS.match(command) or time.monotonic() > patience:
            said = "\n".join(lines)
            pytest.fail(f"$ {command}\nprinted\n{done.stdout}{done.stderr}\nREADME says\n{said}")
        time.sleep(0.2)


def _background(
    command: str, lines: list[str], folder: Path, env: dict[str, str]
) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        ["sh", "-c", f"exec {command.removesuffix('&')}"],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = "".join(process.stdout.readline() for _ in lines)
    assert pattern(lines).fullmatch(printed), f"$ {command}\nprinted\n{printed}"
    return process


def test_links_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), target
