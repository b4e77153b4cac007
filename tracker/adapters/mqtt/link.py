"""One kept-up connection to an MQTT broker: what the inbox and the publisher have in common.

paho-mqtt is driven from a thread of our own rather than by its `loop_start`: that one hides why a
connection failed, dies silently of an unexpected exception, and cannot be woken from its wait.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from tracker.adapters.mqtt.client import new_client
from tracker.adapters.mqtt.refusals import REFUSALS, Refused, explained
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.domain.errors import ServiceUnreachable, TrackerError

log = logging.getLogger(__name__)

FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
BRIEF_S, EVICTIONS = 5.0, 3
"""So many connections in a row that last no longer: somebody else takes the session over."""


class Will(NamedTuple):
    """What the broker publishes, retained, when the connection breaks."""

    topic: str
    payload: bytes


class Link:
    """Connects, subscribes, and does so again with back-off whenever the connection is lost.

    Callbacks run in the link's own thread. `changed` guards what is shared with other threads and
    is notified when `up`, `refused` or `trouble` change; a caller may use it for its own state too.

    durable: the broker keeps the session, with what is queued in it, while the client is away.
    in_flight: the most publications sent and not yet confirmed.
    on_up, on_down: connected and subscribed; connection lost (called holding `changed`).
    """

    def __init__(
        self,
        settings: MqttSettings,
        *,
        client_id: str,
        durable: bool,
        topics: Sequence[str] = (),
        in_flight: int = 20,
        will: Will | None = None,
        on_message: Callable[[paho.MQTTMessage], None] | None = None,
        on_published: Callable[[int, ReasonCode], None] | None = None,
        on_up: Callable[[], None] = lambda: None,
        on_down: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings
        self.changed = threading.Condition()
        self.up = False
        self.up_since = 0.0  # on time.monotonic()
        self.refused: TrackerError | None = None  # no retry would mend it: the link has ended
        self.trouble = ""  # what went wrong last, while not up
        self._topics, self._on_up, self._on_down = tuple(topics), on_up, on_down
        self._was_up = self._noted = False
        self._client_id, self._brief = client_id, 0
        self._closing = threading.Event()
        self._delay = FIRST_DELAY_S
        self.client = self._new_client(client_id, durable, in_flight)
        if will is not None:
            self.client.will_set(will.topic, will.payload, qos=1, retain=True)
        self.client.on_connect = self._connected
        self.client.on_subscribe = self._subscribed
        self.client.on_disconnect = self._disconnected
        if on_message:
            self.client.on_message = lambda _client, _userdata, message: on_message(message)
        if on_published:
            self.client.on_publish = lambda _c, _u, mid, reason, _p: on_published(mid, reason)
        self._thread = threading.Thread(target=self._run, name=f"mqtt {client_id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def open(self, timeout: float) -> None:
        """`start` and `wait_up`; closed again if that fails."""
        self.start()
        try:
            self.wait_up(timeout)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Send what is queued, disconnect, end the thread. Idempotent."""
        self._closing.set()
        self.client.disconnect()  # wakes the thread, too
        if self._thread.is_alive():
            self._thread.join()
        with self.changed:
            self._down()

    def wait_up(self, timeout: float) -> None:
        """Wait until connected and subscribed; ServiceUnreachable, with the reason, if it fails."""
        with self.changed:
            self.changed.wait_for(lambda: self.up or self.refused, timeout)
            self.raise_if_refused()
            if not self.up:
                raise ServiceUnreachable(
                    self.trouble or f"no answer within {timeout:g} s",
                    where=self.settings.where,
                    mend="start the broker, or correct its host and port in the configuration",
                )

    def raise_if_refused(self) -> None:
        if self.refused is not None:
            raise self.refused

    def _new_client(self, client_id: str, durable: bool, in_flight: int) -> paho.Client:
        return new_client(self.settings, client_id, durable, in_flight, paho.Client)

    # --- the link's own thread

    def _run(self) -> None:
        while not self._closing.is_set():
            self._noted = False
            try:
                self.client.reconnect()
                self._serve()
            except Exception as error:  # noqa: BLE001 - whatever it is, the remedy is to reconnect
                self._failed(error)
            if self.refused is not None:
                break
            # Full jitter on the upper half: trackers cut off together do not come back together.
            self._closing.wait(self._delay * random.uniform(0.5, 1.0))  # noqa: S311
            self._delay = min(self._delay * 2, LONGEST_DELAY_S)
        self._part()

    def _serve(self) -> None:
        """Read and write until the connection ends, or is to."""
        while not self._closing.is_set():
            if self.client.loop(timeout=1.0) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                break

    def _part(self) -> None:
        """Send what is queued, and disconnect."""
        self.client.disconnect()
        deadline = time.monotonic() + 1.0
        while time.monotonic() < deadline:
            if self.client.loop(timeout=0.1) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                break

    def _connected(
        self, client: paho.Client, _userdata: Any, _flags: Any, reason: ReasonCode, _props: Any
    ) -> None:
        if reason.is_failure:
            what, mend = REFUSALS.get(reason.value, ("", ""))
            if what:
                self._refuse(what, mend, reason.value)
            else:
                self._note(f"it answers: {reason}")
        elif self._topics:
            # Every time: the broker may have forgotten the session, or the filters have changed.
            client.subscribe([(topic, 1) for topic in self._topics])
        else:
            self._rise()

    def _subscribed(
        self, client: paho.Client, _userdata: Any, _mid: int, reasons: list[ReasonCode], _p: Any
    ) -> None:
        denied = [
            f"{topic} ({reason})"
            for topic, reason in zip(self._topics, reasons, strict=True)
            if reason.is_failure
        ]
        if denied:
            self._refuse(
                f"it denies the subscription to {', '.join(denied)}",
                "allow this user to read these topics, or change the topics in the configuration",
            )
            client.disconnect()
        else:
            self._rise()

    def _disconnected(
        self, _client: paho.Client, _userdata: Any, _flags: Any, reason: ReasonCode, _props: Any
    ) -> None:
        with self.changed:
            if self.up:
                brief = time.monotonic() - self.up_since < BRIEF_S
                self._brief = self._brief + 1 if brief else 0
            self._down()
        if self._closing.is_set():
            return
        if self._brief >= EVICTIONS:
            self._note(
                f"the connection is lost again and again ({reason}): does another client use the "
                f"id {self._client_id!r}? Two of one id push each other out"
            )
        else:
            self._note(f"the connection was lost ({reason})")

    def _rise(self) -> None:
        log.info("%s: connected", self.settings.where)
        self._delay = FIRST_DELAY_S
        with self.changed:
            self.up, self.up_since, self.trouble, self._was_up = True, time.monotonic(), "", True
            self._on_up()
            self.changed.notify_all()

    def _down(self) -> None:
        self.up = False
        self._on_down()
        self.changed.notify_all()

    def _failed(self, error: Exception) -> None:
        with self.changed:
            self._down()
        what, mend = explained(error)
        if mend is not None:
            self._refuse(what, mend)
            return
        if not isinstance(error, OSError):
            log.exception("%s: the connection is dropped", self.settings.where)
        self._note(what)

    def _note(self, trouble: str) -> None:
        """Something that waiting may mend."""
        if self._noted:  # of one attempt the first cause says most: "refused" comes before "lost"
            return
        self._noted = True
        with self.changed:
            news, self.trouble = trouble != self.trouble, trouble
            self.changed.notify_all()
        if news:
            log.warning("%s: %s; trying again", self.settings.where, trouble)

    def _refuse(self, what: str, mend: str, code: int | None = None) -> None:
        """Something that waiting will not mend: final at the start. Later it is only logged, for a
        broker that is being reconfigured must not end a tracker that has been running for months.
        """
        error = Refused(what, where=self.settings.where, mend=mend, code=code)
        self._noted = True
        with self.changed:
            self.trouble = what
            if not self._was_up:
                self.refused = error
            self.changed.notify_all()
        if self._was_up:
            log.error("%s; trying again", error)
