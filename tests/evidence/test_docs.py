"""docs/evidence.md says what there is."""

from __future__ import annotations

import io
import re

import pytest

from sealproof import archive, bundle_files, main
from sealproof.brackets import SKEW
from sealproof.bundle import check_bundle
from sealproof.grades import Grade
from sealproof.policy import UNSEEN, parse_policy
from tests.conftest import ROOT
from tests.support.chest import TRUST

TEXT = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """The names in the first column of a section's table."""
    section = TEXT.partition(f"# {heading}\n")[2].partition("\n#")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def test_every_file_of_a_bundle_is_described() -> None:
    named = {one for one in rows("The format, `tracker-bundle/1`") if "<" not in one}
    assert named == bundle_files.POSSIBLE
    assert f"`{bundle_files.FORMAT}`" in TEXT


def test_every_name_of_the_json_is_described(raw: bytes) -> None:
    found = main._bundle_json(check_bundle(io.BytesIO(raw), TRUST))
    assert rows("`--json`") == list(found)


@pytest.mark.parametrize("grade", Grade)
def test_every_grade_is_explained(grade: Grade) -> None:
    assert f"| {grade.name} |" in TEXT


def test_the_numbers_are_those_in_force() -> None:
    assert f"{UNSEEN} of them" in TEXT
    minutes = f"{SKEW.total_seconds() / 60:.0f} minutes"
    assert minutes in re.sub(r"\s+", " ", TEXT)
    assert f"{archive.MAX_FILES:,} files" in TEXT
    assert f"{archive.MAX_TOTAL >> 30} GiB unpacked" in TEXT
    assert f"{archive.MAX_WHOLE >> 20} MiB" in TEXT


def test_the_example_is_a_policy() -> None:
    (example,) = re.findall(r"^```\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert parse_policy(example).quorum == "broker"
