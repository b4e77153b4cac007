"""A small publisher over MQTT: what simulates devices and replays their recordings uses."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import TracebackType

from paho.mqtt.reasoncodes import ReasonCode

from tracker.adapters.mqtt.link import Link
from tracker.adapters.mqtt.refusals import Refused
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.domain.errors import ServiceUnreachable

IN_FLIGHT = 100
"""Messages sent and not yet confirmed; brokers process them in order, so more gains little."""

ROOM = 1000
"""Messages taken and not yet confirmed; `publish` waits while there are more."""


class Publisher:
    """Publishes in order, at least once: what is unconfirmed when the connection is lost is sent
    again after the reconnect. A context manager; leaving it without an error flushes. One object
    belongs to one thread.

    Raises ServiceUnreachable if the broker cannot be reached, refuses us, or refuses a message
    (only MQTT 5 brokers say so).
    """

    def __init__(self, settings: MqttSettings, client_id: str, *, patience_s: float = 30.0) -> None:
        """patience_s: how long `publish` bears a broker that is away or does not confirm."""
        self._settings, self._patience_s = settings, patience_s
        self._topics: dict[int, str] = {}  # of the unconfirmed messages, by packet identifier
        self._ready = False
        # What the link's thread reports, in order. A queue and not a lock: paho calls back holding
        # a lock of its own, which `Client.publish` takes too.
        self._news: SimpleQueue[bool | tuple[int, ReasonCode]] = SimpleQueue()
        self._link = Link(
            settings,
            client_id=client_id,
            durable=False,
            in_flight=IN_FLIGHT,
            on_published=lambda mid, reason: self._news.put((mid, reason)),
            on_up=lambda: self._news.put(True),
            on_down=lambda: self._news.put(False),
        )

    def __enter__(self) -> Publisher:
        self._link.open(self._settings.connect_timeout_s)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.flush(self._patience_s)
        finally:
            self._link.close()

    @property
    def pending(self) -> int:
        """Messages not yet confirmed by the broker (QoS 0 is never confirmed)."""
        self._catch_up()
        return len(self._topics)

    def publish(self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False) -> None:
        """Hand a message over; waits only for room, or for the broker to come back."""
        self._until(lambda: self._ready and len(self._topics) < ROOM, self._patience_s)
        info = self._link.client.publish(topic, payload, qos, retain)
        if qos:
            self._topics[info.mid] = topic

    def flush(self, timeout: float = 30.0) -> None:
        """Wait until the broker has confirmed everything."""
        self._until(lambda: not self._topics, timeout)

    def _until(self, done: Callable[[], bool], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        self._catch_up()
        while not done():
            try:
                self._take(self._news.get(timeout=max(0.0, deadline - time.monotonic())))
            except Empty:
                raise ServiceUnreachable(
                    self._link.trouble or f"{len(self._topics)} messages are not confirmed",
                    where=self._settings.where,
                    mend=f"waited {timeout:g} s; see that the broker runs and has room",
                ) from None

    def _catch_up(self) -> None:
        while not self._news.empty():
            self._take(self._news.get())

    def _take(self, news: bool | tuple[int, ReasonCode]) -> None:
        if isinstance(news, bool):
            # After a reconnect paho first sends the unconfirmed again. New messages wait for the
            # first confirmation among those, or they would overtake them.
            self._ready = news and not self._topics
            return
        mid, reason = news
        topic = self._topics.pop(mid, None)
        self._ready = True
        if reason.is_failure and topic is not None:
            raise Refused(
                f"it refuses a message to {topic} ({reason})",
                where=self._settings.where,
                mend="allow this user to publish there",
                code=reason.value,
            )
