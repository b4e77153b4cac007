"""A link that is driven by the thread that receives: no second thread, no lock for each message."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

from tracker.adapters.mqtt.buffered import BufferedSocket
from tracker.adapters.mqtt.client import ReceivingClient, new_client
from tracker.adapters.mqtt.link import Link
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.adapters.mqtt.sieve import Publication

AWAY_S = 0.1
"""Who has not turned the link for so long is busy elsewhere; the link's own thread takes over."""
LONGEST_WAIT_S = 1.0
"""How often a quiet connection is looked after: its keep-alive counts seconds."""
PACKETS = 1000
"""The most that paho reads in one turn: a broker that sends as fast must not keep it going."""
PUBACK = 0x4002_0000
"""The four bytes of a PUBACK without its packet identifier, in both versions of MQTT."""


class ReceivingLink(Link):
    """Whoever receives calls `turn`, which reads and writes while the link is up.

    The link's own thread connects and subscribes, and keeps the connection alive while nobody calls
    `turn`: during a long commit it reads, answers pings, and notices a loss. `driving` is held by
    whichever thread does it just now, and guards what callbacks change. Callbacks run holding it.

    take: the publications of one turn, where `settings.receiver` is "fast"; else paho calls
    on_message. full: nothing is to be read just now.
    """

    def __init__(
        self,
        settings: MqttSettings,
        *,
        client_id: str,
        topics: Sequence[str],
        take: Callable[[list[Publication]], None],
        on_message: Callable[[paho.MQTTMessage], None],
        full: Callable[[], bool],
        on_down: Callable[[], None],
    ) -> None:
        self._receiver: ReceivingClient
        super().__init__(
            settings,
            client_id=client_id,
            durable=True,
            topics=topics,
            on_message=on_message,
            on_down=on_down,
        )
        self.driving = threading.Lock()
        self.woken = False
        self._take, self._full = take, full
        self._alive = False
        self._turned_at = self._cared_at = 0.0
        self._waker, self._alarm = socket.socketpair()
        self._waker.setblocking(False)
        self._alarm.setblocking(False)

    def _new_client(self, client_id: str, durable: bool, in_flight: int) -> paho.Client:
        self._receiver = new_client(self.settings, client_id, durable, in_flight, ReceivingClient)
        self._receiver.sifting = self.settings.receiver == "fast"
        return self._receiver

    def turn(self, timeout: float) -> None:
        """Read what there is, and write what waits. Waits up to `timeout` s for something to
        happen: not necessarily a message. Ends early when `wake` is called.
        """
        if not self.up:
            with self.changed:
                self.changed.wait_for(lambda: self.up or self.refused or self.woken, timeout)
            return
        with self.driving:
            if self.up and not self.woken and not self._closing.is_set():
                self._turn(min(timeout, LONGEST_WAIT_S))
                self._turned_at = time.monotonic()

    def acknowledge(self, mids: Iterable[int]) -> None:
        """Answer the messages of these packet identifiers, in one write. Call it holding `driving`:
        on another connection the same identifier is another message.
        """
        buffered = self._receiver.buffered
        words = [PUBACK | mid for mid in mids]
        if buffered is not None and words:
            buffered.put(struct.pack(f">{len(words)}I", *words))
            buffered.flush()

    def wake(self) -> None:
        """End a waiting `turn` from another thread, or from a signal's handler."""
        self.woken = True
        with contextlib.suppress(OSError):  # it has been rung often enough, or is closed
            self._waker.send(b"\0")
        with self.changed:
            self.changed.notify_all()

    def close(self) -> None:
        self._closing.set()
        self.wake()
        super().close()
        self._waker.close()
        self._alarm.close()

    # --- whichever thread drives

    def _turn(self, timeout: float) -> None:
        """One look at the connection; `_alive` says what is left of it."""
        try:
            self._alive = self._turned(timeout)
        except Exception as error:  # noqa: BLE001 - whatever it is, the remedy is to reconnect
            self._failed(error)
            self._alive = False

    def _turned(self, timeout: float) -> bool:
        client, buffered = self._receiver, self._receiver.buffered
        if buffered is None:
            return False
        if not self._full() and not buffered.fill() and timeout > 0 and not buffered.pending():
            # Only now: while messages stream in, there always are some.
            self._wait(buffered, timeout)
            buffered.fill()
        sieve = buffered.sieve
        while True:
            if sieve is not None and sieve.caught:
                caught, sieve.caught = sieve.caught, []
                self._take(caught)
            for _ in range(PACKETS):
                if not buffered.pending():
                    break
                if client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                    return False
            if sieve is None or not sieve.more:
                break
            buffered.fill()
        return self._cared(client, buffered)

    def _cared(self, client: ReceivingClient, buffered: BufferedSocket) -> bool:
        """Write what paho wants to, and see to the keep-alive; whether the connection lives."""
        if client.want_write() and client.loop_write() != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        if buffered.unsent:
            buffered.flush()
        if (now := time.monotonic()) - self._cared_at < LONGEST_WAIT_S:
            return True
        self._cared_at = now
        return client.loop_misc() == MQTTErrorCode.MQTT_ERR_SUCCESS

    def _wait(self, buffered: BufferedSocket, timeout: float) -> None:
        connection, alarm = buffered.fileno(), self._alarm.fileno()
        writes = [connection] if buffered.unsent else []
        if alarm in select.select([connection, alarm], writes, [], timeout)[0]:
            with contextlib.suppress(BlockingIOError):
                self._alarm.recv(4096)

    # --- the link's own thread

    def _serve(self) -> None:
        self._alive = True
        while self._alive and not self._closing.is_set():
            needed = not self.up or time.monotonic() - self._turned_at > AWAY_S
            if needed and self.driving.acquire(blocking=False):
                try:
                    self._turn(0.0 if self.up else AWAY_S)
                finally:
                    self.driving.release()
            if self.up:
                self._closing.wait(AWAY_S)

    def _part(self) -> None:
        with self.driving:
            super()._part()
