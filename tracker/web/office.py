"""What every request works with: connections to the database, the one place of commands, people.

A connection belongs to one request at a time. Commands are given one after the other: each is a
transaction in which nobody else may write anyway.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from tracker import wiring
from tracker.app.people.accounts import Accounts
from tracker.app.people.entering import Door
from tracker.app.people.sharing import Sharing
from tracker.config import Config
from tracker.ports import Clock, Records, Store
from tracker.ports.people import People

if TYPE_CHECKING:
    from tracker.app.commands import CommandHandler
    from tracker.app.planning import Geography

DESKS = 8
"""Connections for reading: more at once than cores would only wait for each other."""


@dataclass(frozen=True)
class Desk:
    """For one request. records: to read; people: who may what; door: how they come in."""

    records: Records
    people: People
    door: Door


@dataclass(frozen=True)
class Clerk:
    """Who gives commands, for one request at a time."""

    commands: CommandHandler
    accounts: Accounts
    sharing: Sharing


class Office:
    """One for the process. Close it, and the connections are."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self.config, self.clock = config, clock
        self._open = ExitStack()
        self._free: queue.LifoQueue[Desk] = queue.LifoQueue()
        self._made, self._making = 0, threading.Lock()
        self._writing = threading.Lock()
        self._clerk: Clerk | None = None

    @cached_property
    def geography(self) -> Geography:
        """The zones and corridors on file."""
        return wiring.geography(self.config)

    def now(self) -> datetime:
        return self.clock.now()

    def store(self) -> Store:
        """A connection of its own, for whoever keeps it as long as the office is open."""
        return self._open.enter_context(wiring.journal(self.config))

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """A connection, for as long as it is held."""
        desk = self._taken()
        try:
            yield desk
        finally:
            self._free.put(desk)

    @contextmanager
    def clerk(self) -> Iterator[Clerk]:
        """The one who gives commands, when it is free."""
        with self._writing:
            if self._clerk is None:
                self._clerk = self._hired()
            yield self._clerk

    def close(self) -> None:
        self._open.close()

    def _taken(self) -> Desk:
        try:
            return self._free.get_nowait()
        except queue.Empty:
            pass
        with self._making:
            if self._made < DESKS:
                self._made += 1
                return self._new()
        return self._free.get()

    def _new(self) -> Desk:
        records = self._open.enter_context(wiring.records(self.config))
        people = self._open.enter_context(wiring.people(self.config))
        return Desk(
            records=records, people=people, door=wiring.door(self.config, people, self.clock)
        )

    def _hired(self) -> Clerk:
        commands = self._open.enter_context(wiring.commands(self.config, clock=self.clock))
        people = self._open.enter_context(wiring.people(self.config))
        return Clerk(
            commands=commands,
            accounts=wiring.accounts_of(people, commands),
            sharing=Sharing(people, commands),
        )
