"""The use cases with their adapters: intake, commands, and history told again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tracker.config import Config
from tracker.wiring.brokers import mqtt_settings
from tracker.wiring.cells import cells
from tracker.wiring.clocks import device_clocks
from tracker.wiring.database import journal, records
from tracker.wiring.outsiders import attestors
from tracker.wiring.trust import key_ring, log_signer, unsigned
from tracker.wiring.zones import geofences, geography, zone_files

if TYPE_CHECKING:
    from tracker.adapters.clock import ManualClock
    from tracker.adapters.journal import SqlJournal
    from tracker.app.commands import CommandHandler
    from tracker.app.ingest import Ingest
    from tracker.app.planning import Geography
    from tracker.app.trust.export import Exporter
    from tracker.map.scene import Scene
    from tracker.ports import Clock, Notifier, WatchedClock
    from tracker.rules.base import Rule


def system_clock() -> Clock:
    """The computer's."""
    from tracker.adapters.clock import SystemClock

    return SystemClock()


def manual_clock(start: datetime) -> ManualClock:
    """A clock that is set by hand."""
    from tracker.adapters.clock import ManualClock

    return ManualClock(start)


@contextmanager
def commands(config: Config, *, clock: Clock | None = None) -> Iterator[CommandHandler]:
    """Where people declare things."""
    from tracker.adapters.clock import SystemClock
    from tracker.app.commands import CommandHandler

    clock = clock or SystemClock()
    with journal(config) as opened:
        yield CommandHandler(
            journal=opened,
            clock=clock,
            geography=geography(config),
            origin=config.log.origin,
            signer=log_signer(config, opened, clock),
        )


@contextmanager
def backtest(
    geography: Geography, origin: str, start: datetime
) -> Iterator[tuple[Ingest, CommandHandler, SqlJournal, ManualClock]]:
    """Intake and commands on a journal of their own that is gone afterwards; the clock is set."""
    import tempfile

    from tracker.adapters.clock import ManualClock
    from tracker.adapters.journal import SqlJournal
    from tracker.adapters.notifiers import Silent
    from tracker.app.backtest import ReplayInbox
    from tracker.app.commands import CommandHandler
    from tracker.app.ingest import Ingest

    clock = ManualClock(start)
    with tempfile.TemporaryDirectory(prefix="tracker-backtest-") as folder:
        url = f"sqlite:///{Path(folder) / 'backtest.db'}"
        with closing(SqlJournal.open(url)) as opened, closing(SqlJournal.open(url)) as second:
            ingest = Ingest(
                inbox=ReplayInbox(),
                journal=opened,
                clock=clock,
                geography=geography,
                origin=origin,
                notifier=Silent(),
                tick_s=0.0,
            )
            commands = CommandHandler(
                journal=second, clock=clock, geography=geography, origin=origin
            )
            yield ingest, commands, opened, clock


@contextmanager
def ingest(
    config: Config,
    *,
    clock: WatchedClock | None = None,
    notifier: Notifier | None = None,
    rules: tuple[Rule, ...] | None = None,
) -> Iterator[Ingest]:
    """The intake, connected and subscribed, ready for `run`.

    Raises ServiceUnreachable if the broker does not answer now; later outages it outlives.
    """
    from tracker.adapters.clock import SystemClock
    from tracker.adapters.mqtt.inbox import MqttInbox
    from tracker.adapters.mqtt.status import MqttBeacon
    from tracker.adapters.notifiers import Silent
    from tracker.app.ingest import Ingest

    clock = clock or SystemClock()
    settings = mqtt_settings(config)
    choices: dict[str, Any] = {} if rules is None else {"rules": rules}
    with ExitStack() as stack:
        opened = stack.enter_context(journal(config))
        inbox = stack.enter_context(closing(MqttInbox(settings, clock)))
        inbox.wait_connected(settings.connect_timeout_s)
        every_s = config.intake.heartbeat_s
        beacon = stack.enter_context(
            closing(MqttBeacon(settings, config.log.origin, every_s, started_at=clock.now()))
        )
        intake = Ingest(
            inbox=inbox,
            journal=opened,
            clock=clock,
            geography=geography(config),
            origin=config.log.origin,
            notifier=notifier or Silent(),
            tick_s=config.intake.tick_s,
            keep_rejected_bytes=config.intake.keep_rejected_bytes,
            watched=zone_files(config),
            signer=log_signer(config, opened, clock),
            checkpoint_s=config.log.checkpoint_s,
            heartbeat_s=every_s,
            beacon=beacon,
            clocks=device_clocks(config),
            cells=cells(config),
            **choices,
        )
        yield intake


@contextmanager
def exporter(config: Config, warn: Callable[[str], None]) -> Iterator[Exporter]:
    """Writes evidence bundles. Raises UsageError for a log without a key."""
    from tracker.app.trust.export import Exporter

    with journal(config) as opened, commands(config) as handler:
        if handler.signer is None:
            raise unsigned(config)
        yield Exporter(
            store=opened,
            commands=handler,
            ring=key_ring(config),
            attestors=[attestor for attestor, _ in attestors(config)],
            warn=warn,
        )


def map_scene(
    config: Config,
    zone: ZoneInfo,
    *,
    shipment: str | None = None,
    crossing: str | None = None,
    place: str | None = None,
    warn: Callable[[str], None],
) -> Scene:
    """The map of the zones on file, or of a shipment. Raises NotFound, UsageError."""
    from tracker.app.queries.map_scene import query

    frame = query.frame(datetime.now(UTC), zone, config.policy)
    if shipment is None:
        zones = geofences(config.zones.files, config.zones.without)
        return query.zones_scene(zones, frame, crossing=crossing, place=place)
    with records(config) as opened:
        return query.shipment_scene(
            opened,
            geography(config),
            frame,
            shipment,
            crossing=crossing,
            place=place,
            warn=warn,
        )
