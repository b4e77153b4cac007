"""The only place that constructs adapters: from a configuration to things that work.

Each function imports what it needs when it is called: importing this module is cheap, and a command
that only reads the database does not pay for MQTT or geometry.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.adapters.mqtt_settings import MqttSettings, Tls
from tracker.config import Config
from tracker.domain.errors import NotFound, UsageError

if TYPE_CHECKING:
    from geofences.formats import GeofenceSet
    from tracker.adapters.clock import ManualClock
    from tracker.adapters.embedded import EmbeddedBroker
    from tracker.adapters.gateway.caller import Caller
    from tracker.adapters.gateway.server import Gateway
    from tracker.adapters.journal import SqlJournal
    from tracker.adapters.publisher import Publisher
    from tracker.adapters.zone_files import ZoneFiles
    from tracker.desk import Desk
    from tracker.intake import Intake
    from tracker.planning import Geography
    from tracker.ports import Clock, Notifier
    from tracker.rules.base import Rule


# The database


def journal(config: Config) -> AbstractContextManager[SqlJournal]:
    """The journal, open; its schema is brought up to date, its folder made if absent.

    Raises UsageError for a database that cannot serve, ServiceUnreachable for one that is away.
    """
    from tracker.adapters.journal import SqlJournal

    _, is_file, path = config.database.url.partition("sqlite:///")
    if is_file:
        _make_folder(Path(path).parent)
    return closing(SqlJournal.open(config.database.url))


records = journal
"""For reading only: `tracker.ports.Records` is a part of what the journal is."""


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot be made: {error.strerror}", where=str(folder), mend="name another folder"
        ) from error


# Geography


def geofences(files: Sequence[str], without: Sequence[str] = ()) -> GeofenceSet:
    """The zones and corridors that ship, but for those `without`, and those of `files`.

    Raises UsageError that names the file, the feature and the mend.
    """
    from geofences import formats, library
    from geofences.errors import GeoFault

    try:
        return library.in_force(((file, formats.read(Path(file))) for file in files), without)
    except GeoFault as fault:
        raise UsageError(fault.what, where=fault.where, mend=fault.mend) from fault
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}",
            where=str(error.filename),
            mend="correct [zones] files in the configuration",
        ) from error


def geography(config: Config) -> Geography:
    """What the rules are told of places. Raises UsageError, as `geofences` does."""
    from tracker.planning import Geography

    return Geography(geofences(config.zones.files, config.zones.without), config.policy)


def zone_files(config: Config) -> ZoneFiles:
    """Watches the configured zone files, and the configuration for which they are."""
    from tracker.adapters.zone_files import ZoneFiles
    from tracker.config import load

    def now() -> Config:
        return load(config.source) if config.source else config

    return ZoneFiles(
        config.source,
        lambda: [Path(name) for name in now().zones.files],
        lambda: geography(now()),
    )


def old_geography(config: Config, version: str) -> Geography:
    """The zones and corridors that were in force as `version` (a part of it will do).

    Raises NotFound with the versions that there are.
    """
    from tracker.planning import Geography

    with records(config) as journal:
        kept = journal.geographies()
    found = [one for one in kept if one.version.startswith(version)]
    if len(found) != 1:
        known = ", ".join(one.version for one in kept) or "none yet"
        raise NotFound(f"no single zones version {version!r}", mend=f"in force were: {known}")
    return Geography.of_content(found[0].content, config.policy)


# MQTT


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
        quiet_s=config.intake.quiet_s,
        grace_s=config.intake.grace_s,
    )


def _path(name: str | None) -> Path | None:
    return None if name is None else Path(name)


def broker(config: Config) -> AbstractContextManager[EmbeddedBroker | None]:
    """The embedded broker, running while the context is entered; nothing if another is named."""
    if not config.broker.embedded:
        return nullcontext()
    from tracker.adapters.embedded import EmbeddedBroker

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
    from tracker.adapters.publisher import Publisher

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


def probe(config: Config) -> str:
    """What the broker answers, in a line. One of our own that is not running is started for it.

    Raises ServiceUnreachable.
    """
    from tracker.adapters import mqtt

    settings = mqtt_settings(config)
    if not config.broker.embedded or _listens(settings.host, settings.port):
        return mqtt.probe(settings)
    with broker(config):
        return mqtt.probe(settings) + " (embedded; started for this)"


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1.0).close()
    except OSError:
        return False
    return True


# The use cases


@contextmanager
def desk(config: Config, *, clock: Clock | None = None) -> Iterator[Desk]:
    """Where people declare things."""
    from tracker.adapters.clock import SystemClock
    from tracker.desk import Desk
    from tracker.wiring_log import notary

    clock = clock or SystemClock()
    with journal(config) as opened:
        yield Desk(
            journal=opened,
            clock=clock,
            geography=geography(config),
            origin=config.log.origin,
            notary=notary(config, opened, clock),
        )


@contextmanager
def rehearsal(
    geography: Geography, origin: str, start: datetime
) -> Iterator[tuple[Intake, Desk, SqlJournal, ManualClock]]:
    """An intake and a desk on a journal of their own that is gone afterwards; the clock is set."""
    import tempfile

    from tracker.adapters.clock import ManualClock
    from tracker.adapters.journal import SqlJournal
    from tracker.adapters.notifiers import Silent
    from tracker.desk import Desk
    from tracker.intake import Intake
    from tracker.rehearsal import Handed

    clock = ManualClock(start)
    with tempfile.TemporaryDirectory(prefix="tracker-rehearsal-") as folder:
        url = f"sqlite:///{Path(folder) / 'rehearsal.db'}"
        with closing(SqlJournal.open(url)) as opened, closing(SqlJournal.open(url)) as desks:
            intake = Intake(
                inbox=Handed(),
                journal=opened,
                clock=clock,
                geography=geography,
                origin=origin,
                notifier=Silent(),
                tick_s=0.0,
            )
            desk = Desk(journal=desks, clock=clock, geography=geography, origin=origin)
            yield intake, desk, opened, clock


@contextmanager
def tracker(
    config: Config,
    *,
    clock: Clock | None = None,
    notifier: Notifier | None = None,
    rules: tuple[Rule, ...] | None = None,
) -> Iterator[Intake]:
    """The intake, connected and subscribed, ready for `run`.

    Raises ServiceUnreachable if the broker does not answer now; later outages it outlives.
    """
    from tracker.adapters.clock import SystemClock
    from tracker.adapters.mqtt import MqttInbox
    from tracker.adapters.notifiers import Silent
    from tracker.intake import Intake
    from tracker.wiring_log import notary

    clock = clock or SystemClock()
    settings = mqtt_settings(config)
    choices: dict[str, Any] = {} if rules is None else {"rules": rules}
    with journal(config) as opened, closing(MqttInbox(settings, clock)) as inbox:
        intake = Intake(
            inbox=inbox,
            journal=opened,
            clock=clock,
            geography=geography(config),
            origin=config.log.origin,
            notifier=notifier or Silent(),
            tick_s=config.intake.tick_s,
            keep_rejected_bytes=config.intake.keep_rejected_bytes,
            watched=zone_files(config),
            notary=notary(config, opened, clock),
            checkpoint_s=config.log.checkpoint_s,
            **choices,
        )
        inbox.wait_connected(settings.connect_timeout_s)
        yield intake
