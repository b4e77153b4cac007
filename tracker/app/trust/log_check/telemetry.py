"""The stored readings against what the custody entries bind of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby

from devices import identity
from devices.reading import Fix
from sealproof import readings
from sealproof.grades import LogFault
from tracker import engine
from tracker.domain.errors import ServiceUnreachable
from tracker.domain.state import DEVICE_SCOPE
from tracker.ports import HeardRow, Records
from tracker.rules import ORDER

Demands = Mapping[str, list[tuple[int, str | None, int]]]
"""By scope: (how many readings, the running hash over them in hex, the entry that says so)."""
Heads = Mapping[str, tuple[int, str | None] | None]
"""By scope: how many readings its state counts, and the running hash; None: it is no state."""


class Telemetry:
    """Fed all readings, scope by scope, in the order of their numbers. `count`: readings held;
    `unbound`: of them those that were stored before telemetry was bound. bound_whole: scopes that
    have none such, for they began later.
    """

    def __init__(self, demands: Demands, heads: Heads, bound_whole: Collection[str] = ()) -> None:
        self._demands, self._heads, self._bound_whole = demands, heads, bound_whole
        self.count = 0
        self.unbound = 0

    def faults(self, rows: Iterable[HeardRow]) -> Iterator[LogFault]:
        seen = set()
        for scope, group in groupby(rows, key=lambda row: row.scope):
            seen.add(scope)
            yield from self._scope(scope, group)
        for scope in self._demands.keys() | self._heads.keys():
            if scope not in seen:
                yield from self._scope(scope, ())

    def _scope(self, scope: str, rows: Iterable[HeardRow]) -> Iterator[LogFault]:
        """Up to the first fault: behind it every hash is another."""
        demands = iter(self._demands.get(scope, ()))
        wanted = next(demands, None)
        number, head = 0, readings.START
        for row in rows:
            self.count += 1
            if row.number is None:
                if scope in self._bound_whole and not scope.startswith(DEVICE_SCOPE):
                    yield LogFault(
                        f"a reading of {scope} ({row.device}) was added: it has no number"
                    )
                    return
                self.unbound += 1
                continue
            if row.number != number:
                yield LogFault(f"reading {number} of {scope} is missing, or one is there twice")
                return
            if not _is_itself(row):
                yield LogFault(
                    f"reading {number} of {scope} ({row.device}, {row.event_time.isoformat()}) is "
                    "not what its own body says"
                )
                return
            number, head = number + 1, readings.extend(head, row.record)
            if wanted is not None and wanted[0] == number:
                if head.hex() != wanted[1]:
                    yield LogFault(
                        f"a reading of {scope} among its first {number} is not the one that was "
                        "bound here: it was altered, removed, added or moved",
                        wanted[2],
                    )
                    return
                wanted = next(demands, None)
        if wanted is not None:
            yield LogFault(
                f"{scope} has {number} readings, and {wanted[0]} were bound here", wanted[2]
            )
            return
        state = self._heads.get(scope, (0, None))
        if state is None:
            yield LogFault(
                f"the state of {scope} cannot be read: it is none that the tracker writes"
            )
            return
        count, digest = state
        if (number, head.hex() if number else None) != (count, digest):
            yield LogFault(
                f"the newest readings of {scope}, which no entry binds yet, are not those that "
                f"were stored ({number} are there, {count} were counted)"
            )


def _is_itself(row: HeardRow) -> bool:
    """Whether the columns say what the body does."""
    body = row.record.split(b"\0", 4)[4]
    try:
        reading = identity.from_body(row.device, body, row.event_time, False, "")
    except (ValueError, TypeError, RecursionError):
        return False
    fix = reading.position if isinstance(reading.position, Fix) else None
    return (
        identity.digest(reading, body) == row.digest
        and reading.event_time == row.event_time
        and (fix.lat if fix else None) == row.lat
        and (fix.lon if fix else None) == row.lon
    )


def heads_of(records: Records) -> Heads:
    """What each scope's state says of its telemetry. Raises ServiceUnreachable where states or
    shipments are none that the tracker writes.
    """
    records.head()  # says so if there is none
    try:
        records.shipments()
        states = list(records.states())
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ServiceUnreachable(
            f"the shipments or states were altered, or are damaged: {error}",
            mend="stop the tracker and restore a backup",
        ) from error
    heads: dict[str, tuple[int, str | None] | None] = {}
    for one in states:
        try:
            state = engine.decode(one.body, ORDER)
        except (TypeError, ValueError, RecursionError):  # msgspec's errors are ValueErrors
            heads[one.scope] = None
        else:
            heads[one.scope] = (state.heard, state.heard_digest)
    return heads
