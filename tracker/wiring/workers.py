"""The intake on several cores: who receives, and the workers, each a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from tracker.config import Config
from tracker.domain.errors import UsageError
from tracker.wiring.brokers import mqtt_settings
from tracker.wiring.cells import cells
from tracker.wiring.clocks import device_clocks
from tracker.wiring.database import journal
from tracker.wiring.notify import own_command
from tracker.wiring.trust import log_signer
from tracker.wiring.zones import geography, zone_files

if TYPE_CHECKING:
    from tracker.adapters.workers.pipe_inbox import PipeInbox
    from tracker.app.front import Front
    from tracker.app.ingest import Ingest
    from tracker.ports import Notifier

WORKER = "worker"
"""The command that is a worker; no person gives it."""


@contextmanager
def front(config: Config, workers: int, *, notifier: Notifier | None = None) -> Iterator[Front]:
    """Who receives for so many workers, connected and subscribed, ready for `run`, which starts
    them. Raises as `ingest` does.
    """
    from tracker.adapters.clock import SystemClock
    from tracker.adapters.mqtt.inbox import MqttInbox
    from tracker.adapters.mqtt.status import MqttBeacon
    from tracker.adapters.notifiers import Silent
    from tracker.adapters.workers.crew import ProcessCrew
    from tracker.app.front import Front

    clock = SystemClock()
    settings = mqtt_settings(config)
    with ExitStack() as stack:
        opened = stack.enter_context(journal(config))
        inbox = stack.enter_context(closing(MqttInbox(settings, clock)))
        inbox.wait_connected(settings.connect_timeout_s)
        every_s = config.intake.heartbeat_s
        beacon = stack.enter_context(
            closing(MqttBeacon(settings, config.log.origin, every_s, started_at=clock.now()))
        )
        commands = [
            own_command(config, WORKER, str(number), str(workers)) for number in range(workers)
        ]
        yield Front(
            inbox=inbox,
            crew=ProcessCrew(commands, inbox.wake),
            journal=opened,
            clock=clock,
            geography=geography(config),
            origin=config.log.origin,
            notifier=notifier or Silent(),
            tick_s=config.intake.tick_s,
            watched=zone_files(config),
            signer=log_signer(config, opened, clock),
            checkpoint_s=config.log.checkpoint_s,
            heartbeat_s=every_s,
            beacon=beacon,
        )


def handed() -> PipeInbox:
    """What `tracker run` hands to this worker: a connection, for which its standard input stands.
    Raises UsageError where it is none.
    """
    import os
    import socket
    from multiprocessing.connection import Connection

    from tracker.adapters.workers.pipe_inbox import PipeInbox

    try:
        socket.socket(fileno=os.dup(0)).close()
    except OSError as error:
        raise UsageError(
            "a worker hears from `tracker run` alone", mend="tracker run --workers N"
        ) from error
    return PipeInbox(Connection(os.dup(0)))


@contextmanager
def worker(config: Config, number: int, workers: int, inbox: PipeInbox) -> Iterator[Ingest]:
    """The intake of worker `number`, from 0, of so many, ready for `run`."""
    from tracker.adapters.clock import SystemClock
    from tracker.app.ingest import Ingest
    from tracker.app.share import Share

    with journal(config) as opened:
        intake = Ingest(
            inbox=inbox,
            journal=opened,
            clock=SystemClock(),
            geography=geography(config),
            origin=config.log.origin,
            notifier=inbox,
            tick_s=config.intake.tick_s,
            keep_rejected_bytes=config.intake.keep_rejected_bytes,
            clocks=device_clocks(config),
            cells=cells(config),
            share=Share(number, workers, inbox.strays),
        )
        inbox.ready(intake.registry.devices)
        yield intake
