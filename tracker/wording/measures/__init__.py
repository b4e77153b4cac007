"""What a rule compared, in words. A language is one file (`en`, `es`): a name for each measure, and
the small words around it. A measure that is not there is named as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from tracker.wording.measures import en, es
from tracker.wording.measures.language import Language

LANGUAGES: Mapping[str, Language] = {"en": en.LANGUAGE, "es": es.LANGUAGE}

Value = float | str | bool | None
Clock = Callable[[datetime], str]
"""How a moment is shown."""


class Told(Struct, frozen=True):
    """One comparison: what was looked at, what was seen, what it was held against."""

    what: str
    seen: str
    against: str


def told(
    *,
    measure: str,
    about: str,
    value: Value,
    limit: float | str | None,
    unit: str,
    threshold: str | None,
    origin: str | None,
    clock: Clock,
    language: str = "en",
) -> Told:
    """As `tracker.domain.weighing.Weighed` names them; origin: what decides the threshold."""
    said = LANGUAGES[language]
    what = said.measures.get(measure, measure.replace("_", " "))
    against = [] if limit is None else [_value(limit, unit, clock, said)]
    if threshold is not None:
        against.append(f"({threshold}, {origin})" if origin else f"({threshold})")
    return Told(f"{what} {about}".rstrip(), _value(value, unit, clock, said), " ".join(against))


def _value(value: Value, unit: str, clock: Clock, said: Language) -> str:
    if value is None:
        return said.none
    if isinstance(value, bool):
        return said.yes if value else said.no
    if isinstance(value, str):
        return clock(datetime.fromisoformat(value)) if unit == "time" else value
    return f"{round(value, 1):.10g} {said.units.get(unit, unit)}".rstrip()
