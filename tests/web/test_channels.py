"""Listeners who see and read alike are told by one channel; nothing is lost between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.office import START, Office, message, reading, trip
from tests.support.web import config_in
from tracker.app.queries.fleet import Fleet
from tracker.domain.access import Role, Viewer
from tracker.web.live.hub import WAITING, Hub, News
from tracker.web.live.stream import Channels, Event, shared
from tracker.web.office import Office as WebOffice

ALL = Viewer(name="ana", role=Role.DISPATCHER)
ACME = Viewer(name="bob", role=Role.CARRIER, carrier="acme")


class World:
    """A tracker, and a hub that looks when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder)
        self.office.open(trip(custodians=[{"id": "acme", "name": "Acme", "role": "carrier"}]))
        self.office.open(trip("S2", "L2"))
        geography = WebOffice(config_in(folder), self.office.clock).geography
        self.hub = Hub(
            Fleet(geography), self.office.journal, self.office.clock.now,
            every_s=1e6, dead_after_s=1e6,
        )  # fmt: skip
        self.hub._begin()
        self.channels, self.told = Channels(self.hub), 0

    def hear(self, minute: float, device: str, state: str) -> None:
        self.office.clock.set(START + timedelta(minutes=minute))
        seal = {"state": state, "number": f"MX{device}"}
        self.office.hear(message(device, reading(minute, seal=seal)))
        self.hub.look()

    def tell(self, news: News) -> Iterable[Event]:
        self.told += 1
        if news.rows:
            yield "rows", ",".join(f"{row.id}:{row.seal_state.value}" for row in news.rows)

    def listen(self, viewer: Viewer) -> AsyncIterator[str]:
        return shared(self.channels, viewer.name, viewer, None, self.tell)


async def heard(stream: AsyncIterator[str], word: str) -> str:
    """All that comes until the word does."""
    found = ""
    while word not in found:
        found += await asyncio.wait_for(anext(stream), timeout=20)
    return found


def test_many_are_told_what_was_made_once(tmp_path: Path) -> None:
    async def listening() -> None:
        world = World(tmp_path)
        first, second = world.listen(ALL), world.listen(ALL)
        for stream in (first, second):
            assert "event: reset" in await heard(stream, "S2:")
        before = world.told
        world.hear(1, "L1", "sealed")
        one, other = await heard(first, "S1:SEALED"), await heard(second, "S1:SEALED")
        assert one == other
        assert world.told == before + 1
        world.office.close()

    asyncio.run(listening())


def test_each_kind_hears_what_it_may(tmp_path: Path) -> None:
    async def listening() -> None:
        world = World(tmp_path)
        everything, own = world.listen(ALL), world.listen(ACME)
        await heard(everything, "S2:")
        assert "S2" not in await heard(own, "S1:")
        world.hear(1, "L2", "sealed")
        assert "S2:SEALED" in await heard(everything, "S2:SEALED")
        world.hear(2, "L1", "sealed")
        assert "S2" not in await heard(own, "S1:SEALED")
        world.office.close()

    asyncio.run(listening())


def test_a_channel_ends_with_its_last_listener_and_begins_again(tmp_path: Path) -> None:
    async def listening() -> None:
        world = World(tmp_path)
        first = world.listen(ALL)
        await heard(first, "S2:")
        await first.aclose()  # type: ignore[attr-defined]
        assert not world.channels._known
        assert not world.hub._listeners
        world.hear(1, "L1", "sealed")
        again = world.listen(ALL)
        assert "S1:SEALED" in await heard(again, "S2:")
        world.office.close()

    asyncio.run(listening())


def test_who_is_too_far_behind_is_cut_off_and_the_others_are_not(tmp_path: Path) -> None:
    async def listening() -> None:
        world = World(tmp_path)
        slow, quick = world.listen(ALL), world.listen(ALL)
        for stream in (slow, quick):
            await heard(stream, "S2:")
        channel = world.channels._known[ALL.name]
        for number in range(2 * WAITING):
            for ear in list(channel.ears):
                channel._put(ear, f"<{number}>")
            await heard(quick, f"<{number}>")
        assert len(channel.ears) == 1
        with pytest.raises(StopAsyncIteration):
            await anext(slow)
        world.office.close()

    asyncio.run(listening())
