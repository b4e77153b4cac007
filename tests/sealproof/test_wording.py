"""Words: in each language a phrase for each code, of exactly the facts that the code declares."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from sealproof.wording import KINDS, LANGUAGES, kind, words
from tests.conftest import ROOT
from tests.support.declared import types
from tracker.domain.alert import AlertKind
from tracker.domain.codes import Code

LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
SAMPLES: dict[type, Any] = {str: "KÖ7", int: 1234, bool: True, type(None): None}


def facts_of(code: Code) -> Iterator[dict[str, Any]]:
    """Every kind of value for every fact, in all combinations."""
    names = [name for name in code.facts if not name.endswith("*")]
    kinds = [[SAMPLES[kind] for kind in types(code.facts[name])] for name in names]
    for values in itertools.product(*kinds):
        yield dict(zip(names, values, strict=True))


@LANGUAGE
def test_every_code_has_a_phrase_and_every_phrase_a_code(language: str) -> None:
    assert set(LANGUAGES[language]) == set(map(str, Code))


@LANGUAGE
@pytest.mark.parametrize("code", Code)
def test_a_phrase_takes_the_facts_that_the_code_declares(code: Code, language: str) -> None:
    phrase = LANGUAGES[language][code]
    for facts in facts_of(code):
        # Not by way of `words`, which forgives a fact that is not there.
        said = phrase.format_map(facts) if isinstance(phrase, str) else phrase(facts)
        assert said == words(code, facts, language)
        assert said.strip()
        assert "None" not in said
        assert "True" not in said


class Watched(dict[str, Any]):
    """Facts that remember which of them were asked for."""

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__(facts)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)


@pytest.mark.parametrize("code", Code)
def test_every_language_tells_the_same_facts(code: Code) -> None:
    for facts in facts_of(code):
        asked = {}
        for language in LANGUAGES:
            watched = Watched(facts)
            words(code, watched, language)
            asked[language] = watched.asked
        assert len({frozenset(names) for names in asked.values()}) == 1, (facts, asked)


@pytest.mark.parametrize("code", Code)
def test_no_phrase_of_one_language_stands_in_another(code: Code) -> None:
    """Left untranslated; but for phrases that are nothing but facts."""
    for facts in facts_of(code):
        english, spanish = (words(code, facts, language) for language in ("en", "es"))
        if any(letter.isalpha() for letter in _without(english, facts)):
            assert english != spanish


def _without(text: str, facts: dict[str, Any]) -> str:
    for value in facts.values():
        text = text.replace(str(value), "")
    return text


@pytest.mark.parametrize("code", Code)
def test_no_fact_is_a_float(code: Code) -> None:
    assert not any(kind is float for fact in code.facts.values() for kind in types(fact))


def test_no_code_is_without_use() -> None:
    files = [ROOT / "tracker" / part for part in ("rules", "engine", "domain")]
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in files
        for path in folder.glob("*.py")
        if path.name != "codes.py"
    )
    assert [code for code in Code if f"Code.{code.name}" not in text] == []


@pytest.mark.parametrize(
    ("code", "facts", "said"),
    [
        ("rope_cut", {}, "the rope was cut"),
        ("of_a_newer_log", {"minutes": 3}, "of a newer log"),
        ("zone_entered", {}, "zone entered"),
        ("off_corridor", {"offset_m": "far", "minutes": None}, "off corridor"),
        ("off_corridor", {"offset_m": 12345, "minutes": None}, "12,345 m off the corridor"),
        ("coverage_gap", {"seconds": "long"}, "coverage gap"),
        ("command_result", {"command": 1, "device": [], "status": []}, "command result"),
        ("unlock_refused", {"events": 7}, "unlock refused"),
        ("delivered", {"reason": ["at", "dock", 4]}, "['at', 'dock', 4]"),
        ("", {}, ""),
    ],
)
def test_whatever_another_wrote_is_said_somehow(
    code: str, facts: dict[str, Any], said: str
) -> None:
    assert words(code, facts) == said


def test_every_kind_of_alert_has_a_name_in_spanish() -> None:
    assert set(KINDS["es"]) == set(map(str, AlertKind))
    assert len(set(KINDS["es"].values())) == len(AlertKind), "two are not to be taken for one"
    assert kind("route_deviation") == "route deviation"
    assert kind("route_deviation", "es") == "desvío de la ruta"
    assert kind("of_a_newer_log", "es") == "of a newer log"
