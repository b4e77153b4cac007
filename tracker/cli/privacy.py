"""`tracker privacy`: what is kept of people, and its erasure."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import render
from tracker.cli.session import By, Json, known_shipment, load_config, session
from tracker.domain.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="Personal data: what is kept of people; erase it.")

Person = Annotated[
    str | None, typer.Option("--person", metavar="NAME", help="Of this name, exactly as written.")
]
OfShipment = Annotated[
    str | None, typer.Option("--shipment", metavar="ID", help="Of everybody with this shipment.")
]
OUT_OF_REACH = (
    "out of reach: backups, and what was handed out (bundles with names, printed pages, output "
    "of --json)\n  -> erase there too; a restored backup has to be erased anew"
)


@app.command("list")
def list_(
    ctx: typer.Context, person: Person = None, shipment: OfShipment = None, as_json: Json = False
) -> None:
    """List what is kept of people, and where: of all, of one, or with one shipment."""
    from tracker import privacy, wiring

    with wiring.journal(load_config(ctx)) as store:
        if shipment is not None:
            known_shipment(store, shipment)
        render.documents(
            privacy.kept(store, person=person, shipment=shipment),
            as_json=as_json,
            columns=("VALUE", "WHERE", "ID", "PLACE", "TYPE"),
            row=lambda one: (one.value, one.where, one.id, one.place, one.type),
            empty="nothing is kept",
        )


@app.command()
def erase(
    ctx: typer.Context,
    by: By,
    reason: Annotated[
        str, typer.Option(help="Why, without the name: the log keeps it. A request's number.")
    ],
    person: Person = None,
    shipment: OfShipment = None,
    closed_only: Annotated[
        bool, typer.Option("--closed-only", help="Refuse if the shipment is still open.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Erase names for good; the log stays provable, and says that something was erased.

    The database is written anew, so that its files hold the names no more: a running tracker waits
    meanwhile. What this does not reach is said, and is in docs/privacy.md.
    """
    from tracker import privacy, wiring

    if (person is None) == (shipment is None) or (closed_only and shipment is None):
        raise UsageError(
            "whose data is to be erased?",
            mend="--person NAME, or --shipment ID (--closed-only belongs to that)",
        )
    config = load_config(ctx)
    with wiring.journal(config) as store, wiring.desk(config) as desk:
        names = {one.value for one in privacy.erasable(store, person=person, shipment=shipment)}
        if names and not yes:
            typer.confirm(f"Erase {len(names)} names and contacts for good?", abort=True, err=True)
        if person is not None:
            found = privacy.erase_person(desk, store, person, by=by, reason=reason)
        else:
            found = privacy.erase_shipment(
                desk, store, shipment or "", by=by, reason=reason, closed_only=closed_only
            )
        left = privacy.mentions(store, names, shipment=shipment)
    if found or as_json:
        render.findings(found, session(ctx).zone, as_json=as_json)
    else:
        render.say(f"nothing is left of the people of {shipment}")
    if any(left):
        render.warn(
            f"not erased: free text or ids that hold such a name, in {left.entries} entries of the "
            f"log, {left.alerts} alerts, {left.shipments} shipments\n"
            "  -> the log cannot be changed; keep names out of reasons, notes and ids"
        )
    render.warn(OUT_OF_REACH)
