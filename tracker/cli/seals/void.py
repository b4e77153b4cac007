"""`tracker seals void`: say that a seal on hand is never to be used."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import By, Json, load_config, parse_number, session

Number = Annotated[
    str, typer.Argument(parser=parse_number, metavar="NUMBER", help="A seal's number.")
]


def void(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why: lost, broken, destroyed before whom.")],
    by: By,
    as_json: Json = False,
) -> None:
    """Say that a seal on hand is never to be used."""
    from tracker import wiring
    from tracker.audit.inventory import void_seal

    config = load_config(ctx)
    with wiring.commands(config) as commands, wiring.records(config) as records:
        found = void_seal(commands, records, number, by=by, reason=reason)
    render.findings(found, session(ctx).zone, as_json=as_json)
