"""One listener: what it missed, then what is new, as server-sent events.

Rows of one truck are told once a second at most, unless its need changes: a person reads no faster.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

import msgspec

from tracker.app.queries.entries import CustodyEntry
from tracker.app.queries.fleet import FleetRow
from tracker.domain.access import Viewer
from tracker.web.live.hub import Hub, Mark, News, sees_row

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
    slowed = Slowed(loop.time)
    shown = frozenset[str]()
    try:
        first = hub.since(heard)
        if heard is not None and heard.index < now.index:
            entries = await asyncio.to_thread(missed, heard.index)
            first = msgspec.structs.replace(first, entries=tuple(entries))
        yield f"retry: {RETRY_MS}\n\n"
        news: News | None = first
        reset = heard is None or heard.version > now.version
        while news is not None:
            shown |= {row.id for row in news.rows if sees_row(viewer, row)}
            news = visible_to(viewer, news, shown | viewer.shared)
            news = msgspec.structs.replace(
                news, rows=tuple(slowed.due(news.rows, news.mark.version))
            )
            told = [("reset", {}), *tell(news)] if reset else list(tell(news))
            reset = False
            if told:
                yield written(slowed.told_up_to(news.mark), told)
            news = await _next(listener.queue, news.mark, slowed)
            while news is not None and _says_nothing(news) and not slowed.holds:
                yield ":\n\n"
                news = await _next(listener.queue, news.mark, slowed)
    finally:
        hub.leave(listener)


def _says_nothing(news: News) -> bool:
    return not (news.rows or news.gone or news.entries or news.watch)


async def _next(queue: asyncio.Queue[News | None], mark: Mark, slowed: Slowed) -> News | None:
    """The next news; empty news when it is time for what was held back, or for a sign of life."""
    try:
        return await asyncio.wait_for(queue.get(), EACH_S if slowed.holds else QUIET_S)
    except TimeoutError:
        return News(mark=mark)
