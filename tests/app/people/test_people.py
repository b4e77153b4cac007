"""Users, sessions, tokens and shares, on a real database, with a clock set by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.office import Office, trip
from tracker.adapters.journal.people import SqlPeople
from tracker.app.people.accounts import Accounts
from tracker.app.people.entering import Door
from tracker.app.people.sharing import Sharing
from tracker.domain.access import Right, Role
from tracker.domain.errors import NotFound, Refused, UsageError
from tracker.domain.state import PEOPLE_SCOPE

PASSWORD = "a long enough one"
HOUR = 3600.0


class World:
    """hash: a password with a mark before it; no time is spent on hashing here."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder)
        self.people = SqlPeople.open(self.office.url)
        self.accounts = Accounts(self.people, self.office.commands, lambda text: "#" + text)
        self.sharing = Sharing(self.people, self.office.commands)
        self.tried = list[str]()
        self.door = Door(
            self.people, self.office.clock, self._matches, "#nobody", session_s=HOUR, longest_s=5e4
        )

    def _matches(self, kept: str, password: str) -> bool:
        self.tried.append(kept)
        return kept == "#" + password

    def later(self, **by: float) -> datetime:
        self.office.clock.set(self.office.clock.now() + timedelta(**by))
        return self.office.clock.now()

    def entries(self, scope: str) -> list[str]:
        return [entry.type for entry in self.office.journal.entries(scope=scope)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.people.close()
    world.office.close()


def test_a_user_is_kept_as_it_was_put(world: World) -> None:
    user = world.accounts.add("ana", Role.CARRIER, by="root", password=PASSWORD, carrier="acme")
    assert world.people.user("ana") == user
    assert user.created_at.tzinfo is UTC
    assert world.people.users() == [user]


def test_every_change_of_a_user_is_an_entry_without_its_name_in_the_open(world: World) -> None:
    world.accounts.add("ana.lopez", Role.DISPATCHER, by="root", password=PASSWORD)
    world.accounts.change("ana.lopez", by="root", role=Role.AUDITOR)
    world.accounts.disable("ana.lopez", by="root")
    rows = list(world.office.journal.entries(scope=PEOPLE_SCOPE))
    told = [json.loads(row.leaf)["payload"]["facts"]["change"] for row in rows]
    assert told == ["added", "role", "disabled"]
    assert all(b"ana.lopez" not in row.leaf for row in rows)
    assert rows[0].disclosed["payload.facts.user"] == "ana.lopez"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a" * 65, "<b>"])
def test_a_name_that_is_none_is_refused(world: World, name: str) -> None:
    with pytest.raises(UsageError):
        world.accounts.add(name, Role.AUDITOR, by="root")


def test_a_short_password_is_refused_and_nothing_is_added(world: World) -> None:
    with pytest.raises(UsageError, match="too short"):
        world.accounts.add("ana", Role.AUDITOR, by="root", password="short")
    assert world.people.users() == []


def test_a_carrier_says_which_and_nobody_else_does(world: World) -> None:
    with pytest.raises(UsageError, match="carrier"):
        world.accounts.add("ana", Role.CARRIER, by="root")
    with pytest.raises(UsageError, match="carrier"):
        world.accounts.add("ana", Role.AUDITOR, by="root", carrier="acme")


def test_the_last_administrator_stays(world: World) -> None:
    world.accounts.add("root", Role.ADMINISTRATOR, by="root")
    with pytest.raises(Refused, match="last administrator"):
        world.accounts.disable("root", by="root")
    with pytest.raises(Refused, match="last administrator"):
        world.accounts.change("root", by="root", role=Role.AUDITOR)
    world.accounts.add("second", Role.ADMINISTRATOR, by="root")
    world.accounts.disable("root", by="second")


def test_as_much_is_done_for_a_name_that_is_nobodys(world: World) -> None:
    world.accounts.add("ana", Role.DISPATCHER, by="root", password=PASSWORD)
    for name in ("ana", "nobody"):
        with pytest.raises(Refused):
            world.door.log_in(name, "wrong")
    assert len(world.tried) == 2


def test_a_session_ends_when_nothing_is_asked_and_at_the_latest_in_any_case(world: World) -> None:
    world.accounts.add("ana", Role.DISPATCHER, by="root", password=PASSWORD)
    cookie, _ = world.door.log_in("ana", PASSWORD)
    for _ in range(10):
        world.later(minutes=50)
        assert world.door.by_cookie(cookie) is not None
    world.later(minutes=61)
    assert world.door.by_cookie(cookie) is None
    cookie, began = world.door.log_in("ana", PASSWORD)
    while world.door.by_cookie(cookie) is not None:
        world.later(minutes=30)
    assert world.office.clock.now() - began.created_at <= timedelta(seconds=5e4 + 1800)


def test_neither_cookie_token_nor_link_is_in_the_database(world: World) -> None:
    world.office.open(trip())
    world.accounts.add("ana", Role.DISPATCHER, by="root", password=PASSWORD)
    cookie, _ = world.door.log_in("ana", PASSWORD)
    token = world.accounts.new_token("ana", "robot", by="root", days=1)
    link, _ = world.sharing.by_link("S1", "broker", by="ana", days=1)
    folder = Path(world.office.url.removeprefix("sqlite:///")).parent
    kept = b"".join(file.read_bytes() for file in folder.glob("tracker.db*"))
    for secret in (cookie, token, link):
        assert secret.encode() not in kept


def test_a_token_acts_as_its_user_until_it_ends_or_is_revoked(world: World) -> None:
    world.accounts.add("ana", Role.AUDITOR, by="root")
    first = world.accounts.new_token("ana", "a", by="root", days=1)
    second = world.accounts.new_token("ana", "b", by="root", days=None)
    entered = world.door.by_token(first)
    assert entered is not None
    assert entered.viewer.may(Right.AUDIT)
    assert not entered.viewer.may(Right.ANSWER)
    world.later(days=1)
    assert world.door.by_token(first) is None
    (id_,) = [kept.id for kept in world.people.tokens("ana") if kept.label == "b"]
    world.accounts.revoke_token(id_, by="root")
    assert world.door.by_token(second) is None


def test_another_password_ends_all_sessions(world: World) -> None:
    world.accounts.add("ana", Role.AUDITOR, by="root", password=PASSWORD)
    cookie, _ = world.door.log_in("ana", PASSWORD)
    world.accounts.set_password("ana", "another long one", by="root")
    assert world.door.by_cookie(cookie) is None


def test_giving_reading_and_taking_back_are_entries_of_the_shipment(world: World) -> None:
    world.office.open(trip())
    secret, share = world.sharing.by_link("S1", "SAT Laredo", by="ana", days=1)
    entered = world.door.by_link(secret)
    assert entered is not None
    assert entered.viewer.name == "SAT Laredo"
    world.sharing.has_read(entered, "S1", "shipment")
    world.sharing.withdraw(share.id, by="ana")
    assert world.door.by_link(secret) is None
    told = world.entries("S1")[-3:]
    assert told == ["record_shared", "record_read", "share_withdrawn"]
    rows = list(world.office.journal.entries(scope="S1"))
    assert all(b"SAT Laredo" not in row.leaf for row in rows)


def test_what_ones_own_people_read_is_no_entry(world: World) -> None:
    world.office.open(trip())
    world.accounts.add("ana", Role.DISPATCHER, by="root")
    entered = world.door.by_name("ana")
    assert entered is not None
    before = world.entries("S1")
    world.sharing.has_read(entered, "S1", "shipment")
    assert world.entries("S1") == before


def test_a_share_ends_by_itself(world: World) -> None:
    world.office.open(trip())
    world.accounts.add("liaison", Role.CUSTOMS, by="root")
    world.sharing.with_user("S1", "liaison", by="ana", days=2)
    entered = world.door.by_name("liaison")
    assert entered is not None
    assert entered.viewer.shared == {"S1"}
    world.later(days=2)
    ended = world.door.by_name("liaison")
    assert ended is not None
    assert ended.viewer.shared == frozenset()


@pytest.mark.parametrize("days", [0.0, -1.0, 367.0])
def test_nothing_is_shared_for_ever(world: World, days: float) -> None:
    world.office.open(trip())
    with pytest.raises(UsageError):
        world.sharing.by_link("S1", "broker", by="ana", days=days)


def test_what_is_not_there_is_not_shared(world: World) -> None:
    with pytest.raises(NotFound):
        world.sharing.by_link("NONE", "broker", by="ana", days=1)
    assert world.people.shares() == []


def test_expired_sessions_are_forgotten(world: World) -> None:
    world.accounts.add("ana", Role.AUDITOR, by="root", password=PASSWORD)
    _, session = world.door.log_in("ana", PASSWORD)
    now = world.later(hours=2)
    world.people.sweep(now, now)
    assert world.people.session(session.digest) is None
