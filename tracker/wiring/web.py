"""What the web application and the users' commands stand on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING

from tracker.config import Config

if TYPE_CHECKING:
    from tracker.app.commands import CommandHandler
    from tracker.app.people.accounts import Accounts
    from tracker.app.people.entering import Door
    from tracker.app.people.sharing import Sharing
    from tracker.ports import Clock
    from tracker.ports.people import People


def people(config: Config) -> AbstractContextManager[People]:
    """Users, sessions, tokens and shares. Raises as `journal` does."""
    from tracker.adapters.journal.people import SqlPeople

    return closing(SqlPeople.open(config.database.url))


@contextmanager
def accounts(config: Config) -> Iterator[Accounts]:
    """Users and their tokens, for one command."""
    from tracker.wiring.tracking import commands

    with commands(config) as handler, people(config) as kept:
        yield accounts_of(kept, handler)


def accounts_of(kept: People, handler: CommandHandler) -> Accounts:
    from tracker.adapters.passwords import hashed
    from tracker.app.people.accounts import Accounts

    return Accounts(kept, handler, hashed)


@contextmanager
def sharing(config: Config) -> Iterator[Sharing]:
    from tracker.app.people.sharing import Sharing
    from tracker.wiring.tracking import commands

    with commands(config) as handler, people(config) as kept:
        yield Sharing(kept, handler)


def door(config: Config, kept: People, clock: Clock) -> Door:
    """How one comes in."""
    from tracker.adapters.passwords import hashed, matches
    from tracker.app.people.entering import Door
    from tracker.app.people.secret import new_secret

    return Door(
        kept,
        clock,
        matches,
        hashed(new_secret()),  # of nobody: it takes as long to find out
        session_s=config.web.session_h * 3600,
        longest_s=config.web.session_longest_h * 3600,
    )
