"""What of a native message has no field in the Reading, and what was refused of it."""

from __future__ import annotations

from typing import Any

from devices.common.clocks import Told
from devices.common.fields import ReadingError, join, kept
from devices.common.refusal import Refused, refuse, with_refused
from devices.native import keys


def is_plain(said: dict[str, Any], message: keys.Message) -> bool:
    """Whether every key of it has a field in the Reading."""
    seal = message.seal
    return (
        said.keys() <= keys.KEYS
        and (seal is None or said["seal"].keys() <= keys.INNER_KEYS["seal"])
        and (message.cell is None or said["cell"].keys() <= keys.INNER_KEYS["cell"])
        and (
            seal is None
            or seal.credential is None
            or said["seal"]["credential"].keys() <= keys.INNER_KEYS["seal.credential"]
        )
    )


class Extras:
    """What the Reading has no field for, by key ("seal.door" where it stood inside `seal`)."""

    def __init__(self, said: dict[str, Any], message: keys.Message, refused: Refused) -> None:
        self.said, self.message, self.refused = said, message, refused
        self.extra: dict[str, Any] = {}

    def all(self, told: Told, has_fix: bool) -> dict[str, Any]:
        said, message = self.said, self.message
        if not said.keys() <= keys.KEYS:
            for key, value in said.items():
                if key not in keys.KEYS:
                    native = key[:1] == "~" and keys.has_native_name(key)
                    self.keep(key[1:] if native else key, value)
        if message.seal:
            self.inner("seal", said["seal"])
            if message.seal.credential:
                self.inner("seal.credential", said["seal"]["credential"])
        if message.cell:
            self.inner("cell", said["cell"])
        if not has_fix:
            # 0,0 is told by the reason alone, and so need not be kept
            zero = message.no_fix is None and message.lat == 0 == message.lon
            for key in keys.FIX_KEYS[2:] if zero else keys.FIX_KEYS:
                if said.get(key) is not None and key not in self.refused:
                    self.keep(key, said[key])
        for key, value in told.notes.items():
            if key in self.extra:
                refuse(self.refused, key, self.extra[key], "the key is the tracker's own")
            self.extra[key] = value
        return with_refused(self.extra, self.refused) if self.refused else self.extra

    def keep(self, name: str, value: object) -> None:
        place = join("", name)
        if name in self.extra:
            why = f"{place} is given twice: here and under another name"
            refuse(self.refused, place, value, why)
            return
        try:
            self.extra[name] = kept(value, name)
        except ReadingError as fault:
            refuse(self.refused, place, value, fault.reason)

    def inner(self, place: str, said: dict[str, Any]) -> None:
        known = keys.INNER_KEYS[place]
        for key, value in said.items():
            if key not in known:
                self.keep(f"{place}.{key}", value)
