"""`tracker privacy erase`: erase names for good."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.privacy.shared import OfShipment, Person
from tracker.cli.shared import render
from tracker.cli.shared.session import By, Json, load_config, session
from tracker.domain.errors import UsageError

OUT_OF_REACH = (
    "out of reach: backups, and what was handed out (bundles with names, printed pages, output "
    "of --json)\n  -> erase there too; a restored backup has to be erased anew"
)


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
    from tracker import wiring
    from tracker.app import erasure as privacy

    if (person is None) == (shipment is None) or (closed_only and shipment is None):
        raise UsageError(
            "whose data is to be erased?",
            mend="--person NAME, or --shipment ID (--closed-only belongs to that)",
        )
    config = load_config(ctx)
    with wiring.journal(config) as store, wiring.commands(config) as commands:
        names = {one.value for one in privacy.erasable(store, person=person, shipment=shipment)}
        if names and not yes:
            typer.confirm(f"Erase {len(names)} names and contacts for good?", abort=True, err=True)
        if person is not None:
            found = privacy.erase_person(commands, store, person, by=by, reason=reason)
        else:
            found = privacy.erase_shipment(
                commands, store, shipment or "", by=by, reason=reason, closed_only=closed_only
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
