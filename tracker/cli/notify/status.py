"""`tracker notify status`: what waits, how long telling takes, what failed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config


def status(
    ctx: typer.Context,
    hours: Annotated[
        float, typer.Option(min=0.01, max=24 * 366, help="Over the deliveries of so many hours.")
    ] = 24.0,
    as_json: Json = False,
) -> None:
    """Show each channel's queue, the age of its oldest message, delays (p50, p95 from commit to
    acceptance) and failures. Exits with 1 if something is dead or on no configured channel.
    """
    from tracker import wiring
    from tracker.app.notify.status import state

    config = load_config(ctx)
    now = datetime.now(UTC)
    with wiring.records(config) as records:
        found = state(records, config.notices.channels, now, hours=hours)
    render.documents(
        found.channels,
        as_json=as_json,
        columns=(
            "CHANNEL", "WAITING", "OLDEST s", "HELD", "ACCEPTED", "DEAD", "P50 s", "P95 s",
            "CRITICAL P95 s", "LAST ERROR",
        ),
        row=lambda one: (
            one.channel if one.configured else f"{one.channel} (not configured)",
            one.pending,
            None if one.oldest_s is None else f"{one.oldest_s:.1f}",
            one.held,
            one.accepted,
            one.dead,
            _seconds(one.p50_ms),
            _seconds(one.p95_ms),
            _seconds(one.critical_p95_ms),
            one.error,
        ),
        empty="no channel is configured: [notify] names none",
    )  # fmt: skip
    if not found.begun:
        render.warn("nobody delivers yet: `tracker run` or `tracker notify run` begins")
    elif found.behind_since is not None:
        waits = (now - found.behind_since).total_seconds()
        render.warn(f"{found.behind} entries of the log are not looked at yet, for {waits:.0f} s")
    if any(one.dead or (one.pending and not one.configured) for one in found.channels):
        raise typer.Exit(1)


def _seconds(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else f"{milliseconds / 1000:.2f}"
