"""`tracker key rotate`: go over to a new key."""

from __future__ import annotations

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import By, Json, load_config


def rotate_(ctx: typer.Context, by: By, as_json: Json = False) -> None:
    """Go over to a new key: an entry says so, and one checkpoint is signed with both.

    Interrupted anywhere, it is finished by the same command. Verifiers add the new line to their
    policy; the old one stays there, for what it signed.
    """
    from tracker import wiring
    from tracker.app.trust.key_rotation import rotate

    config = load_config(ctx)
    with wiring.commands(config) as commands:
        both, key = rotate(commands, wiring.key_ring(config), wiring.checkpoint_book(config), by)
    if as_json:
        render.json_line({"vkey": key.verifier.vkey, "checkpoint": both.note.decode()})
        return
    render.warn(f"{config.log.key_file} is the new key; the checkpoint signed with both:")
    render.say(both.note.decode())
    render.warn("give this line, beside the old one, to all who verify or witness the log:")
    render.say(f"log {key.verifier.vkey}")
