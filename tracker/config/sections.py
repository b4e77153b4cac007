"""Every key of `tracker.toml`: its type, default, unit, and what it is for.

The metadata of a field (`text`, `unit`, `source`, `example`, `path`) is what `tracker init` writes
as comments and what error messages call allowed; `[policy]` is `tracker.domain.policy.Policy`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from tracker.adapters.gateway.settings import Limits
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.config.notify import NotifySettings
from tracker.config.secret import Secret
from tracker.domain.layers import Layers
from tracker.domain.notify_policy import Language, NotifyLimits
from tracker.domain.policy import Policy

BROKER = MqttSettings()
"""The defaults are the adapter's own."""
LIMITS = Limits()
"""So are the gateway's."""


def _key(
    text: str,
    unit: str = "",
    *,
    source: str = "",
    example: Any = None,
    path: bool = False,
    **limits: Any,
) -> Meta:
    extra = {"text": text, "unit": unit, "source": source, "example": example, "path": path}
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
    key_file: Annotated[
        str, _key("the key that signs the log's checkpoints; readable by you alone", path=True)
    ] = "log.key"
    checkpoints: Annotated[
        str,
        _key("released checkpoints, outside the database: keep copies elsewhere too", path=True),
    ] = "checkpoints.jsonl"
    checkpoint_s: Annotated[
        float,
        _key("how often what is new is signed and released, while the tracker runs", "s", gt=0),
    ] = 10.0
    receipts: Annotated[
        str, _key("folder of the receipts of handovers and deliveries (.tlog-proof)", path=True)
    ] = "receipts"


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
    receiver: Annotated[
        Literal["fast", "paho"],
        _key(
            'who reads what arrives: "fast" (our own reading of publications, before paho-mqtt, '
            'which does all else), "paho" (paho-mqtt alone: at a third of the speed)'
        ),
    ] = BROKER.receiver


class EmbeddedSection(Section, frozen=True):
    store: Annotated[str, _key("folder of the embedded broker's sessions", path=True)] = "broker"


class CellsSection(Section, frozen=True):
    file: Annotated[
        str | None,
        _key(
            "cells of the mobile networks, comma-separated: mcc,mnc,lac,cid,lat,lon,range_m, or as "
            "OpenCelliD gives them; a position far from its serving cell is then not believed",
            example="cells.csv",
            path=True,
        ),
    ] = None


class ZonesSection(Section, frozen=True):
    files: Annotated[
        tuple[str, ...],
        _key(
            "GeoJSON files of your own zones and corridors, beside the shipped library", path=True
        ),
    ] = ()
    without: Annotated[
        tuple[str, ...],
        _key("zones and corridors of the shipped library that are switched off, by id; * and ?"),
    ] = ()


class IntakeSection(Section, frozen=True):
    workers: Annotated[
        int,
        _key("processes that take telemetry in, each a part of the trucks", "", ge=1, le=64),
    ] = 1
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
    heartbeat_s: Annotated[
        float,
        _key(
            "how often a running tracker leaves a sign of life in the database",
            "s",
            source="a Kubernetes probe's usual period, 10 s",
            gt=0,
        ),
    ] = 10.0
    dead_after_s: Annotated[
        float,
        _key(
            "without a sign of life for so long, nobody is watching",
            "s",
            source="a Kubernetes probe's usual three failures",
            gt=0,
        ),
    ] = 30.0
    clocks: Annotated[
        tuple[str, ...],
        _key(
            'clocks of devices that are not in UTC, each "DEVICE MINUTES" (ahead of UTC) or '
            '"DEVICE ZONE": "LOCK-1 -360", "LOCK-2 America/Monterrey"; a shipment may say it too'
        ),
    ] = ()
    keep_rejected_bytes: Annotated[
        int, _key("keep at most this much of a payload nobody could read", "bytes", ge=0)
    ] = 4_194_304


class GatewaySection(Section, frozen=True):
    listen: Annotated[
        tuple[str, ...],
        _key('where devices connect over TCP, each "DIALECT=[HOST]:PORT", such as "jt701=:5001"'),
    ] = ()
    listen_udp: Annotated[
        tuple[str, ...], _key('the same over UDP, for dialects that speak it: "teltonika=:5003"')
    ] = ()
    devices: Annotated[
        tuple[str, ...],
        _key("ids of the devices that may connect, or 'dialect id' for one dialect alone"),
    ] = ()
    devices_file: Annotated[
        str | None,
        _key("a file of such ids, one a line; read anew when it changes", example="devices.txt",
             path=True),
    ] = None  # fmt: skip
    open: Annotated[bool, _key("let every device connect, listed or not")] = False
    client_id: Annotated[
        str,
        _key(
            "the gateway's name at the broker; each gateway needs its own",
            pattern=r"^[A-Za-z0-9._-]{1,64}$",
        ),
    ] = "seal-gateway"
    connections: Annotated[int, _key("open at once, in total", "connections", ge=1)] = (
        LIMITS.connections
    )
    connections_per_address: Annotated[
        int,
        _key(
            "open at once from one address; carriers put many devices behind one",
            "connections",
            ge=1,
        ),
    ] = LIMITS.connections_per_address
    frames_per_s: Annotated[
        float, _key("read from one connection; what is more waits", "frames/s", gt=0)
    ] = LIMITS.frames_per_s
    frame_bytes: Annotated[
        int, _key("the longest message, all its parts together", "bytes", ge=1, le=1_048_576)
    ] = LIMITS.frame_bytes
    idle_s: Annotated[
        float, _key("a connection without a whole frame for so long is closed", "s", gt=0)
    ] = LIMITS.idle_s
    login_s: Annotated[
        float, _key("a connection has so long to say which device it is", "s", gt=0)
    ] = LIMITS.login_s
    noise: Annotated[
        int, _key("a connection is closed after more pieces than this that are no frame", "", ge=0)
    ] = LIMITS.noise
    unconfirmed: Annotated[
        int,
        _key(
            "frames that wait for the broker's word; when so many do, no more are read",
            "frames",
            ge=1,
            le=50_000,
        ),
    ] = LIMITS.unconfirmed


class WitnessSection(Section, frozen=True):
    policy: Annotated[
        str | None,
        _key(
            "whom to ask for cosignatures: the witnesses of this policy file that have a URL",
            example="policy.txt",
            path=True,
        ),
    ] = None
    interval_s: Annotated[
        float, _key("a witness is asked again after this at the earliest", "s", gt=0)
    ] = 60.0
    timeout_s: Annotated[float, _key("how long a witness may take to answer", "s", gt=0)] = 10.0


class TimestampSection(Section, frozen=True):
    policy: Annotated[
        str | None,
        _key(
            "whom to ask for RFC 3161 time-stamps: the tsa lines of this policy file with a URL",
            example="policy.txt",
            path=True,
        ),
    ] = None
    interval_s: Annotated[
        float,
        _key("an authority is asked again after this at the earliest; many count", "s", gt=0),
    ] = 3600.0
    timeout_s: Annotated[float, _key("how long an authority may take to answer", "s", gt=0)] = 20.0


class DisplaySection(Section, frozen=True):
    timezone: Annotated[
        str | None,
        _key(
            "people are shown times in this zone; left out: $TZ, else UTC",
            example="America/Monterrey",
        ),
    ] = None
    language: Annotated[
        Language,
        _key("in which `tracker alerts` says what happened, and `explain` what was compared"),
    ] = "en"


class NotifySection(NotifyLimits, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is no table of its own; the tables are in `tracker.config.notify`."""

    inside: Annotated[
        bool, _key("`tracker run` starts who delivers, as a process of its own, and ends it")
    ] = True
    language: Annotated[Language, _key("of contacts that say no other")] = "es"
    timezone: Annotated[
        str, _key("of contacts and rosters that say no other; hours are by its clocks")
    ] = "America/Monterrey"
    hours: Annotated[
        str | None,
        _key(
            "when contacts may be told of warnings, if they do not say; outside, they are gathered "
            "and told as one digest when the hours begin; left out: always",
            example="06:00-22:00",
        ),
    ] = None
    addresses_file: Annotated[
        str | None,
        _key(
            "where people are reached, readable by you alone: a table for each contact, with a URL "
            "for each channel",
            example="addresses.toml",
            path=True,
        ),
    ] = None
    code_key_file: Annotated[
        str,
        _key("the key that signs the codes and links by which alerts are acknowledged", path=True),
    ] = "notify.key"
    code_hours: Annotated[
        float, _key("how long such a code is good", "h", source="ours", gt=0, le=720)
    ] = 48.0
    link_base: Annotated[
        str | None,
        _key(
            "where the links in messages lead; left out: they have a code to type instead",
            example="https://tracker.example.com/a/",
        ),
    ] = None
    playbook_dir: Annotated[
        str | None,
        _key(
            "a folder with es.toml, en.toml or both: what to do first, for kinds of alert where it "
            "is to be other than shipped (docs/notify.md)",
            example="playbooks",
            path=True,
        ),
    ] = None
    map_link: Annotated[
        str,
        _key("the link to a map in messages: {lat} and {lon} are degrees"),
    ] = "https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=15/{lat}/{lon}"


class WatchdogSection(Section, frozen=True):
    silent_s: Annotated[
        float,
        _key(
            "without a sign of life from the tracker, or without the broker, for longer, the house "
            "is told; well for so long again, it is over",
            "s",
            source="ours: four times `dead_after_s`, so that a restart is no outage",
            gt=0,
        ),
    ] = 120.0
    look_s: Annotated[float, _key("how often it looks", "s", source="ours", gt=0)] = 5.0
    ladder: Annotated[
        str | None,
        _key(
            "who is told: all of this ladder who are on duty, and of no custodian; left out: "
            "house, else the first; where there is none, the contacts of the house",
            example="house",
        ),
    ] = None
    ping_url: Annotated[
        str | None,
        _key(
            "a GET goes there while all is well, so that somebody outside misses it when the "
            "watchdog is gone too (or TRACKER_WATCHDOG__PING_URL)",
            example="https://hc-ping.com/...",
        ),
    ] = None
    ping_s: Annotated[
        float, _key("how often", "s", source="healthchecks.io: once a minute is usual", gt=0)
    ] = 60.0
    state_file: Annotated[
        str, _key("what it remembers of an outage, so that it is told once", path=True)
    ] = "watchdog.json"


class WebSection(Section, frozen=True):
    host: Annotated[
        str, _key("where `tracker serve` listens; beyond this machine only with TLS, or a proxy")
    ] = "127.0.0.1"
    port: Annotated[int, _key("its TCP port; 0: any that is free", ge=0, le=65535)] = 8480
    names: Annotated[
        tuple[str, ...],
        _key("names under which browsers may ask for it, besides that of `host`"),
    ] = ("localhost", "127.0.0.1")
    tls_certificate: Annotated[
        str | None, _key("PEM file; left out: no TLS", path=True, example="web.crt")
    ] = None
    tls_key: Annotated[str | None, _key("PEM file", path=True, example="web.key")] = None
    behind_proxy: Annotated[
        bool, _key("a proxy of ours terminates TLS, and says who asks (X-Forwarded-For, -Proto)")
    ] = False
    session_h: Annotated[
        float,
        _key("a login ends after so long without a request", "h", source="ours: one shift", gt=0),
    ] = 12.0
    session_longest_h: Annotated[
        float,
        _key(
            "and so long after it began, whatever happens",
            "h",
            source="NIST SP 800-63B, AAL1: at most 30 days",
            gt=0,
        ),
    ] = 168.0
    logins_per_min: Annotated[
        float,
        _key(
            "attempts to log in, by name and by address; more are turned away",
            source="OWASP: slow down guessing; ours",
            gt=0,
        ),
    ] = 10.0
    requests_per_min: Annotated[
        float, _key("requests of one user or address to the API", source="ours", gt=0)
    ] = 1200.0
    body_kb: Annotated[
        float, _key("of a request; a larger one is refused", "KiB", source="ours", gt=0)
    ] = 1024.0
    live_ms: Annotated[
        float,
        _key(
            "how often the server asks the database for what is new",
            "ms",
            source="ours: a change is on the screen within a second",
            gt=0,
        ),
    ] = 250.0
    tiles: Annotated[
        str | None,
        _key(
            "a map below ours: a URL with {z}, {x}, {y}, or a .pmtiles file; left out: our own, "
            "which needs no internet",
            path=True,
            example="https://tile.example.org/{z}/{x}/{y}.png",
        ),
    ] = None


class Config(Struct, frozen=True, kw_only=True):
    """Everything configured, checked. `source` is the file, None if there was none."""

    source: Path | None = None
    log: LogSection = LogSection()
    database: DatabaseSection = DatabaseSection()
    broker: BrokerSection = BrokerSection()
    embedded: EmbeddedSection = EmbeddedSection()
    zones: ZonesSection = ZonesSection()
    cells: CellsSection = CellsSection()
    intake: IntakeSection = IntakeSection()
    gateway: GatewaySection = GatewaySection()
    witness: WitnessSection = WitnessSection()
    timestamp: TimestampSection = TimestampSection()
    display: DisplaySection = DisplaySection()
    notify: NotifySection = NotifySection()
    watchdog: WatchdogSection = WatchdogSection()
    web: WebSection = WebSection()
    policy: Policy = Policy()
    layers: Layers = Layers()
    broker_password: Secret | None = None
    notices: NotifySettings = NotifySettings()


SECTIONS: dict[str, type[Struct]] = {
    "log": LogSection,
    "database": DatabaseSection,
    "broker": BrokerSection,
    "embedded": EmbeddedSection,
    "zones": ZonesSection,
    "cells": CellsSection,
    "intake": IntakeSection,
    "gateway": GatewaySection,
    "witness": WitnessSection,
    "timestamp": TimestampSection,
    "display": DisplaySection,
    "notify": NotifySection,
    "watchdog": WatchdogSection,
    "web": WebSection,
    "policy": Policy,
}
"""The tables of the file, in the order in which `tracker init` writes them."""

PURPOSE = {
    "log": "The custody log",
    "database": "Where everything is kept",
    "broker": "Where telemetry comes from",
    "embedded": "The embedded broker",
    "zones": "Geography",
    "cells": "Where the cells of the mobile networks are",
    "intake": "Taking telemetry in",
    "gateway": "Devices that connect over TCP or UDP (`tracker gateway`)",
    "witness": "Witnesses, who cosign the custody log's checkpoints",
    "timestamp": "Time-stamping authorities, who date them",
    "display": "What people are shown",
    "notify": "Who is told of alerts, by `tracker notify`",
    "watchdog": "Who notices that the tracker itself is silent (`tracker watchdog`)",
    "web": "The web application (`tracker serve`)",
    "policy": "Thresholds: for all shipments, unless a layer or a shipment's own file differs",
}
