"""`tracker run`: take telemetry in until told to stop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import typer

from tracker.cli.service.live import Live
from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session
from tracker.domain.errors import StorageAway

if TYPE_CHECKING:
    from tracker.app.ingest import Ingest
    from tracker.config import Config


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


def run(ctx: typer.Context, as_json: Json = False) -> None:
    """Run the tracker: telemetry in, rules, custody log, alerts; until interrupted.

    Findings appear as they are made: a line each on stderr, or with --json on stdout.
    """
    from tracker import wiring

    config = load_config(ctx)
    asking = wiring.attester(config)
    stopping = Stopping()
    stopping.watch()
    live = Live(session(ctx).zone, as_json=as_json)
    with (
        wiring.broker(config),
        _ingest(config, live, stopping) as ingest,
        asking,
        wiring.notifying(config),
    ):
        kind = "embedded broker" if config.broker.embedded else "broker"
        where = f"{kind} at {config.broker.host}:{config.broker.port}"
        if not Path(config.log.key_file).exists():
            render.warn(f"the custody log is not signed: there is no key {config.log.key_file}")
            render.warn("  -> `tracker key new` makes one")
        render.warn(f"tracker ready: {where}, journal {config.database.url}")
        ingest.run(stopping)
    if stopping.signal == signal.SIGINT:
        raise typer.Exit(130)


@contextmanager
def _ingest(config: Config, live: Live, stopping: Stopping) -> Iterator[Ingest]:
    """The intake. A database that is locked just now is waited for, and the broker runs on."""
    from tracker import wiring
    from tracker.app.patience import Patience

    patience = Patience()
    with ExitStack() as stack:
        while True:
            try:
                ingest = stack.enter_context(wiring.ingest(config, notifier=live))
            except StorageAway as error:
                if stopping():
                    raise
                patience.bear(error)
            else:
                break
        patience.over()
        yield ingest
