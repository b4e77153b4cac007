"""`tracker asyncapi`: all topics and what is on them, for whoever writes the other end."""

from __future__ import annotations

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import session


def asyncapi(ctx: typer.Context) -> None:
    """Print an AsyncAPI 3.0 document, in JSON, of all MQTT topics: what devices and gateways say,
    alerts and their state, commands for devices.
    """
    import json
    from importlib.metadata import version

    from tracker import wiring

    document = wiring.asyncapi(session(ctx).config(needed=False), version("seal-tracker"))
    render.say(json.dumps(document, indent=2, ensure_ascii=False))
