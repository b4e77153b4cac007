"""Which tests `make quick` finds for a change, in this project and in one made for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.quick.related import Imports, Related, changed
from tests.quick.seconds import FILE, UNKNOWN_E2E_S, UNKNOWN_S, Seconds

MADE = {
    "quick_made/__init__.py": "",
    "quick_made/core.py": "X = 1\n",
    "quick_made/middle.py": "from quick_made.core import X\n",
    "quick_made/top.py": "def lazily():\n    from quick_made.middle import X\n    return X\n",
    "quick_made/data.cases.toml": "",
    "quick_tests/__init__.py": "",
    "quick_tests/conftest.py": "",
    "quick_tests/deep/__init__.py": "",
    "quick_tests/deep/conftest.py": "from quick_made import middle\n",
    "quick_tests/deep/test_beside.py": "import os\n",
    "quick_tests/test_core.py": "from quick_made import core\n",
    "quick_tests/test_a_core_user.py": "from quick_made import core\n",
    "quick_tests/test_top.py": "from quick_made import top\nimport pytest.mark.e2e\n",
    "quick_tests/test_data.py": "FILES = '*.cases.toml'\n",
}


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in MADE.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def related(made: Path, *files: str) -> list[Related]:
    return Imports(made, ("quick_made", "quick_tests")).related(files)


def test_the_nearest_come_first_and_those_of_its_name_before_others(made: Path) -> None:
    assert related(made, "quick_made/core.py") == [
        Related(1, 0, "quick_tests/test_core.py"),
        Related(1, 1, "quick_tests/test_a_core_user.py"),
        Related(3, 1, "quick_tests/deep/test_beside.py"),
        Related(3, 1, "quick_tests/test_top.py"),
    ]


def test_a_test_that_was_changed_is_nearest_itself(made: Path) -> None:
    found = related(made, "quick_made/top.py", "quick_tests/test_top.py")
    assert found == [Related(0, 0, "quick_tests/test_top.py")]


def test_a_conftest_concerns_the_tests_below_it(made: Path) -> None:
    found = related(made, "quick_tests/deep/conftest.py")
    assert [one.file for one in found] == ["quick_tests/deep/test_beside.py"]


def test_what_is_no_module_concerns_the_tests_that_name_it_or_its_kind(made: Path) -> None:
    found = related(made, "quick_made/data.cases.toml", "nowhere.bin")
    assert found == [Related(1, 0, "quick_tests/test_data.py")]


@pytest.mark.parametrize(
    ("file", "test"),
    [
        ("tracker/adapters/checkpoint_book.py", "tests/adapters/test_checkpoint_book.py"),
        ("tracker/domain/motion.py", "tests/domain/test_motion.py"),
        ("tracker/rules/silence.cases.toml", "tests/rules/test_cases.py"),
        ("README.md", "tests/test_readme.py"),
        ("pyproject.toml", "tests/test_imports.py"),
        ("tests/support/cases.py", "tests/rules/test_cases.py"),
    ],
)
def test_of_this_project(file: str, test: str) -> None:
    nearest = [one for one in Imports(ROOT).related([file]) if one.distance <= 1]
    assert test in [one.file for one in nearest]


def test_what_is_changed_is_what_git_sees_since_the_branch_left(made: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        subprocess.run(["git", *who, *arguments], cwd=made, check=True, capture_output=True)

    git("init", "--initial-branch", "main")
    git("add", ".")
    git("commit", "-m", "all")
    git("checkout", "-b", "work")
    assert changed(made, "main") == []
    (made / "quick_made/core.py").write_text("X = 2\n")
    git("commit", "-am", "committed")
    (made / "quick_made/middle.py").unlink()
    (made / "ñandú neu.py").write_text("")
    assert changed(made, "main") == ["quick_made/core.py", "quick_made/middle.py", "ñandú neu.py"]
    with pytest.raises(subprocess.CalledProcessError):
        changed(made, "nothing")


def test_what_fits_into_the_time_is_taken_in_its_order(made: Path) -> None:
    known = made / FILE
    known.parent.mkdir(parents=True)
    known.write_text('{"slow": {"a": 40.5, "b": 9.5}, "quick": {"a": 3.0}}')
    seconds = Seconds(made)
    assert seconds.of("slow") == 50.0
    assert seconds.of("quick_tests/test_core.py") == UNKNOWN_S
    assert seconds.of("quick_tests/test_top.py") == UNKNOWN_E2E_S
    files = ["quick", "slow", "quick_tests/test_core.py"]
    assert seconds.fitting(files, 5.0) == (["quick", "quick_tests/test_core.py"], ["slow"])
    known.write_text("damaged")
    assert (made / FILE).exists()
    (made / "slow").write_text("")
    assert Seconds(made).of("slow") == UNKNOWN_S
