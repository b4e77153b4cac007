"""Codes and facts of custody entries, in words: for whoever reads, and nothing else.

An entry holds a code and facts; what a person reads is made here, in the reader's language. A
language is one file (`en`), with a phrase for each code. Nothing may be decided by these words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealproof.wording import en, es
from sealproof.wording.phrase import Phrases

LANGUAGES: Mapping[str, Phrases] = {"en": en.PHRASES, "es": es.PHRASES}

KINDS: Mapping[str, Mapping[str, str]] = {"en": {}, "es": es.parts.KINDS}
"""Kinds of alert, where a language calls them otherwise than their names do."""


def words(code: str, facts: Mapping[str, Any], language: str = "en") -> str:
    """What the code says with these facts. One that is not known here (a newer log's), or lacks a
    fact, is named as it is written: "rope cut".
    """
    phrase = LANGUAGES[language].get(code)
    try:
        if isinstance(phrase, str):
            return phrase.format_map(facts)
        if phrase is not None:
            return str(phrase(facts))
    except (LookupError, TypeError, ValueError, AttributeError):  # facts that another wrote
        pass
    return code.replace("_", " ")


def kind(name: str, language: str = "en") -> str:
    """What a kind of alert is called: "route deviation", "desvío de la ruta"."""
    return KINDS[language].get(name, name.replace("_", " "))
