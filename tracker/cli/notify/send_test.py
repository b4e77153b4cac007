"""`tracker notify test`: does a channel reach anybody?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from tracker.cli.shared import completing, render
from tracker.cli.shared.session import load_config
from tracker.domain.errors import ServiceUnreachable


def send(
    ctx: typer.Context,
    channel: Annotated[
        str,
        typer.Argument(
            metavar="CHANNEL", help="As [notify] names it.", autocompletion=completing.channels
        ),
    ],
    contact: Annotated[
        str | None,
        typer.Option(
            "--to",
            help="The contact to be told; left out: the channel's own receiver.",
            autocompletion=completing.contacts,
        ),
    ] = None,
) -> None:
    """Send one message over a channel, now and in this process; nothing is recorded."""
    from tracker import wiring
    from tracker.ports import Undelivered

    config = load_config(ctx)
    now = datetime.now(UTC)
    message = wiring.test_message(config, channel, contact, now)
    opened = wiring.channel(config, channel)
    try:
        opened.send(message, timeout_s=config.notices.channels[channel].timeout_s)
    except Undelivered as error:
        raise ServiceUnreachable(
            f"channel {channel} did not take it: {error.reason}",
            where=f"[notify.channels.{channel}]",
            mend="trying again cannot help" if error.permanent else "it may be tried again",
        ) from error
    finally:
        opened.close()
    took = (datetime.now(UTC) - now).total_seconds()
    render.say(f"channel {channel} accepted {message.id} after {took:.2f} s")
