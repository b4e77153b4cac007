"""`tracker rejects show`: show rejected payloads: why, and their bytes."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from tracker.cli.rejects.shared import document
from tracker.cli.shared import completing, render
from tracker.cli.shared.choice import each
from tracker.cli.shared.session import Json, load_config, session
from tracker.domain.errors import NotFound


def show(
    ctx: typer.Context,
    rejects: Annotated[
        list[int],
        typer.Argument(
            metavar="ID...",
            help="The number in the list; several may be named.",
            autocompletion=completing.rejects,
        ),
    ],
    as_json: Json = False,
) -> None:
    """Show a rejected payload: why, and its bytes."""
    from tracker import wiring

    zone = session(ctx).zone
    with wiring.records(load_config(ctx)) as records:

        def one(number: int) -> None:
            found = records.reject(number)
            if found is None:
                raise NotFound(
                    f"there is no reject {number}", mend="`tracker rejects list` numbers them"
                )
            if as_json:
                render.json_line(document(found))
                return
            if number != rejects[0]:
                render.say("")
            shown = {**msgspec.structs.asdict(found), "payload": None}
            shown["received_at"] = render.moment(found.received_at, zone)
            render.pairs(shown.items())
            for line in render.hex_lines(found.payload):
                render.say(line)

        each(rejects, one)
