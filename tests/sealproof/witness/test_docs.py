"""docs/witness.md: the policy is one, the configuration is read, the answers are those given."""

from __future__ import annotations

import re
import tomllib
from http import HTTPStatus

from sealproof.policy import parse_policy
from tests.conftest import ROOT
from tracker.config.sections import SECTIONS

TEXT = (ROOT / "docs" / "witness.md").read_text(encoding="utf-8")
CODE = (ROOT / "sealproof" / "witness" / "judge.py").read_text(encoding="utf-8")


def test_the_policy_can_be_read() -> None:
    (text,) = re.findall(r"^```\n(# Whose.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    policy = parse_policy(text)
    assert len(policy.logs) == 1
    assert all(party.url for party in policy.witnesses.values())
    assert policy.reached(["broker", "insurer"])
    assert not policy.reached(["broker"])
    assert [authority.name for authority in policy.authorities] == ["notary"]


def test_the_configuration_has_these_keys() -> None:
    (text,) = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    for section, table in tomllib.loads(text).items():
        assert set(table) <= set(SECTIONS[section].__struct_fields__)


def test_every_answer_is_documented() -> None:
    told = {int(status) for status in re.findall(r"^\| (\d{3}) \|", TEXT, re.MULTILINE)}
    given = {HTTPStatus[name].value for name in re.findall(r"HTTPStatus\.([A-Z_]+)", CODE)}
    assert told == given
