"""`tracker notify run`: deliver until told to stop."""

from __future__ import annotations

import signal

import typer

from tracker.cli.service.run import Stopping
from tracker.cli.shared import render
from tracker.cli.shared.session import load_config


def run(ctx: typer.Context) -> None:
    """Tell whoever is to be told, until interrupted. `tracker run` starts this by itself, unless
    [notify] inside = false; several may run at once.
    """
    from tracker import wiring

    config = load_config(ctx)
    stopping = Stopping()
    stopping.watch()
    with wiring.notify_worker(config) as worker:
        render.warn(f"notify ready: channels {', '.join(config.notices.channels)}")
        worker.run(stopping)
    if stopping.signal == signal.SIGINT:
        raise typer.Exit(130)
