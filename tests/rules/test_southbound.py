"""Southbound is northbound mirrored: the line runs the other way, and nothing changes."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from tests.rules.test_cases import cases
from tests.support.cases import Play
from tracker.domain.errors import Refused


def played(case: dict[str, Any], *, southbound: bool) -> Play:
    play = Play(case, southbound=southbound)
    with contextlib.suppress(Refused):
        play.play()
    return play


@pytest.mark.parametrize("case", cases())
def test_the_other_way_along_the_line_everything_is_told_alike(case: dict[str, Any]) -> None:
    north, south = played(case, southbound=False), played(case, southbound=True)
    assert south.outcome() == north.outcome()
    assert south.findings == north.findings
