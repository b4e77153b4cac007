"""The states of all that is under way: those in use as they are, the others as packed bytes.

A state in use is some ten kilobytes of small objects; packed it is a third of that, and is not made
at all before somebody asks for it. So a fleet of a hundred thousand fits, and a start need not
decode what may not speak for hours.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from tracker import engine
from tracker.domain.state import ScopeState
from tracker.rules.base import Rule

READY = 4096
"""So many states are kept as they are; a fleet that is larger unpacks those that speak."""
LENT = 1024
"""So many are unpacked at a time: a batch asks for a state again and again until it is set anew."""


class _Heard(Struct):
    heard_at: datetime


class _HeardBy(Struct):
    devices: dict[str, _Heard] = {}


class StateShelf(MutableMapping[str, ScopeState]):
    """By scope. ready: so many are kept as they are, whoever is set first; None: `READY`. The rest
    is packed whenever it is set, while it is still in the processor's cache: were the least
    recently used packed instead, a fleet that speaks in turn would find none of its own ready.
    """

    def __init__(
        self,
        rules: tuple[Rule, ...],
        *,
        ready: int | None = None,
    ) -> None:
        self._rules = rules
        self._most = READY if ready is None else ready
        self._ready: dict[str, ScopeState] = {}
        self._stored: dict[str, bytes] = {}
        """As the journal has them, since nobody has asked for them yet."""
        self._packed: dict[str, bytes] = {}
        self._lent: dict[str, ScopeState] = {}
        """Of those stored and packed, what was asked for and not set since."""
        self._kept: tuple[dict[str, Any], ...] = (
            self._ready, self._stored, self._packed, self._lent,
        )  # fmt: skip

    def put_stored(self, scope: str, body: bytes) -> None:
        """A state as `engine.encode` makes it."""
        self._discard(scope)
        self._stored[scope] = body

    def __getitem__(self, scope: str) -> ScopeState:
        state = self._ready.get(scope) or self._lent.get(scope)
        if state is None:
            state = self._unpacked(scope)
            if len(self._ready) < self._most:
                self._discard(scope)
                self._ready[scope] = state
                return state
            if len(self._lent) >= LENT:
                del self._lent[next(iter(self._lent))]
            self._lent[scope] = state
        return state

    def __setitem__(self, scope: str, state: ScopeState) -> None:
        if scope in self._ready:
            self._ready[scope] = state
            return
        self._discard(scope)
        if len(self._ready) < self._most:
            self._ready[scope] = state
        else:
            self._packed[scope] = engine.pack(state)

    def __delitem__(self, scope: str) -> None:
        if scope not in self:
            raise KeyError(scope)
        self._discard(scope)

    def _discard(self, scope: str) -> None:
        for kept in self._kept:
            kept.pop(scope, None)

    def __contains__(self, scope: object) -> bool:
        return scope in self._ready or scope in self._packed or scope in self._stored

    def __len__(self) -> int:
        return len(self._ready) + len(self._stored) + len(self._packed)

    def __iter__(self) -> Iterator[str]:
        yield from [*self._ready, *self._stored, *self._packed]

    def get(self, scope: str, default: ScopeState | None = None) -> ScopeState | None:  # type: ignore[override]
        """Asked for each reading: without raising."""
        state = self._ready.get(scope) or self._lent.get(scope)
        if state is not None:
            return state
        return self[scope] if self.__contains__(scope) else default

    def clear(self) -> None:
        for kept in self._kept:
            kept.clear()

    def heard_last(self) -> datetime | None:
        """When somebody was heard last, of all states; what is packed stays so."""
        times = [known.heard_at for one in self._ready.values() for known in one.devices.values()]
        for bodies, decoder in ((self._stored, _told), (self._packed, _told_packed)):
            for body in bodies.values():
                times += [known.heard_at for known in decoder.decode(body).devices.values()]
        return max(times, default=None)

    def looked_through(self) -> Iterator[ScopeState]:
        """All of them; what is packed is unpacked for this look alone."""
        yield from list(self._ready.values())
        for scope in [*self._stored, *self._packed]:
            if scope in self:
                yield self._ready.get(scope) or self._unpacked(scope)

    def _unpacked(self, scope: str) -> ScopeState:
        body = self._packed.get(scope)
        if body is not None:
            return engine.unpack(body, self._rules)
        return engine.decode(self._stored[scope], self._rules)


_told = msgspec.json.Decoder(_HeardBy)
_told_packed = msgspec.msgpack.Decoder(_HeardBy)
