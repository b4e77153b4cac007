"""The states of all that is under way: those in use as they are, the others as packed bytes.

A state in use is some ten kilobytes of small objects; packed it is a third of that, and is not made
at all before somebody asks for it. So a fleet of a hundred thousand fits, and a start need not
decode what may not speak for hours.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, MutableMapping
from datetime import datetime

import msgspec
from msgspec import Struct

from tracker import engine
from tracker.domain.state import ScopeState
from tracker.rules.base import Rule

READY = 4096
"""So many states are kept as they are; a fleet that is larger unpacks those that speak."""


class _Heard(Struct):
    heard_at: datetime


class _HeardBy(Struct):
    devices: dict[str, _Heard] = {}


class StateShelf(MutableMapping[str, ScopeState]):
    """By scope. laid_away: told of each scope whose state was packed, which has not been in use for
    longest. ready: how many are not; None: `READY`.
    """

    def __init__(
        self,
        rules: tuple[Rule, ...],
        *,
        laid_away: Callable[[str], None] = lambda _scope: None,
        ready: int | None = None,
    ) -> None:
        self._rules, self._laid_away = rules, laid_away
        self._most = READY if ready is None else ready
        self._ready: OrderedDict[str, ScopeState] = OrderedDict()
        self._packed: dict[str, bytes] = {}

    def put_packed(self, scope: str, body: bytes) -> None:
        """A state as `engine.encode` makes it."""
        self._ready.pop(scope, None)
        self._packed[scope] = body

    def __getitem__(self, scope: str) -> ScopeState:
        state = self._ready.get(scope)
        if state is not None:
            if self._packed:
                self._ready.move_to_end(scope)
            return state
        body = self._packed.pop(scope)
        self._ready[scope] = state = engine.decode(body, self._rules)
        self._trim()
        return state

    def __setitem__(self, scope: str, state: ScopeState) -> None:
        self._packed.pop(scope, None)
        self._ready[scope] = state
        if self._packed:
            self._ready.move_to_end(scope)
        self._trim()

    def __delitem__(self, scope: str) -> None:
        if self._ready.pop(scope, None) is None:
            del self._packed[scope]

    def __contains__(self, scope: object) -> bool:
        return scope in self._ready or scope in self._packed

    def __len__(self) -> int:
        return len(self._ready) + len(self._packed)

    def __iter__(self) -> Iterator[str]:
        yield from [*self._ready, *self._packed]

    def get(self, scope: str, default: ScopeState | None = None) -> ScopeState | None:  # type: ignore[override]
        """Asked for each reading: without raising."""
        if scope in self._ready or scope in self._packed:
            return self[scope]
        return default

    def clear(self) -> None:
        self._ready.clear()
        self._packed.clear()

    def heard_last(self) -> datetime | None:
        """When somebody was heard last, of all states; what is packed stays so."""
        times = [known.heard_at for one in self._ready.values() for known in one.devices.values()]
        for body in self._packed.values():
            times += [known.heard_at for known in _heard.decode(body).devices.values()]
        return max(times, default=None)

    def looked_through(self) -> Iterator[ScopeState]:
        """All of them; what is packed is unpacked for this look alone."""
        yield from list(self._ready.values())
        for scope in list(self._packed):
            body = self._packed.get(scope)
            if body is not None:
                yield engine.decode(body, self._rules)

    def _trim(self) -> None:
        while len(self._ready) > self._most:
            scope, state = self._ready.popitem(last=False)
            self._packed[scope] = engine.encode(state)
            self._laid_away(scope)


_heard = msgspec.json.Decoder(_HeardBy)
