"""`tracker log checkpoint`: the newest signed checkpoint, for whoever may doubt the log later."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config
from tracker.domain.errors import NotFound


def checkpoint(
    ctx: typer.Context,
    release: Annotated[
        bool, typer.Option("--release/--newest", help="Sign what is new first, or show the last.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Print the log's newest signed checkpoint: give it to whoever may doubt the log later.

    With it, `tracker log verify --since FILE` shows that nothing before it was changed.
    """
    from tracker import wiring

    found = wiring.checkpoint(load_config(ctx), release=release)
    if found is None:
        raise NotFound("no checkpoint was released yet", mend="without --newest one is made")
    if as_json:
        render.json_line({**msgspec.structs.asdict(found), "note": found.note.decode()})
        return
    render.exact(found.note.decode())
