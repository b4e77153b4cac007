"""One listener: what it missed, then what is new, as server-sent events.

Rows of one truck are told once a second at most, unless its need changes: a person reads no faster.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Iterable, Sequence
from typing import Any

import msgspec

from tracker.app.queries.entries import CustodyEntry
from tracker.app.queries.fleet import FleetRow
from tracker.domain.access import Viewer
from tracker.web.live.hub import WAITING, Hub, Listener, Mark, News, sees_row

Event = tuple[str, Any]
"""Its name, and what it carries: text as it is, everything else as JSON."""
Tell = Callable[[News], Iterable[Event]]
EACH_S = 1.0
QUIET_S = 15.0
"""After so long without news a comment is sent: proxies cut what is silent."""
RETRY_MS = 1_000


def visible_to(viewer: Viewer, news: News, shown: frozenset[str]) -> News:
    """What of the news this viewer may hear. shown: the shipments that it sees."""
    if viewer.sees_all:
        return news
    rows = tuple(row for row in news.rows if sees_row(viewer, row))
    gone = tuple(id_ for id_ in news.gone if id_ in shown)
    entries = tuple(entry for entry in news.entries if entry.scope in shown)
    return msgspec.structs.replace(news, rows=rows, gone=gone, entries=entries)


class Slowed:
    """Holds back rows of a truck that was told of within the second."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._told: dict[str, tuple[float, str, int]] = {}
        self._held: dict[str, tuple[FleetRow, int]] = {}

    def due(self, rows: Iterable[FleetRow], version: int) -> list[FleetRow]:
        """Those to be told now, of these (of that version) and of those held back."""
        now, ready, held = self._now(), list[FleetRow](), dict[str, tuple[FleetRow, int]]()
        first = {id_: since for id_, (_, since) in self._held.items()}
        waiting = {id_: row for id_, (row, _) in self._held.items()} | {r.id: r for r in rows}
        for id_, row in waiting.items():
            at, need, alerts = self._told.get(id_, (-EACH_S, "", 0))
            urgent = need != row.need or alerts != len(row.alerts)
            if urgent or now - at >= EACH_S:
                self._told[id_] = (now, row.need, len(row.alerts))
                ready.append(row)
            else:
                held[id_] = row, first.get(id_, version)
        self._held = held
        return ready

    @property
    def holds(self) -> bool:
        return bool(self._held)

    def told_up_to(self, mark: Mark) -> Mark:
        """Whoever comes back with this mark is told what is held back, too."""
        before = min((since for _, since in self._held.values()), default=mark.version + 1) - 1
        return Mark(min(mark.version, before), mark.index)


def written(mark: Mark, events: Sequence[Event]) -> str:
    """As the browser reads it; the last of them carries the mark."""
    parts = []
    for number, (name, body) in enumerate(events):
        text = body if isinstance(body, str) else msgspec.json.encode(body).decode()
        data = "".join(f"data: {line}\n" for line in text.split("\n"))
        id_ = f"id: {mark}\n" if number == len(events) - 1 else ""
        parts.append(f"event: {name}\n{id_}{data}\n")
    return "".join(parts)


async def events(
    hub: Hub,
    viewer: Viewer,
    heard: Mark | None,
    tell: Tell,
    missed: Callable[[int], Sequence[CustodyEntry]],
) -> AsyncIterator[str]:
    """tell: makes events of news that the viewer may hear. missed: entries after an index."""
    loop = asyncio.get_running_loop()
    listener, now = hub.listen()
    try:
        first = hub.since(heard)
        if heard is not None and heard.index < now.index:
            entries = await asyncio.to_thread(missed, heard.index)
            first = msgspec.structs.replace(first, entries=tuple(entries))
        yield f"retry: {RETRY_MS}\n\n"
        teller = Teller(viewer, tell, loop.time, reset=_begins_anew(heard, now))
        if text := teller.told(first):
            yield text
        async for text in _followed(listener, first.mark, teller):
            yield text
    finally:
        hub.leave(listener)


async def shared(
    channels: Channels, key: Hashable, viewer: Viewer, heard: Mark | None, tell: Tell
) -> AsyncIterator[str]:
    """The same for what is told in rows alone: made once for all who see and read alike (`key`),
    however many listen.
    """
    loop, hub = asyncio.get_running_loop(), channels.hub
    channel = channels.of(key, viewer, tell)
    ear = channel.join()
    try:
        first = hub.since(heard)
        yield f"retry: {RETRY_MS}\n\n"
        teller = Teller(viewer, tell, loop.time, reset=_begins_anew(heard, first.mark))
        if text := teller.told(first):
            yield text
        while (later := await ear.get()) is not None:
            yield later
    finally:
        channels.left(key, ear)


def _begins_anew(heard: Mark | None, now: Mark) -> bool:
    return heard is None or heard.version > now.version


class Teller:
    """Makes text of news for one kind of listener, and remembers what it was told."""

    def __init__(
        self, viewer: Viewer, tell: Tell, now: Callable[[], float], *, reset: bool = False
    ) -> None:
        self._viewer, self._tell, self._reset = viewer, tell, reset
        self.slowed = Slowed(now)
        self._shown = frozenset[str]()

    def knows(self, rows: Iterable[FleetRow]) -> None:
        """They have been shown before."""
        if self._viewer.sees_all:
            return  # of whom `visible_to` asks nothing
        self._shown |= {row.id for row in rows if sees_row(self._viewer, row)}

    def told(self, news: News) -> str:
        """ "" for what says nothing to this listener."""
        self.knows(news.rows)
        news = visible_to(self._viewer, news, self._shown | self._viewer.shared)
        due = tuple(self.slowed.due(news.rows, news.mark.version))
        told = list(self._tell(msgspec.structs.replace(news, rows=due)))
        if self._reset:
            told.insert(0, ("reset", {}))
            self._reset = False
        return written(self.slowed.told_up_to(news.mark), told) if told else ""


async def _followed(listener: Listener, mark: Mark, teller: Teller) -> AsyncIterator[str]:
    """What comes after the mark, until the listener is cut off; a comment where nothing does."""
    while (news := await _next(listener.queue, mark, teller.slowed)) is not None:
        mark = news.mark
        if _says_nothing(news) and not teller.slowed.holds:
            yield ":\n\n"
        elif text := teller.told(news):
            yield text


class Channel:
    """What all of one kind of listener are told. In the event loop alone."""

    def __init__(self, hub: Hub, viewer: Viewer, tell: Tell) -> None:
        self._hub, self.ears = hub, set[asyncio.Queue[str | None]]()
        self._teller = Teller(viewer, tell, asyncio.get_running_loop().time)
        self._teller.knows(hub.fleet.rows.values())
        self._listener, mark = hub.listen()  # before anybody is told how it stands
        self._task = asyncio.create_task(self._run(mark))

    def join(self) -> asyncio.Queue[str | None]:
        ear = asyncio.Queue[str | None](WAITING)
        self.ears.add(ear)
        return ear

    def end(self) -> None:
        self._task.cancel()
        self._hub.leave(self._listener)

    async def _run(self, mark: Mark) -> None:
        async for text in _followed(self._listener, mark, self._teller):
            for ear in list(self.ears):
                self._put(ear, text)
        for ear in list(self.ears):
            self._put(ear, None)

    def _put(self, ear: asyncio.Queue[str | None], text: str | None) -> None:
        """Whoever is too far behind is cut off, and comes back with its mark."""
        if ear.full():
            while not ear.empty():
                ear.get_nowait()
            text = None
            self.ears.discard(ear)
        ear.put_nowait(text)


class Channels:
    """Those that somebody listens to, by what makes listeners alike."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._known: dict[Hashable, Channel] = {}

    def of(self, key: Hashable, viewer: Viewer, tell: Tell) -> Channel:
        channel = self._known.get(key)
        if channel is None:
            channel = self._known[key] = Channel(self.hub, viewer, tell)
        return channel

    def left(self, key: Hashable, ear: asyncio.Queue[str | None]) -> None:
        channel = self._known.get(key)
        if channel is None:
            return
        channel.ears.discard(ear)
        if not channel.ears:
            del self._known[key]
            channel.end()


def _says_nothing(news: News) -> bool:
    return not (news.rows or news.gone or news.entries or news.watch)


async def _next(queue: asyncio.Queue[News | None], mark: Mark, slowed: Slowed) -> News | None:
    """The next news; empty news when it is time for what was held back, or for a sign of life."""
    try:
        return await asyncio.wait_for(queue.get(), EACH_S if slowed.holds else QUIET_S)
    except TimeoutError:
        return News(mark=mark)
