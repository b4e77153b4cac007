"""The verifier without the tracker: its folder copied elsewhere, with cryptography and no more."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.chest import POLICY

GUARD = """\
import sys
allowed = set(sys.stdlib_module_names) | {"cryptography", "_cffi_backend", "cffi", NAME}

class Guard:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ImportError(f"the verifier asks for {name}")

sys.meta_path.insert(0, Guard())
sys.path[:] = [one for one in sys.path if one != PROJECT] + [HERE]
"""
RUN = """\
import runpy
sys.argv = ["tracker-verify", *ARGUMENTS]
runpy.run_module(NAME, run_name="__main__", alter_sys=True)
"""


@pytest.fixture(params=["sealproof"])
def copied(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder, and nothing else of the project."""
    folder = tmp_path / str(request.param)
    shutil.copytree(ROOT / "sealproof", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(copied: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In a Python that finds the standard library, cryptography and the copied folder only."""
    named = {"NAME": copied.name, "HERE": str(copied.parent), "PROJECT": str(ROOT)}
    head = "".join(f"{key} = {value!r}\n" for key, value in named.items())
    program = f"{head}ARGUMENTS = {list(arguments)!r}\n{GUARD}{RUN}"
    return subprocess.run(
        [sys.executable, "-I", "-c", program],
        capture_output=True,
        text=True,
        cwd=copied.parent,
        check=False,
    )


def test_it_verifies_a_bundle(copied: Path, raw: bytes) -> None:
    (copied.parent / "bundle.zip").write_bytes(raw)
    (copied.parent / "policy.txt").write_text(POLICY)
    ran = run(copied, "bundle.zip", "--policy", "policy.txt", "--json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["grade"] == "WITNESSED"
    (copied.parent / "bundle.zip").write_bytes(raw[:-1])
    assert run(copied, "bundle.zip").returncode == 1


def test_the_guard_bites(copied: Path) -> None:
    """Else the test above would prove nothing."""
    (copied / "main.py").write_text("import msgspec\n")
    ran = run(copied, "bundle.zip")
    assert "the verifier asks for msgspec" in ran.stderr
    (copied / "main.py").write_text("from tracker import ports\n")
    assert "the verifier asks for tracker" in run(copied, "bundle.zip").stderr
