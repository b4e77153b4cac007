"""`tracker key show`: print what verifies the log."""

from __future__ import annotations

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config


def show(ctx: typer.Context, as_json: Json = False) -> None:
    """Print what verifies the log, as lines for a verifier's policy; the key in use comes first.

    Hand them over by a way that others cannot meddle with, before they are needed.
    """
    from tracker import wiring

    keys = wiring.log_keys(load_config(ctx))
    for number, key in enumerate(keys):
        if as_json:
            render.json_line({"vkey": key.vkey, "name": key.name, "in_use": number == 0})
        else:
            render.say(f"log {key.vkey}")
