"""Every key of `tracker.toml`: its type, default, unit, and what it is for.

The metadata of a field (`text`, `unit`, `source`, `example`, `path`) is what `tracker init` writes
as comments and what error messages call allowed; `[policy]` is `tracker.domain.policy.Policy`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from tracker.adapters.mqtt_settings import MqttSettings
from tracker.config.secret import Secret
from tracker.domain.policy import Policy

BROKER = MqttSettings()
"""The defaults are the adapter's own."""


def _key(
    text: str, unit: str = "", *, example: Any = None, path: bool = False, **limits: Any
) -> Meta:
    extra = {"text": text, "unit": unit, "example": example, "path": path}
    return Meta(description=text, extra=extra, **limits)


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[table]` of the file. Paths are absolute once loaded."""


class LogSection(Section, frozen=True):
    origin: Annotated[
        str,
        _key(
            "the custody log's name, unique in the world and never changed: host/name",
            pattern=r"^[^\s+]+$",
        ),
    ] = "localhost/tracker"


class DatabaseSection(Section, frozen=True):
    url: Annotated[
        str,
        _key("sqlite:///FILE, relative to this file", path=True, pattern=r"^[a-z][a-z0-9+]*://"),
    ] = "sqlite:///tracker.db"


class BrokerSection(Section, frozen=True):
    embedded: Annotated[bool, _key("start and stop a broker of our own, on loopback")] = True
    host: Annotated[str, _key("where the broker is", min_length=1)] = BROKER.host
    port: Annotated[int, _key("its port; 8883 is usual with TLS", ge=1, le=65535)] = BROKER.port
    protocol: Annotated[
        Literal["5", "3.1.1"] | None,
        _key('MQTT version; left out: "3.1.1" with the embedded broker, else "5"', example="5"),
    ] = None
    client_id: Annotated[
        str,
        _key(
            "our name at the broker: its session holds what arrives while we are down",
            pattern=r"^[A-Za-z0-9._-]{1,64}$",
        ),
    ] = BROKER.client_id
    username: Annotated[str | None, _key("user at the broker", example="tracker")] = None
    password_file: Annotated[
        str | None,
        _key(
            "file with the user's password (or TRACKER_BROKER__PASSWORD)",
            example="broker.password",
            path=True,
        ),
    ] = None
    tls: Annotated[bool, _key("encrypt, and check the broker's certificate")] = False
    ca_file: Annotated[
        str | None,
        _key("certificates to trust; left out: the system's", example="ca.pem", path=True),
    ] = None
    cert_file: Annotated[
        str | None,
        _key("our certificate, if the broker asks for one", example="tracker.pem", path=True),
    ] = None
    key_file: Annotated[
        str | None, _key("the key of our certificate", example="tracker.key", path=True)
    ] = None
    topics: Annotated[
        tuple[str, ...],
        _key("topic filters to subscribe; empty: those of every dialect we know"),
    ] = ()
    keepalive_s: Annotated[
        int, _key("a dead connection is noticed within one and a half of it", "s", ge=1, le=65535)
    ] = BROKER.keepalive_s
    session_expiry_s: Annotated[
        int,
        _key(
            "how long the broker keeps our session while we are away (MQTT 5)",
            "s",
            ge=0,
            le=4_294_967_295,
        ),
    ] = BROKER.session_expiry_s
    receive_maximum: Annotated[
        int,
        _key(
            "unacknowledged messages we accept at once; brokers may cap it (Mosquitto: 20)",
            "messages",
            ge=1,
            le=65535,
        ),
    ] = BROKER.receive_maximum


class EmbeddedSection(Section, frozen=True):
    store: Annotated[str, _key("folder of the embedded broker's sessions", path=True)] = "broker"


class ZonesSection(Section, frozen=True):
    files: Annotated[
        tuple[str, ...],
        _key(
            "GeoJSON files of your own zones and corridors, beside the shipped library", path=True
        ),
    ] = ()


class IntakeSection(Section, frozen=True):
    tick_s: Annotated[float, _key("how often deadlines are looked at", "s", gt=0)] = 1.0
    quiet_s: Annotated[
        float,
        _key(
            "silence counts only when nothing has been waiting at the broker for this long",
            "s",
            ge=0,
        ),
    ] = BROKER.quiet_s
    grace_s: Annotated[
        float,
        _key("after a (re)connect, how long the backlog may take before silence counts", "s", ge=0),
    ] = BROKER.grace_s
    keep_rejected_bytes: Annotated[
        int, _key("keep at most this much of a payload nobody could read", "bytes", ge=0)
    ] = 4_194_304


class Config(Struct, frozen=True, kw_only=True):
    """Everything configured, checked. `source` is the file, None if there was none."""

    source: Path | None = None
    log: LogSection = LogSection()
    database: DatabaseSection = DatabaseSection()
    broker: BrokerSection = BrokerSection()
    embedded: EmbeddedSection = EmbeddedSection()
    zones: ZonesSection = ZonesSection()
    intake: IntakeSection = IntakeSection()
    policy: Policy = Policy()
    broker_password: Secret | None = None


SECTIONS: dict[str, type[Struct]] = {
    "log": LogSection,
    "database": DatabaseSection,
    "broker": BrokerSection,
    "embedded": EmbeddedSection,
    "zones": ZonesSection,
    "intake": IntakeSection,
    "policy": Policy,
}
"""The tables of the file, in the order in which `tracker init` writes them."""

PURPOSE = {
    "log": "The custody log",
    "database": "Where everything is kept",
    "broker": "Where telemetry comes from",
    "embedded": "The embedded broker",
    "zones": "Geography",
    "intake": "Taking telemetry in",
    "policy": "Thresholds: for all shipments, unless a shipment's own file says otherwise",
}
