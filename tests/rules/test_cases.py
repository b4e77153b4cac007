"""Every case beside every rule, played against the engine with all rules in force."""

from __future__ import annotations

import contextlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import tracker.rules
from tests.support.cases import Play, agrees, expected, matches
from tracker.domain.errors import Refused
from tracker.rules import ORDER
from tracker.rules.base import Rule

FOLDER = Path(tracker.rules.__file__).parent

MERE_EVIDENCE = {"STILL_OPEN", "STILL_JAMMED"}
"""Codes of what goes on, which is counted in the alert and enters no log by itself."""


def cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.cases.toml")):
        for case in tomllib.loads(path.read_text())["case"]:
            name = f"{path.name.removesuffix('.cases.toml')}: {case['name']}"
            found.append(pytest.param(case, id=name))
    return found


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any]) -> None:
    play = Play(case)
    if "refused" in case:
        with pytest.raises(Refused, match=case["refused"]):
            play.play()
    else:
        play.play()
    told = "\n".join(f"{f.occurred_at:%H:%M:%S} {f.type} {f.code} {f.facts}" for f in play.findings)
    outcome = play.outcome()
    wanted = sorted((expected(text) for text in case["alerts"]), key=lambda pair: pair[0])
    assert [name for name, _ in outcome] == [name for name, _ in wanted], told
    for (name, facts), (_, wants) in zip(outcome, wanted, strict=True):
        assert agrees(facts, wants), f"{name}: {facts}, wanted {wants}\n{told}"
    if "seal" in case:
        assert play.state.devices["L1"].live.seal.state == case["seal"], told
    if "leg" in case:
        assert play.state.leg == case["leg"], told
    if "custodian" in case:
        assert play.state.custodian == case["custodian"], told
    for text in case.get("found", ()):
        assert any(matches(finding, text) for finding in play.findings), f"{text}\n{told}"
    for text in case.get("absent", ()):
        assert not any(matches(finding, text) for finding in play.findings), f"{text}\n{told}"


def test_every_code_that_a_rule_names_is_concluded_in_a_case() -> None:
    """So each was seen with exactly the facts that it declares (`Play.step`)."""
    concluded = set()
    for param in cases():
        play = Play(param.values[0])
        with contextlib.suppress(Refused):
            play.play()
        concluded |= {finding.code.name for finding in play.findings}
    text = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    assert set(re.findall(r"\bCode\.([A-Z_]+)", text)) - concluded == MERE_EVIDENCE


@pytest.mark.parametrize("rule", ORDER, ids=lambda rule: rule.name)
def test_every_rule_has_cases(rule: Rule) -> None:
    path = FOLDER / f"{rule.name}.cases.toml"
    assert path.exists(), f"{path.name} is missing beside the rule"
    kept = tomllib.loads(path.read_text())["case"]
    assert any(case.get("alerts") or case.get("found") for case in kept), "a case that concludes"
    assert any(not case.get("alerts") for case in kept), "a case that stays quiet"
