"""The tracker's status at the broker: retained on a topic of its own, with a last will.

    tracker/v1/<client id>/status     {"v":1,"status":"running","at":...,"every_s":10,...}

"running" comes again with every sign of life, "ended" is the last of a tracker that was told to
end, and "gone" is what the broker says in its place when the connection breaks. It goes over a
connection of its own: what a broker forbids it costs the intake nothing.
"""

from __future__ import annotations

import threading
from datetime import datetime

import msgspec
import paho.mqtt.client as paho
from msgspec import Struct

from tracker.adapters.mqtt.link import Link, Will
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.domain.errors import TrackerError
from tracker.ports import Clock, Heartbeat

RUNNING, ENDED, GONE = "running", "ended", "gone"


class Status(Struct, frozen=True, kw_only=True):
    """What stands on the topic. at: of the sign of life; of "gone", when the connection was made.
    every_s: how often it comes. trouble: why nothing is heard.
    """

    v: int = 1
    status: str
    origin: str
    at: datetime
    started_at: datetime
    every_s: float
    trouble: str = ""


def topic_of(client_id: str) -> str:
    """client_id: the tracker's own at the broker."""
    return f"tracker/v1/{client_id}/status"


class MqttBeacon:
    """Publishes the status. Never waits, and never fails: a broker that is away hears nothing."""

    def __init__(
        self, settings: MqttSettings, origin: str, every_s: float, *, started_at: datetime
    ) -> None:
        self._topic, self._origin, self._every_s = topic_of(settings.client_id), origin, every_s
        gone = Status(
            status=GONE, origin=origin, at=started_at, started_at=started_at, every_s=every_s
        )
        self._link = Link(
            settings,
            client_id=f"{settings.client_id}-status",
            durable=False,
            will=Will(self._topic, msgspec.json.encode(gone)),
        )
        self._link.start()

    def beat(self, heartbeat: Heartbeat) -> None:
        """Tell of this sign of life."""
        status = Status(
            status=RUNNING if heartbeat.ended_at is None else ENDED,
            origin=self._origin,
            at=heartbeat.at,
            started_at=heartbeat.started_at,
            every_s=self._every_s,
            trouble=heartbeat.trouble,
        )
        if self._link.up:
            self._link.client.publish(self._topic, msgspec.json.encode(status), 1, retain=True)

    def close(self) -> None:
        """What was published last goes out; the will does not."""
        self._link.close()


class StatusEar:
    """Hears the status of a tracker; whether the broker is there. name: no other client's."""

    def __init__(self, settings: MqttSettings, clock: Clock, name: str) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._status: Status | None = None
        self._sign_at: datetime | None = None
        self._gone_at: datetime | None = None
        self._link = Link(
            settings,
            client_id=name,
            durable=False,
            topics=(topic_of(settings.client_id),),
            on_message=self._heard,
        )
        self._link.start()

    def wait(self, timeout_s: float) -> bool:
        """Wait until the broker has answered; whether it is there."""
        try:
            self._link.wait_up(timeout_s)
        except TrackerError:
            return False
        return True

    @property
    def trouble(self) -> str:
        """Why the broker is out of reach; empty while it is not."""
        with self._link.changed:
            return "" if self._link.up else (self._link.trouble or "no answer yet")

    @property
    def heard(self) -> tuple[Status | None, datetime | None, datetime | None]:
        """The newest status; when the tracker last showed a sign of life, and when the broker said
        that it is gone, by our clock.
        """
        with self._lock:
            return self._status, self._sign_at, self._gone_at

    def _heard(self, message: paho.MQTTMessage) -> None:
        self._link.client.ack(message.mid, message.qos)
        try:
            status = msgspec.json.decode(message.payload, type=Status)
        except msgspec.DecodeError:
            return
        now = self._clock.now()
        with self._lock:
            self._status = status
            if status.status == GONE:
                self._gone_at = now
            else:
                self._gone_at = None
                # What the broker had kept is as old as it says, by a clock that may be ahead.
                at = min(status.at, now) if message.retain else now
                self._sign_at = at if self._sign_at is None else max(self._sign_at, at)

    def close(self) -> None:
        self._link.close()
