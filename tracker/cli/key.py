"""`tracker key`: the key that signs the custody log."""

from __future__ import annotations

from pathlib import Path

import typer

from tracker.cli import render
from tracker.cli.session import By, Json, load_config

app = typer.Typer(no_args_is_help=True, help="The key that signs the custody log.")


@app.command()
def new(ctx: typer.Context, as_json: Json = False) -> None:
    """Make the log's key, where it has none, and print what verifies it."""
    from tracker import wiring_log

    config = load_config(ctx)
    made = wiring_log.new_key(Path(config.log.key_file), config.log.origin)
    if as_json:
        render.json_line({"key_file": config.log.key_file, "vkey": made.verifier.vkey})
        return
    render.warn(f"wrote {config.log.key_file}: keep it to yourself, and a copy in a safe place")
    render.say(made.verifier.vkey)


@app.command()
def show(ctx: typer.Context, as_json: Json = False) -> None:
    """Print what verifies the log, as lines for a verifier's policy; the key in use comes first.

    Hand them over by a way that others cannot meddle with, before they are needed.
    """
    from tracker import wiring_log

    keys = wiring_log.keys(load_config(ctx))
    for number, key in enumerate(keys):
        if as_json:
            render.json_line({"vkey": key.vkey, "name": key.name, "in_use": number == 0})
        else:
            render.say(f"log {key.vkey}")


@app.command()
def rotate(ctx: typer.Context, by: By, as_json: Json = False) -> None:
    """Go over to a new key: an entry says so, and one checkpoint is signed with both.

    Interrupted anywhere, it is finished by the same command. Verifiers add the new line to their
    policy; the old one stays there, for what it signed.
    """
    from tracker import wiring, wiring_log

    config = load_config(ctx)
    with wiring.desk(config) as desk:
        both, key = wiring_log.rotate(config, desk, by)
    if as_json:
        render.json_line({"vkey": key.verifier.vkey, "checkpoint": both.note.decode()})
        return
    render.warn(f"{config.log.key_file} is the new key; the checkpoint signed with both:")
    render.say(both.note.decode())
    render.warn("give this line, beside the old one, to all who verify or witness the log:")
    render.say(f"log {key.verifier.vkey}")
