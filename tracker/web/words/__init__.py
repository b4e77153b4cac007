"""The texts of the pages, a folder a language, each with the same keys.

words = Words("es"); words("board.title"); words("where.at", place="Laredo")
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.web.words import en, es

TEXTS: Mapping[str, Mapping[str, str]] = {"en": en.TEXTS, "es": es.TEXTS}
LANGUAGES = tuple(TEXTS)


class Words:
    """In one language. Called with a key of `en.TEXTS`; raises KeyError for none."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = TEXTS[language]

    def __call__(self, key: str, **facts: Any) -> str:
        text = self._texts[key]
        return text.format(**facts) if facts else text

    def under(self, *beginnings: str) -> dict[str, str]:
        """The texts whose keys begin so, for scripts."""
        return {key: text for key, text in self._texts.items() if key.startswith(beginnings)}

    def ordinal(self, number: int) -> str:
        """ "third"; of a large one "14th"."""
        key = f"ordinal.{number}"
        return self(key) if self.has(key) else self("ordinal.more", number=number)

    def has(self, key: str) -> bool:
        return key in self._texts


def preferred(accept_language: str, default: str) -> str:
    """The first of ours that a browser asks for; `default` if it asks for none."""
    weighted = []
    for part in accept_language.split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            weighted.append((-float(weight or 1), name.partition("-")[0].lower()))
        except ValueError:
            continue
    wanted = (name for weight, name in sorted(weighted, key=lambda one: one[0]) if weight < 0)
    return next((name for name in wanted if name in TEXTS), default)
