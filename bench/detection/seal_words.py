"""What a lock says of its seal, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CARD = {"kind": "rfid", "id": "card-88"}


@dataclass(frozen=True)
class SealWord:
    """What the lock says of itself at a second: a state, perhaps an event. mute: from then on
    nothing about the seal. fixless: this one reading comes without a position.
    """

    second: float
    state: str
    event: str | None = None
    number: str | None = None
    credential: dict[str, str] | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    mute: bool = False
    fixless: bool = False


def spoken(word: SealWord, act: SealWord | None, *, shakes: bool) -> dict[str, Any]:
    """Its part of a reading: the lasting word, and if something happens just then, that."""
    seal: dict[str, Any] = {"state": word.state} | word.extra
    if word.number is not None:
        seal["number"] = word.number
    if act is not None:
        if act.event is not None:
            seal["event"] = act.event
        if act.credential:
            seal["credential"] = act.credential
    elif shakes:
        seal["event"] = "vibration"
    return seal
