"""`tracker run`: take telemetry in until told to stop."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from tracker.cli.service.live import Live
from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session
from tracker.domain.errors import StorageAway

if TYPE_CHECKING:
    from tracker.app.front import Front
    from tracker.app.ingest import Ingest

Taking = TypeVar("Taking")
MOST_WORKERS = 64
"""More would wait for the database, which has one writer at a time."""


class Stopping:
    """SIGINT and SIGTERM ask the intake to end after the batch in hand; a second ends it now."""

    def __init__(self) -> None:
        self.signal: int | None = None

    def __call__(self) -> bool:
        return self.signal is not None

    def watch(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked)

    def _asked(self, number: int, _frame: FrameType | None) -> None:
        self.signal = number
        signal.signal(number, signal.SIG_DFL)


Workers = Annotated[
    int | None,
    typer.Option(
        min=1, max=MOST_WORKERS, help="Take in on so many cores; else [intake] workers, 1."
    ),
]


def run(ctx: typer.Context, workers: Workers = None, as_json: Json = False) -> None:
    """Run the tracker: telemetry in, rules, custody log, alerts; until interrupted.

    Findings appear as they are made: a line each on stderr, or with --json on stdout. With several
    workers each takes in a part of the trucks, in a process that is started again if it ends.
    """
    from tracker import wiring

    config = load_config(ctx)
    count = workers or config.intake.workers
    asking = wiring.attester(config)
    stopping = Stopping()
    stopping.watch()
    live = Live(session(ctx).zone, as_json=as_json)

    def intake() -> AbstractContextManager[Ingest | Front]:
        if count == 1:
            return wiring.ingest(config, notifier=live)
        return wiring.front(config, count, notifier=live)

    with (
        wiring.broker(config),
        opened(intake, stopping) as ingest,
        asking,
        wiring.notifying(config),
    ):
        kind = "embedded broker" if config.broker.embedded else "broker"
        where = f"{kind} at {config.broker.host}:{config.broker.port}"
        if not Path(config.log.key_file).exists():
            render.warn(f"the custody log is not signed: there is no key {config.log.key_file}")
            render.warn("  -> `tracker key new` makes one")
        crew = "" if count == 1 else f", {count} workers"
        render.warn(f"tracker ready: {where}, journal {config.database.url}{crew}")
        let_lie()
        ingest.run(stopping)
    if stopping.signal == signal.SIGINT:
        raise typer.Exit(130)


def let_lie() -> None:
    """What is loaded stays for good: looking for garbage in it again and again would cost some 7 %
    of the time of every reading.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def opened(
    make: Callable[[], AbstractContextManager[Taking]], stop: Callable[[], bool]
) -> Iterator[Taking]:
    """What takes in. A database that is locked just now is waited for, and the broker runs on."""
    from tracker.app.patience import Patience

    patience = Patience()
    with ExitStack() as stack:
        while True:
            try:
                taking = stack.enter_context(make())
            except StorageAway as error:
                if stop():
                    raise
                patience.bear(error)
            else:
                break
        patience.over()
        yield taking
