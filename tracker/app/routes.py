"""To which worker a message goes: always to one and the same as long as one of its device is under
way there, so that the order of each device is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from devices import catalogue
from devices.common.identifiers import key_of
from tracker.app.share import belongs_to
from tracker.domain.state import DEVICE_SCOPE

MOST = 262_144
"""So many devices and topics are remembered; beyond, those of which nothing is under way go."""


class _Way:
    """Of one device: where its messages go, and where they are to go once none is under way."""

    __slots__ = ("under_way", "wanted", "worker")

    def __init__(self, worker: int) -> None:
        self.worker = self.wanted = worker
        self.under_way = 0


class Routes:
    """For so many workers. A device that nobody has told of goes where its own scope belongs."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._ways: dict[str, _Way] = {}  # by the key of the device that the topic names
        self._topics: dict[str, _Way] = {}

    def sent(self, topic: str) -> int:
        """The worker to whom a message on this topic goes now."""
        way = self._topics.get(topic)
        if way is None:
            way = self._new(topic)
        if not way.under_way:
            way.worker = way.wanted
        way.under_way += 1
        return way.worker

    def done(self, topic: str) -> None:
        """One that was sent is durable."""
        self._topics[topic].under_way -= 1

    def learn(self, owners: Mapping[str, int]) -> None:
        """These devices belong to these workers. Of what a gateway passes on, and of a sub-lock,
        the way is that of whom the topic names.
        """
        for device, worker in owners.items():
            self._way(device).wanted = worker

    def _way(self, device: str) -> _Way:
        first, _, last = key_of(device).partition("/")
        known = self._ways.get(last or first) or self._ways.get(first)
        if known is None:
            known = self._ways[first] = _Way(0)
        return known

    def _new(self, topic: str) -> _Way:
        if len(self._topics) >= MOST or len(self._ways) >= 2 * MOST:
            self._forget()
        device = catalogue.speaker(topic)
        key = key_of(device)
        way = self._ways.get(key)
        if way is None:
            way = self._ways[key] = _Way(belongs_to(DEVICE_SCOPE + device, self._workers))
        self._topics[topic] = way
        return way

    def _forget(self) -> None:
        for known in (self._topics, self._ways):
            for name in [name for name, way in known.items() if not way.under_way]:
                del known[name]
