"""Who is asked of a reading: the rules that its signs wake, and those that remember something.

Made once for each combination that occurs; some dozens do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tracker.rules.base import Hook, Rule, hooked
from tracker.rules.signs import Sign

UNUSUAL = int(Sign.UNUSUAL)

Asked = tuple[Rule, Hook]
Turn = tuple[Rule, Hook, tuple[Asked, ...]]
"""A rule that is asked, and all that come after it: they are, too, if it concludes anything."""


@dataclass(slots=True, eq=False)
class Roster:
    """Of one tuple of rules."""

    rules: tuple[Rule, ...]
    all: tuple[Asked, ...] = ()
    _awake: dict[tuple[int, tuple[str, ...], tuple[str, ...]], tuple[Turn, ...]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self.all = hooked(self.rules, "on_reading", "device", with_shipment=True)

    def awake(self, signs: int, lane: Iterable[str], device: Iterable[str]) -> tuple[Turn, ...]:
        """lane, device: the names of the rules that remember something of each."""
        key = (signs, tuple(lane), tuple(device))
        found = self._awake.get(key)
        if found is None:
            found = self._awake[key] = self._made(signs, {*key[1], *key[2]})
        return found

    def _made(self, signs: int, remembering: set[str]) -> tuple[Turn, ...]:
        return tuple(
            (rule, function, self.all[number + 1 :])
            for number, (rule, function) in enumerate(self.all)
            if signs & (rule.wakes | UNUSUAL) or (rule.heeds and rule.name in remembering)
        )


_ROSTERS: dict[int, Roster] = {}


def roster(rules: tuple[Rule, ...]) -> Roster:
    """By the tuple itself: to hash three dozen rules would cost as much as to ask some."""
    found = _ROSTERS.get(id(rules))
    if found is None or found.rules is not rules:
        found = _ROSTERS[id(rules)] = Roster(rules)
    return found
