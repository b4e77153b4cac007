"""`[policy.profile.x]`, `[policy.lane."x"]`, `[policy.crossing."x"]`, `[policy.hours.x]`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tracker.config.keys import keys
from tracker.config.nearest import nearest
from tracker.domain.hours import Hours
from tracker.domain.layers import BY_HOUR_NEVER, Layers
from tracker.domain.policy import Policy
from tracker.domain.shipment import Profile

LAYERS = ("profile", "lane", "crossing", "hours")
"""The tables within `[policy]`, each with one more within it."""

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_WHEN = ("from", "until", "timezone")
_WHOSE = ("lanes", "crossings", "profiles")

Place = Callable[..., str]
"""Where a key stands, for messages: `place("policy", "hours", "night", "from")`."""
Fault = Callable[[str, str, str], None]
"""Tells a fault: what, place, mend."""


class LayerReader:
    """Reads them off the tables, and tells every fault."""

    def __init__(self, place: Place, fault: Fault) -> None:
        self._place, self._fault = place, fault

    def layers(self, tables: Mapping[str, Any]) -> Layers:
        """`tables`: by the names of `LAYERS`, as TOML has them."""
        profiles = dict[Profile, Mapping[str, float]]()
        for name, table in self._within("profile", tables):
            if name in set(Profile):
                profiles[Profile(name)] = self._thresholds(("policy", "profile", name), table)
            else:
                self._no_profile(name, self._place("policy", "profile", name))
        lanes, crossings = (
            {
                name: self._thresholds(("policy", layer, name), table)
                for name, table in self._within(layer, tables)
            }
            for layer in ("lane", "crossing")
        )
        hours = tuple(
            found
            for name, table in self._within("hours", tables)
            if (found := self._hours(name, table)) is not None
        )
        return Layers(profiles=profiles, lanes=lanes, crossings=crossings, hours=hours)

    def _within(self, layer: str, tables: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
        table = tables.get(layer, {})
        for name, inner in table.items():
            if isinstance(inner, dict):
                yield name, inner
            else:
                mend = f'write [policy.{layer}.NAME] on a line of its own, and "{name}" below it'
                self._fault(f"{layer} needs a name", self._place("policy", layer, name), mend)

    def _thresholds(
        self, path: tuple[str, ...], table: Mapping[str, Any], *, never: Mapping[str, str] = {}
    ) -> dict[str, float]:
        known, found = keys("policy", Policy), dict[str, float]()
        for name, value in table.items():
            place = self._place(*path, name)
            if name not in known:
                self._fault(f"there is no threshold {name}", place, nearest(name, known, "keys"))
            elif name in never:
                mend = "set it in [policy], or by profile, lane or crossing"
                self._fault(f"{name} cannot change by the hour: {never[name]}", place, mend)
            else:
                try:
                    found[name] = msgspec.convert(value, known[name].type)
                except msgspec.ValidationError as error:
                    reason = str(error)[:1].lower() + str(error)[1:]
                    self._fault(reason, place, f"allowed: {known[name].allowed()}")
        return found

    def _hours(self, name: str, table: Mapping[str, Any]) -> Hours | None:
        path = ("policy", "hours", name)
        begins, ends = (self._time(path, key, table) for key in ("from", "until"))
        timezone = self._timezone(path, table)
        whose = {key: self._names(path, key, table.get(key, [])) for key in _WHOSE}
        for profile in whose["profiles"]:
            if profile not in set(Profile):
                self._no_profile(profile, self._place(*path, "profiles"))
        rest = {key: value for key, value in table.items() if key not in (*_WHEN, *_WHOSE)}
        changes = self._thresholds(path, rest, never=BY_HOUR_NEVER)
        if begins is None or ends is None or timezone is None:
            return None
        if begins == ends:
            mend = "for the whole day set the thresholds in [policy], or by profile or lane"
            self._fault("from and until are the same", self._place(*path, "until"), mend)
            return None
        return Hours(name, begins, ends, timezone, changes, **whose)

    def _no_profile(self, name: str, place: str) -> None:
        self._fault(f"there is no profile {name}", place, nearest(name, Profile, "profiles"))

    def _time(self, path: tuple[str, ...], key: str, table: Mapping[str, Any]) -> time | None:
        value = table.get(key)
        if isinstance(value, time) and value.second == value.microsecond == 0:
            return value
        match = _TIME.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            what = f"{key} is missing" if value is None else f"{key} is {value!r}"
            mend = f'a time of the day, such as {key} = "22:00"'
            self._fault(what, self._place(*path, key), mend)
            return None
        return time(int(match[1]), int(match[2]))

    def _timezone(self, path: tuple[str, ...], table: Mapping[str, Any]) -> str | None:
        value, place = table.get("timezone"), self._place(*path, "timezone")
        if value is None:
            self._fault("timezone is missing", place, 'such as timezone = "America/Monterrey"')
            return None
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            self._fault(f"no time zone {value!r}", place, "for instance America/Monterrey")
            return None
        return str(value)

    def _names(self, path: tuple[str, ...], key: str, value: Any) -> tuple[str, ...]:
        try:
            return msgspec.convert(value, tuple[str, ...])
        except msgspec.ValidationError:
            self._fault(f"{key} is {value!r}", self._place(*path, key), "a list of names")
            return ()
