"""`tracker witness key`: make a witness's key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.witness.shared import KEY_FILE

if TYPE_CHECKING:
    pass


def key(
    name: Annotated[
        str,
        typer.Argument(help="The witness's name, unique in the world: host/name, without spaces."),
    ],
    out: Annotated[Path, typer.Option(help="The file for the private key.")] = KEY_FILE,
) -> None:
    """Make a witness's key, and print what others need to know of it: its vkey.

    The file is readable by you alone. The vkey goes into the policy of whoever relies on the
    witness.
    """
    from tracker.wiring.outsiders import new_witness_key

    render.say(new_witness_key(out, name))
