"""`tracker seals`: the inventory of seal numbers."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.audit.item import Status
from tracker.cli import render
from tracker.cli.session import By, Json, load_config, parse_number, session

app = typer.Typer(no_args_is_help=True, help="The inventory of seals: issue, void, list.")

Number = Annotated[
    str, typer.Argument(parser=parse_number, metavar="NUMBER", help="A seal's number.")
]


@app.command()
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
    with wiring.desk(config) as desk, wiring.records(config) as records:
        found = issue_seals(desk, records, numbers, by=by, to=to)
    render.findings(found, session(ctx).zone, as_json=as_json)


@app.command()
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
    with wiring.desk(config) as desk, wiring.records(config) as records:
        found = void_seal(desk, records, number, by=by, reason=reason)
    render.findings(found, session(ctx).zone, as_json=as_json)


@app.command("list")
def list_(
    ctx: typer.Context,
    status: Annotated[Status | None, typer.Option(help="Only those.")] = None,
    as_json: Json = False,
) -> None:
    """List every issued seal and what became of it."""
    from tracker import wiring
    from tracker.audit.inventory import read_inventory

    zone = session(ctx).zone
    with wiring.records(load_config(ctx)) as records:
        items = [one for one in read_inventory(records).items() if status in (None, one.status)]
    render.documents(
        items,
        as_json=as_json,
        columns=("SEAL", "STATUS", "ISSUED", "TO", "SHIPMENT", "REASON"),
        row=lambda one: (
            one.number,
            one.status.value,
            render.moment(one.issued_at, zone),
            one.to,
            one.shipment,
            one.reason,
        ),
        empty="no seals",
    )
