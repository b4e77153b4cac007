"""`tracker privacy list`: list what is kept of people."""

from __future__ import annotations

import typer

from tracker.cli.privacy.shared import OfShipment, Person
from tracker.cli.shared import render
from tracker.cli.shared.session import Json, known_shipment, load_config


def list_(
    ctx: typer.Context, person: Person = None, shipment: OfShipment = None, as_json: Json = False
) -> None:
    """List what is kept of people, and where: of all, of one, or with one shipment."""
    from tracker import wiring
    from tracker.app import erasure as privacy

    with wiring.records(load_config(ctx)) as store:
        if shipment is not None:
            known_shipment(store, shipment)
        render.documents(
            privacy.kept(store, person=person, shipment=shipment),
            as_json=as_json,
            columns=("VALUE", "WHERE", "ID", "PLACE", "TYPE"),
            row=lambda one: (one.value, one.where, one.id, one.place, one.type),
            empty="nothing is kept",
        )
