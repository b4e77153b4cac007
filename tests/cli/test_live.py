"""What the tracker finds, told while it runs: the same words with and without a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from tracker.cli.service.live import Live
from tracker.cli.shared import render
from tracker.domain.codes import Code
from tracker.domain.finding import Finding, FindingType

ZONE = ZoneInfo("America/Monterrey")
FINDINGS = [
    Finding(
        type=FindingType.READINGS_BOUND,
        scope=scope,
        occurred_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        recorded_at=datetime(2026, 3, 2, 12, 1, tzinfo=UTC),
        code=Code.READINGS_BOUND,
        facts={"readings": 20, "fresh": 7},
        zone=zone,
        late=late,
    )
    for scope, zone, late in (("S-1", None, False), ("S-2", "laredo.yard", True))
]


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the width and colours of the terminal that the tests were started in."""
    for variable in ("COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)


def test_where_nobody_sees_colours_the_words_are_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Live(ZONE, as_json=False).tell(FINDINGS, [])
    told = capsys.readouterr().err.splitlines()
    assert told == [render.finding_line(finding, ZONE).plain for finding in FINDINGS]


def test_a_terminal_gets_colours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    live = Live(ZONE, as_json=False)
    assert not live._plain
    live.tell(FINDINGS, [])
    assert "S-1" in capsys.readouterr().err


@pytest.mark.parametrize("width", ["", "80"])
def test_what_would_act_on_a_terminal_is_shown_as_it_is_written(
    width: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if width:
        monkeypatch.setenv("COLUMNS", width)
    Live(ZONE, as_json=False).tell([replace(FINDINGS[0], scope="S\x1b[31m")], [])
    assert "\x1b" not in capsys.readouterr().err
