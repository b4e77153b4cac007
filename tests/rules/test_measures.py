"""What rules weigh, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.rules.test_weighs import weighed
from tracker.wording import measures
from tracker.wording.measures import LANGUAGES, en


def told(**said: Any) -> measures.Told:
    fields: dict[str, Any] = {
        "measure": "battery", "about": "", "value": 31, "limit": 30.0, "unit": "%",
        "threshold": "battery_low_pct", "origin": "profile trusted",
    }  # fmt: skip
    return measures.told(**(fields | said), clock=lambda at: f"{at:%H:%M}")


def test_every_measure_of_a_rule_has_a_name() -> None:
    used = {
        one.measure for scales in weighed().values() for scale in scales for one in scale.weighed
    }
    assert used - en.LANGUAGE.measures.keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_the_same_measures(language: str) -> None:
    assert list(LANGUAGES[language].measures) == list(en.LANGUAGE.measures)
    assert LANGUAGES[language].units.keys() == en.LANGUAGE.units.keys()


@pytest.mark.parametrize("measure", en.LANGUAGE.measures)
def test_no_name_is_left_in_english(measure: str) -> None:
    assert LANGUAGES["es"].measures[measure] != en.LANGUAGE.measures[measure]


def test_a_comparison_in_spanish() -> None:
    said = told(measure="stood", value=True, unit="", limit=None, threshold=None, language="es")
    assert said == measures.Told("estuvo parado", "sí", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("measure", en.LANGUAGE.measures)
def test_a_name_is_plain(measure: str, language: str) -> None:
    name = LANGUAGES[language].measures[measure]
    assert name.strip() == name
    assert name
    assert "_" not in name


def test_numbers_units_and_limits() -> None:
    assert told() == measures.Told("battery at", "31 %", "30 % (battery_low_pct, profile trusted)")
    assert told(origin=None).against == "30 % (battery_low_pct)"
    assert told(value=0.25, threshold=None).seen == "0.2 %"
    assert told(limit=None, threshold=None).against == ""


def test_yes_no_none_and_times() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC).isoformat()
    assert told(value=True, unit="").seen == "yes"
    assert told(value=False, unit="").seen == "no"
    assert told(value=None).seen == "none"
    assert told(value=noon, limit=noon, unit="time", threshold=None).against == "12:00"
    assert told(measure="fixes_inside", about="yard", unit="fixes").what.endswith(" inside yard")


def test_one_that_is_not_known_is_named_as_it_is_written() -> None:
    assert told(measure="stood_still").what == "stood still"
