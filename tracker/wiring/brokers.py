"""MQTT: the configured broker, the embedded one, and the gateway before it."""

from __future__ import annotations

import socket
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.adapters.mqtt.settings import MqttSettings, Tls
from tracker.config import Config
from tracker.domain.errors import ServiceUnreachable, UsageError

if TYPE_CHECKING:
    from tracker.adapters.broker.embedded import EmbeddedBroker
    from tracker.adapters.gateway.caller import Caller
    from tracker.adapters.gateway.server import Gateway
    from tracker.adapters.mqtt.publisher import Publisher


def mqtt_settings(config: Config) -> MqttSettings:
    """How to reach the configured broker, and what to subscribe to there."""
    from devices import catalogue

    broker = config.broker
    password = config.broker_password.reveal() if config.broker_password else None
    tls = Tls(
        ca_file=_path(broker.ca_file),
        cert_file=_path(broker.cert_file),
        key_file=_path(broker.key_file),
    )
    return MqttSettings(
        host=broker.host,
        port=broker.port,
        protocol=broker.protocol or ("3.1.1" if broker.embedded else "5"),
        client_id=broker.client_id,
        username=broker.username,
        password=password,
        tls=tls if broker.tls else None,
        topics=broker.topics or catalogue.filters(),
        keepalive_s=broker.keepalive_s,
        session_expiry_s=broker.session_expiry_s,
        receive_maximum=broker.receive_maximum,
        receiver=broker.receiver,
        quiet_s=config.intake.quiet_s,
        grace_s=config.intake.grace_s,
    )


def _path(name: str | None) -> Path | None:
    return None if name is None else Path(name)


def broker(config: Config) -> AbstractContextManager[EmbeddedBroker | None]:
    """The embedded broker, running while the context is entered; nothing if another is named."""
    return embedded(config) if config.broker.embedded else nullcontext()


def embedded(config: Config) -> EmbeddedBroker:
    """The embedded broker as it is configured, not running. Raises UsageError."""
    from tracker.adapters.broker.embedded import EmbeddedBroker

    username, password = config.broker.username, config.broker_password
    if username is None or password is None:
        raise UsageError(
            "the embedded broker needs a user and a password",
            where=f"{config.source or 'the environment'}: [broker]",
            mend="`tracker init` makes them; or set username and password_file",
        )
    return EmbeddedBroker(
        Path(config.embedded.store),
        host=config.broker.host,
        port=config.broker.port,
        username=username,
        password=password.reveal(),
    )


def publisher(config: Config, client_id: str) -> Publisher:
    """Sends to the configured broker, in a session named `client_id`."""
    from tracker.adapters.mqtt.publisher import Publisher

    return Publisher(mqtt_settings(config), client_id)


def gateway(config: Config) -> Gateway:
    """Where devices connect, ready for `run`. Raises UsageError if it is not said where, or who."""
    from dataclasses import fields, replace

    from tracker.adapters.gateway.orders import TOPICS
    from tracker.adapters.gateway.registry import Registry
    from tracker.adapters.gateway.server import Gateway
    from tracker.adapters.gateway.settings import Limits, listen

    said = config.gateway
    tcp = [listen(text) for text in said.listen]
    udp = [listen(text) for text in said.listen_udp]
    registry = Registry(said.devices, file=_path(said.devices_file), everybody=said.open)
    if not (tcp or udp):
        raise UsageError("nothing to listen for", mend="--listen jt701=:5001, or [gateway] listen")
    if not (said.open or len(registry) or said.devices_file):
        raise UsageError(
            "no device may connect",
            mend="--devices FILE (ids, one a line), [gateway] devices, or --open for all",
        )
    return Gateway(
        replace(mqtt_settings(config), topics=TOPICS),
        registry,
        Limits(**{field.name: getattr(said, field.name) for field in fields(Limits)}),
        client_id=said.client_id,
        tcp=tcp,
        udp=udp,
    )


def caller(config: Config, dialect: str, device: str) -> Caller:
    """Orders commands from whichever gateway holds the device's connection."""
    import secrets

    from tracker.adapters.gateway.caller import Caller

    name = f"{config.gateway.client_id}-caller-{secrets.token_hex(4)}"
    return Caller(mqtt_settings(config), name, dialect, device)


def asyncapi(config: Config, version: str) -> dict[str, object]:
    """All topics of the configured broker, in and out. version: of the program."""
    from tracker.adapters.mqtt.asyncapi import document

    return document(mqtt_settings(config), version)


class NotRunning(ServiceUnreachable):
    """The embedded broker is not running. Nobody starts it but `tracker run`."""


def probe(config: Config) -> str:
    """What the broker answers, in a line. Raises ServiceUnreachable, or NotRunning."""
    from tracker.adapters.mqtt import probe as broker_probe

    settings = mqtt_settings(config)
    if config.broker.embedded and not broker_runs(config):
        raise NotRunning(
            "the embedded broker is not running: what devices say reaches nobody",
            where=settings.where,
            mend="`tracker run` starts it",
        )
    return broker_probe.probe(settings)


def broker_runs(config: Config) -> bool:
    """Something listens where the embedded broker does; False where another broker is named."""
    return config.broker.embedded and _listens(config.broker.host, config.broker.port)


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1.0).close()
    except OSError:
        return False
    return True
