"""`tracker worker`: one of the processes of `tracker run --workers`, which starts it."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack, closing
from typing import TYPE_CHECKING

import typer

from tracker.cli.service.run import Stopping, let_lie, opened
from tracker.cli.shared.session import load_config

if TYPE_CHECKING:
    from tracker.app.ingest import Ingest


def worker(ctx: typer.Context, number: int, workers: int) -> None:
    """Take in what `tracker run` hands over. Nobody else gives this command."""
    from tracker import wiring

    config = load_config(ctx)
    stopping = Stopping()
    stopping.watch()
    with ExitStack() as stack:
        inbox = stack.enter_context(closing(wiring.handed()))

        def ended() -> bool:
            return inbox.ended or stopping()

        def intake() -> AbstractContextManager[Ingest]:
            return wiring.worker(config, number, workers, inbox)

        intaking = stack.enter_context(opened(intake, ended))
        let_lie()
        intaking.run(ended)
