"""What the whole suite relies on, in one process and in several beside each other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.growth import LINEAR, growth

SUITE = """
import pytest, warnings

def test_good(): pass
def test_another(): pass
@pytest.mark.skipif({skip}, reason="a part is missing")
def test_skipped(): pass
def test_warning():
    if {warn}:
        warnings.warn("mind the step")
"""


@pytest.fixture(params=[(), ("-n", "2", "--dist", "loadfile")], ids=["one", "two"])
def beside(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options for one process, and for two."""
    return tuple(request.param)


def ran(folder: Path, *options: str, ci: str = "", **said: bool) -> tuple[int, str]:
    """Exit code of a suite with the project's own conftest and configuration; its last line."""
    file = folder / "test_made.py"
    file.write_text(SUITE.format(**({"skip": False, "warn": False} | said)))
    own = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"),
            *("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), *options, str(file)),
        ],
        cwd=folder, env=own | {"CI": ci, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.rstrip().splitlines()[-1]


def test_all_is_well(tmp_path: Path, beside: tuple[str, ...]) -> None:
    code, last = ran(tmp_path, *beside, ci="1")
    assert code == 0
    assert " 4 passed in " in last


def test_a_warning_is_an_error(tmp_path: Path, beside: tuple[str, ...]) -> None:
    code, last = ran(tmp_path, *beside, warn=True)
    assert code == 1
    assert " 1 failed, 3 passed in " in last


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("1", 1)])
def test_a_skip_is_a_failure_in_ci_alone(
    tmp_path: Path, beside: tuple[str, ...], ci: str, code: int
) -> None:
    found, last = ran(tmp_path, *beside, ci=ci, skip=True)
    assert found == code
    assert " 3 passed, 1 skipped in " in last


def test_growth_tells_the_square_from_the_size() -> None:
    def square(size: int) -> int:
        return sum(1 for _ in range(size) for _ in range(size))

    def linear(size: int) -> int:
        return sum(1 for _ in range(size))

    assert growth(square, lambda size: size, 1_600) > LINEAR
    assert growth(linear, lambda size: size, 1_600_000) < LINEAR
