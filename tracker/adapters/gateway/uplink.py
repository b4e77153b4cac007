"""The gateway's connection to the broker: frames up, each confirmed; commands down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import paho.mqtt.client as paho
from paho.mqtt.reasoncodes import ReasonCode

from tracker.adapters.mqtt.link import Link
from tracker.adapters.mqtt.settings import MqttSettings

log = logging.getLogger(__name__)

IN_FLIGHT = 100
"""Frames sent and not yet confirmed; brokers process them in order, so more gains little."""
NOBODY_LISTENS = 0x10
"""An MQTT 5 broker's "no matching subscribers": it confirms, and has thrown the message away."""


class Unconfirmed(Exception):
    """The broker will not keep this frame: so the device must."""


class Uplink:
    """All methods belong to the event loop in which `open` was called; paho works in the link's
    thread and calls back into the loop.

    What is unconfirmed when the connection is lost is sent again after the reconnect (by paho, from
    its own queue). room: the most frames that are taken and not yet confirmed.
    """

    def __init__(
        self,
        settings: MqttSettings,
        *,
        client_id: str,
        room: int,
        topics: tuple[str, ...] = (),
        on_message: Callable[[str, bytes], None] = lambda _topic, _payload: None,
    ) -> None:
        self._settings, self._hear = settings, on_message
        self._room = asyncio.Semaphore(room)
        self._ready = asyncio.Event()
        self._unconfirmed: dict[int, asyncio.Future[None]] = {}  # by packet identifier
        self.confirmed = 0
        self._loop = asyncio.get_running_loop()
        self._link = Link(
            settings,
            client_id=client_id,
            durable=False,  # a command for a lock must not come true when it is no longer meant
            topics=topics,
            in_flight=IN_FLIGHT,
            on_message=self._arrived,
            on_published=lambda mid, reason: self._later(self._settle, mid, reason),
            on_up=lambda: self._later(self._up),
            on_down=lambda: self._later(self._ready.clear),
        )

    async def open(self) -> None:
        """Connect and subscribe; raises ServiceUnreachable if that fails now."""
        self._link.start()
        await asyncio.to_thread(self._link.wait_up, self._settings.connect_timeout_s)

    async def close(self) -> None:
        await asyncio.to_thread(self._link.close)
        self._link.client.reinitialise()  # closes the pipe by which paho wakes its thread
        for waiting in self._unconfirmed.values():
            waiting.cancel()

    @property
    def unconfirmed(self) -> int:
        return len(self._unconfirmed)

    @property
    def has_room(self) -> bool:
        """Whether `publish` would not have to wait."""
        return self._ready.is_set() and not self._room.locked()

    async def publish(self, topic: str, payload: bytes) -> asyncio.Future[None]:
        """Hand a frame over, as soon as there is a broker and room; it has not arrived yet.

        The future is done when the broker has confirmed it, and fails with Unconfirmed.
        """
        await self._room.acquire()
        try:
            await self._ready.wait()
            info = self._link.client.publish(topic, payload, qos=1)
        except BaseException:
            self._room.release()
            raise
        future = self._loop.create_future()
        future.add_done_callback(_seen)
        # The confirmation comes through the loop, hence not before this line.
        self._unconfirmed[info.mid] = future
        return future

    def tell(self, topic: str, payload: bytes) -> None:
        """Publish for whoever listens just now."""
        self._link.client.publish(topic, payload, qos=1)

    # In the link's thread

    def _later(self, function: Callable[..., object], *arguments: object) -> None:
        self._loop.call_soon_threadsafe(function, *arguments)

    def _arrived(self, message: paho.MQTTMessage) -> None:
        self._link.client.ack(message.mid, message.qos)
        self._later(self._hear, message.topic, bytes(message.payload))

    # In the loop

    def _up(self) -> None:
        # paho first sends the unconfirmed again. New frames wait for the first confirmation among
        # those, or they would overtake them.
        if not self._unconfirmed:
            self._ready.set()

    def _settle(self, mid: int, reason: ReasonCode) -> None:
        future = self._unconfirmed.pop(mid, None)
        if future is None:
            return
        self._ready.set()
        self._room.release()
        if future.cancelled():
            return
        if reason.is_failure:
            future.set_exception(Unconfirmed(f"the broker refuses the frame ({reason})"))
        elif reason.value == NOBODY_LISTENS:
            future.set_exception(
                Unconfirmed("no tracker has subscribed yet, so the broker keeps nothing")
            )
        else:
            self.confirmed += 1
            future.set_result(None)


def _seen(future: asyncio.Future[None]) -> None:
    """The device may be gone when its frame is refused: then nobody asks, and that is no fault."""
    if not future.cancelled():
        future.exception()
