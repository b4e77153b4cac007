"""`tracker rejects show`: show one rejected payload: why, and its bytes."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from tracker.cli.rejects.shared import document
from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session
from tracker.domain.errors import NotFound


def show(
    ctx: typer.Context,
    reject: Annotated[int, typer.Argument(metavar="ID", help="The number in the list.")],
    as_json: Json = False,
) -> None:
    """Show one rejected payload: why, and its bytes."""
    from tracker import wiring

    with wiring.records(load_config(ctx)) as records:
        found = next((one for one in records.rejects() if one.id == reject), None)
    if found is None:
        raise NotFound(f"there is no reject {reject}", mend="`tracker rejects list` numbers them")
    if as_json:
        render.json_line(document(found))
        return
    shown = {**msgspec.structs.asdict(found), "payload": None}
    shown["received_at"] = render.moment(found.received_at, session(ctx).zone)
    render.pairs(shown.items())
    for line in render.hex_lines(found.payload):
        render.say(line)
