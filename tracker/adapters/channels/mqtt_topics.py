"""Machines over MQTT, on the tracker's own broker (docs/notify.md; `tracker asyncapi`).

    alerts/v1/<shipment>/<alert>    each update as it comes: a CloudEvent, QoS 1
    alerts/v1/<shipment>/state      all that is open now: retained, QoS 1; empty when nothing is

Accepted is what the broker has confirmed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from urllib.parse import quote

import msgspec

from tracker import wording
from tracker.adapters.channels.event import encoded
from tracker.adapters.mqtt.publisher import Publisher
from tracker.adapters.mqtt.refusals import Refused
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.domain.alert import Alert
from tracker.domain.errors import ServiceUnreachable
from tracker.ports import Outgoing, Receipt, Undelivered

ROOT = "alerts/v1"
STATE = "state"
NOTHING = "-"
"""Stands for the shipment of what has none."""
FINAL = frozenset({132, 133, 134, 135, 138, 140, 144, 153})
"""MQTT 5 reasons that no waiting mends: this user, this client, this topic."""

Open = Callable[[str], Sequence[Alert]]
"""shipment -> its open alerts that this channel tells of, the oldest first."""


class MqttTopics:
    """client_id: of no other session. opened: gives `Open`; entered by the thread that sends.
    origin: the custody log's name.
    """

    def __init__(
        self,
        name: str,
        settings: MqttSettings,
        *,
        client_id: str,
        origin: str,
        opened: Callable[[], AbstractContextManager[Open]],
    ) -> None:
        self.name, self._settings = name, settings
        self._client_id, self._origin, self._opened = client_id, origin, opened
        self._publisher: Publisher | None = None
        self._open: Open | None = None
        self._kept = ExitStack()

    def send(self, outgoing: Outgoing, *, timeout_s: float) -> Receipt:
        try:
            publisher = self._connected(timeout_s)
            publisher.publish(alert_topic(outgoing), encoded(outgoing, self._origin))
            if outgoing.shipment is not None:
                state = self._state(outgoing.shipment)
                publisher.publish(state_topic(outgoing.shipment), state, retain=True)
            publisher.flush(timeout_s)
        except Refused as error:
            self._drop()
            raise Undelivered(error.what, permanent=error.code in FINAL) from None
        except ServiceUnreachable as error:
            self._drop()
            raise Undelivered(f"the broker: {error.what}") from None
        except BaseException:
            self._drop()
            raise
        return Receipt(thread=outgoing.notice)

    def close(self) -> None:
        self._drop()
        self._open = None
        self._kept.close()

    def _connected(self, timeout_s: float) -> Publisher:
        """The broker, at hand or reached anew. What it has not confirmed is sent by the outbox
        again, and not by the session: so there is one order of things.
        """
        if self._publisher is None:
            patience = min(self._settings.connect_timeout_s, timeout_s)
            settings = replace(self._settings, connect_timeout_s=patience)
            made = Publisher(settings, self._client_id, patience_s=timeout_s)
            self._publisher = made.__enter__()
        return self._publisher

    def _drop(self) -> None:
        """Not waited for: a broker that hangs holds up its connection's end, too."""
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            lost = ServiceUnreachable("given up")
            threading.Thread(
                target=publisher.__exit__, args=(ServiceUnreachable, lost, None), daemon=True
            ).start()

    def _state(self, shipment: str) -> bytes:
        if self._open is None:
            self._open = self._kept.enter_context(self._opened())
        return state_of(shipment, self._open(shipment))


def state_of(shipment: str, alerts: Sequence[Alert]) -> bytes:
    """The retained message: nothing at all where nothing is open, which clears the topic."""
    if not alerts:
        return b""
    gravest = max((alert.severity for alert in alerts), key=lambda severity: severity.rank)
    return msgspec.json.encode(
        {
            "shipment": shipment,
            "severity": gravest,
            "alerts": [wording.document(alert) for alert in alerts],
        }
    )


def alert_topic(outgoing: Outgoing) -> str:
    return f"{ROOT}/{level(outgoing.shipment)}/{level(outgoing.alert or outgoing.notice)}"


def state_topic(shipment: str) -> str:
    return f"{ROOT}/{level(shipment)}/{STATE}"


def level(name: str | None) -> str:
    """A name as one level of a topic: what is no letter, digit, "-", "_" or "~" as %XX, in UTF-8
    (NATS makes levels of dots). "state" and "-" are taken, so they are written %73tate and %2D.
    """
    if name is None:
        return NOTHING
    safe = quote(name, safe="").replace(".", "%2E")
    return f"%{ord(safe[0]):02X}{safe[1:]}" if safe in (STATE, NOTHING) else safe
