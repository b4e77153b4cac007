"""What a phrase is: a template for the facts, or, where some may be absent, a function of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Facts = Mapping[str, Any]
Phrase = str | Callable[[Facts], str]
Phrases = Mapping[str, Phrase]
