"""`[display] language`: what happened is told in it; names and `--json` stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.notifying import raise_alert
from tracker import wiring
from tracker.config import load

WORDS = {
    "en": "seal MX1 is void or lost, and appears",
    "es": "aparece el sello MX1, que está anulado o extraviado",
}


@pytest.mark.parametrize("language", WORDS)
def test_alerts_are_told_in_it(run: Run, tmp_path: Path, language: str) -> None:
    run("init", ".")
    file = tmp_path / "tracker.toml"
    text = file.read_text().replace("[display]\n", f'[display]\nlanguage = "{language}"\n')
    file.write_text(text)
    with wiring.commands(load(file, {})) as commands:
        alert = raise_alert(commands, 1)
    for command in (["list"], ["show", alert.id]):
        shown = " ".join(run("alerts", *command).out.split())
        assert WORDS[language] in shown
        assert alert.kind in shown
    (document,) = run("alerts", "list", "--json").documents
    assert document["detail"] == WORDS["en"]


def test_a_language_that_there_is_not_is_told(run: Run, tmp_path: Path) -> None:
    run("init", ".")
    file = tmp_path / "tracker.toml"
    file.write_text(file.read_text().replace("[display]\n", '[display]\nlanguage = "fr"\n'))
    assert "[display] language" in run("alerts", "list", code=2).err
