"""The fields of a message in brackets by name: what each should be, and what if it is not."""

from __future__ import annotations

import re
from typing import Any

from devices.common.fields import show
from devices.common.refusal import KEY as REFUSED
from devices.common.refusal import refuse

_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{0,15})?", re.ASCII)
WHOLE = re.compile(r"\d{1,18}", re.ASCII)


class Fields:
    """The fields of a message by name. `extra` collects what does not fit. strict: False while what
    is wrong needs no reason, for the device itself says that there is nothing.
    """

    strict = True

    def __init__(self, names: tuple[str, ...], texts: list[str]) -> None:
        self._texts = dict(zip(names, map(str.strip, texts), strict=False))
        self.extra: dict[str, Any] = {}

    def text(self, name: str) -> str:
        return self._texts.get(name, "")

    def degrees(self, name: str, low: float, high: float) -> float | None:
        """The number; None, and refused, where it is none or not within low to high."""
        text = self.text(name)
        if _NUMBER.fullmatch(text) and low <= (value := float(text)) <= high:
            return value
        self.refuse(name, f"a number from {low:g} to {high:g}")
        return None

    def refuse(self, name: str, expected: str, text: str | None = None) -> None:
        if not self.strict:
            self.keep(name)
            return
        text = self.text(name) if text is None else text
        why = f"{name} is {show(text)}, expected {expected}"
        refuse(self.extra.setdefault(REFUSED, {}), name, text, why)

    def number(self, name: str, high: float = 1e15) -> float | None:
        """The number from 0 to high; None for none, kept where it is something else."""
        text = self._texts.get(name)
        if not text:
            return None
        if _NUMBER.fullmatch(text) and 0 <= float(text) <= high:
            return float(text)
        self.extra[name] = text
        return None

    def whole(self, name: str) -> int | None:
        text = self._texts.get(name)
        if not text:
            return None
        if WHOLE.fullmatch(text):
            return int(text)
        self.extra[name] = text
        return None

    def keep(self, *names: str) -> None:
        for name in names:
            if text := self._texts.get(name):
                self.extra[name] = text
