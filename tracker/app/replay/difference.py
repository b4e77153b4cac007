"""What is different between the alerts that were and those that would have been."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from tracker.domain.alert import Alert, AlertKind


class Change(enum.StrEnum):
    APPEARS = "appears"
    VANISHES = "vanishes"
    MOVES = "moves"


class Difference(Struct, frozen=True, kw_only=True):
    """One alert. before: as it is on record; after: as it would be; one of them may be None.
    moved: of an alert that is both, the names of what differs: severity, occurred_at, count, late.
    """

    change: Change
    before: Alert | None = None
    after: Alert | None = None
    moved: tuple[str, ...] = ()

    @property
    def alert(self) -> Alert:
        """As it would be; or, of one that vanishes, as it was."""
        alert = self.after or self.before
        assert alert is not None  # noqa: S101 - one of them is there
        return alert


class KindCount(Struct, frozen=True, kw_only=True):
    """Of one kind: how many are on record, how many there would be, and what becomes of which."""

    kind: AlertKind
    recorded: int
    replayed: int
    appears: int
    vanishes: int
    moves: int


MEASURES = ("severity", "occurred_at", "count", "late")


NEAR = timedelta(hours=1)
"""What a threshold moves begins so much earlier or later at most, to be taken for the same."""


def differences(before: Iterable[Alert], after: Iterable[Alert]) -> list[Difference]:
    """By shipment and time. The same incident is the one of the same kind and key that began at the
    same time, or else one that went on at the same time, or began soon before or after.
    """
    found: list[Difference] = []
    old, new = _grouped(before), _grouped(after)
    for group in old.keys() | new.keys():
        found += _paired(old.get(group, []), new.get(group, []))
    return sorted(found, key=lambda one: (one.alert.scope, one.alert.occurred_at, one.alert.kind))


def counted(
    before: Sequence[Alert], after: Sequence[Alert], found: Iterable[Difference]
) -> list[KindCount]:
    """By kind, in the order of the kinds; those of which there is nothing are left out."""
    was, now = Counter(one.kind for one in before), Counter(one.kind for one in after)
    changes = Counter((one.alert.kind, one.change) for one in found)
    return [
        KindCount(
            kind=kind,
            recorded=was[kind],
            replayed=now[kind],
            appears=changes[kind, Change.APPEARS],
            vanishes=changes[kind, Change.VANISHES],
            moves=changes[kind, Change.MOVES],
        )
        for kind in AlertKind
        if was[kind] or now[kind]
    ]


def same_incident(one: Alert, other: Alert) -> bool:
    """They went on at the same time: from the first evidence to the last, or to the end."""
    return one.occurred_at <= _over(other) and other.occurred_at <= _over(one)


def _grouped(alerts: Iterable[Alert]) -> dict[tuple[str, str, str | None], list[Alert]]:
    groups: dict[tuple[str, str, str | None], list[Alert]] = {}
    for alert in sorted(alerts, key=lambda one: (one.occurred_at, one.id)):
        groups.setdefault((alert.scope, alert.kind, alert.device), []).append(alert)
    return groups


def _paired(old: list[Alert], new: list[Alert]) -> list[Difference]:
    left, found = list(new), list[Difference]()
    unpaired = old
    for fits in (_the_same, _same_key, same_incident, _near):
        waiting, unpaired = unpaired, []
        for alert in waiting:
            match = next((one for one in left if fits(alert, one)), None)
            if match is None:
                unpaired.append(alert)
            else:
                left.remove(match)
                found += _moved(alert, match)
    found += [Difference(change=Change.VANISHES, before=alert) for alert in unpaired]
    return found + [Difference(change=Change.APPEARS, after=alert) for alert in left]


def _moved(before: Alert, after: Alert) -> list[Difference]:
    moved = tuple(name for name in MEASURES if getattr(before, name) != getattr(after, name))
    if not moved:
        return []
    return [Difference(change=Change.MOVES, before=before, after=after, moved=moved)]


def _the_same(one: Alert, other: Alert) -> bool:
    return one.key == other.key and one.occurred_at == other.occurred_at


def _same_key(one: Alert, other: Alert) -> bool:
    return one.key == other.key and same_incident(one, other)


def _near(one: Alert, other: Alert) -> bool:
    return one.key == other.key and abs(one.occurred_at - other.occurred_at) <= NEAR


def _over(alert: Alert) -> datetime:
    return max(alert.last_seen, alert.ended_at or alert.last_seen)
