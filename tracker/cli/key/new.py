"""`tracker key new`: make the log's key, where it has none, and print what verifies it."""

from __future__ import annotations

from pathlib import Path

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config


def new(ctx: typer.Context, as_json: Json = False) -> None:
    """Make the log's key, where it has none, and print what verifies it."""
    from tracker import wiring

    config = load_config(ctx)
    made = wiring.new_log_key(Path(config.log.key_file), config.log.origin)
    if as_json:
        render.json_line({"key_file": config.log.key_file, "vkey": made.verifier.vkey})
        return
    render.warn(f"wrote {config.log.key_file}: keep it to yourself, and a copy in a safe place")
    render.say(made.verifier.vkey)
