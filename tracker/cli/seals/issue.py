"""`tracker seals issue`: take seals into the inventory: one number, or a box of them."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import By, Json, load_config, session


def issue(
    ctx: typer.Context,
    first: Annotated[str, typer.Argument(metavar="FROM", help="The first number.")],
    by: By,
    last: Annotated[
        str | None,
        typer.Argument(metavar="[TO]", help="The last; they differ in their last digits alone."),
    ] = None,
    to: Annotated[str | None, typer.Option(help="Who has them now: a party, not a person.")] = None,
    as_json: Json = False,
) -> None:
    """Take seals into the inventory: one number, or a box of them."""
    from tracker import wiring
    from tracker.audit.inventory import issue_seals
    from tracker.audit.ranges import seal_range

    numbers, config = seal_range(first, last), load_config(ctx)
    with wiring.commands(config) as commands, wiring.records(config) as records:
        found = issue_seals(commands, records, numbers, by=by, to=to)
    render.findings(found, session(ctx).zone, as_json=as_json)
