"""What is said about installing: a folder, a file, or a third party's package.

Nobody of the project has registered its names on a public index, so whoever looks for them there
may get somebody else's program.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator

import pytest
from setuptools import find_packages

from sealproof import VERSION
from sealproof.__main__ import CRYPTOGRAPHY, PYTHON
from tests.conftest import ROOT

OURS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
VERIFIER = tomllib.loads((ROOT / "sealproof" / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = OURS["project"]["optional-dependencies"]
PACKAGES = ["devices", "geofences", "sealproof", "tracker"]
FOLDERS = [*PACKAGES, "bench", "docs", "release", "requirements"]
INSTALL = re.compile(
    r"(?:\b(?:pip|pipx|uv)\s+(?:install|run)|\buvx|\$\(PIP\) install|\$\(INSTALL\))\s+([^`\"\n]+)"
)
ENDS = re.compile(r"[,;]\s|\s[(|#]|\)\s|$")
"""Where the sentence goes on after what is installed."""


def told() -> Iterator[tuple[str, str]]:
    """(the file, what it says is to be installed)"""
    files = [*ROOT.glob("*.md"), ROOT / "Makefile"]
    for folder in FOLDERS:
        inside = sorted((ROOT / folder).rglob("*"))
        files += [file for file in inside if file.suffix in (".py", ".md", ".txt")]
    for file in files:
        text = file.read_text(encoding="utf-8").replace("{CRYPTOGRAPHY}", str(CRYPTOGRAPHY))
        for command in INSTALL.finditer(text):
            yield str(file.relative_to(ROOT)), ENDS.split(command[1])[0]


def declared() -> set[str]:
    """Third parties' packages, as the two pyproject.toml write them."""
    groups = [OURS["project"]["dependencies"], VERIFIER["project"]["dependencies"]]
    written = {requirement for group in (*groups, *EXTRAS.values()) for requirement in group}
    return {name for name in written if not name.startswith(("sealproof", "seal-tracker"))}


def wrong(what: str) -> list[str]:
    """Those of the words that pip would look up on an index, and no pyproject.toml declares."""
    return [word for word in shlex.split(what) if not word.startswith("-") and not _right(word)]


def _right(word: str) -> bool:
    if word.endswith(".whl"):
        return word.startswith("./")
    if word.startswith(".") or "/" in word:
        path, _, extras = word.removesuffix("]").partition("[")
        return (ROOT / path).exists() and set(filter(None, extras.split(","))) <= EXTRAS.keys()
    return word in declared()


def test_no_name_of_ours_is_looked_up() -> None:
    places = list(told())
    assert {"README.md", "Makefile", "docs/witness.md", "sealproof/__main__.py"} <= {
        file for file, _ in places
    }
    assert [(file, what) for file, what in places if wrong(what)] == []


@pytest.mark.parametrize(
    "what",
    [
        "seal-tracker",
        "'seal-tracker[pictures]'",
        "--upgrade seal-tracker",
        "sealproof",
        f"sealproof=={VERSION}",
        "sealproof-1-py3-none-any.whl",
        "./gone",
        "'.[gone]'",
        "'pillow>=1'",
    ],
)
def test_the_check_bites(what: str) -> None:
    assert wrong(what) != []


def test_only_our_own_verifier_meets_the_tracker_s_requirement() -> None:
    """A version with a local part ("+...") matches no other, and no public index takes one."""
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[a-z]+", VERSION)
    assert f"sealproof=={VERSION}" in OURS["project"]["dependencies"]


def test_what_is_written_twice_is_the_same() -> None:
    (builder,) = VERIFIER["build-system"]["requires"]
    assert builder in EXTRAS["dev"]
    assert VERIFIER["project"]["dependencies"] == [f"cryptography>={CRYPTOGRAPHY}"]
    assert f"cryptography>={CRYPTOGRAPHY}" in OURS["project"]["dependencies"]
    assert VERIFIER["project"]["requires-python"] == f">={'.'.join(map(str, PYTHON))}"


def test_the_tracker_s_distribution_is_without_the_verifier() -> None:
    found = find_packages(str(ROOT), **OURS["tool"]["setuptools"]["packages"]["find"])
    assert {name.partition(".")[0] for name in found} == {"devices", "geofences", "tracker"}
