"""The pages in both languages: the same keys, the same facts in each, and none that is not used."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from tracker.app.queries.fleet import Need
from tracker.domain.access import Role
from tracker.domain.alert import AlertStatus, Severity, Verdict
from tracker.domain.seal import SealState
from tracker.web import acts
from tracker.web.words import TEXTS, Words, preferred

WEB = Path(__file__).parents[2] / "tracker" / "web"


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["en"].keys() == TEXTS["es"].keys()
    for key, text in TEXTS["en"].items():
        assert facts(text) == facts(TEXTS["es"][key]), key


def test_every_key_that_a_page_asks_for_is_there() -> None:
    sources = [*WEB.rglob("*.html"), *WEB.rglob("*.py")]
    asked = {
        key
        for source in sources
        for key in re.findall(r"""words\(\s*["']([a-z_.]+[a-z_])["']""", source.read_text())
    }
    assert len(asked) > 60
    assert asked - TEXTS["en"].keys() == set()


@pytest.mark.parametrize("language", TEXTS)
def test_what_is_put_together_is_there(language: str) -> None:
    words = Words(language)
    for need in Need:
        words(f"need.{need}")
    for state in SealState:
        words(f"seal.{state.value.lower()}")
    for role in Role:
        words(f"role.{role}")
    for verdict in Verdict:
        words(f"verdict.{verdict}")
    for name in [*Severity, *AlertStatus]:
        words(f"severity.{name}" if name in set(Severity) else f"status.{name}")
    for prefix, known in (("act", acts.OF_SHIPMENTS), ("answer", acts.OF_ALERTS)):
        for act in known.values():
            words(f"{prefix}.{act.name}")
            for field in act.fields.__struct_encode_fields__:
                words(f"field.{field}")


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en;q=0.5, es;q=0.7", "es"),
        ("fr, de", "en"),
        ("", "en"),
        ("es;q=0, en;q=0.1", "en"),
        ("es;q=often", "en"),
    ],
)
def test_the_browser_is_answered_in_its_language(asked: str, language: str) -> None:
    assert preferred(asked, "en") == language
