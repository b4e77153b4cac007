"""`tracker shipment share | shares | unshare`: one shipment for a reader outside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from msgspec import Struct

from tracker.cli.shared import render
from tracker.cli.shared.output import exact
from tracker.cli.shared.session import By, Json, ShipmentId, known_shipment, load_config, session
from tracker.ports.people import Share


class ShareView(Struct, frozen=True, kw_only=True):
    """`tracker shipment shares --json`: these are its stable names."""

    id: str
    shipment: str
    reader: str
    user: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def share_view(share: Share) -> ShareView:
    return ShareView(
        id=share.id,
        shipment=share.shipment,
        reader=share.reader,
        user=share.user,
        created_by=share.created_by,
        created_at=share.created_at,
        expires_at=share.expires_at,
        revoked_at=share.revoked_at,
    )


def share(
    ctx: typer.Context,
    shipment: ShipmentId,
    by: By,
    reader: Annotated[str | None, typer.Option(help="Who is to read, for the log.")] = None,
    user: Annotated[
        str | None, typer.Option(help="A user who logs in, in place of whoever has a link.")
    ] = None,
    days: Annotated[float, typer.Option(help="It ends after so many days.")] = 7.0,
) -> None:
    """Share a shipment: prints the end of a link, this once; or lets a user see it.

    Put it behind the address of `tracker serve`: https://tracker.example.org/s/...
    """
    from tracker import wiring
    from tracker.domain.errors import UsageError

    if (reader is None) == (user is None):
        raise UsageError("for whom?", mend="--reader NAME makes a link, --user NAME needs none")
    with wiring.sharing(load_config(ctx)) as sharing:
        if user is not None:
            given = sharing.with_user(shipment, user, by=by, days=days)
            render.warn(f"{user} sees {shipment} ({given.id})")
            return
        secret, given = sharing.by_link(shipment, reader or "", by=by, days=days)
    exact(f"/s/{secret}\n")
    render.warn(f"`tracker shipment unshare {given.id}` withdraws it")


def shares(ctx: typer.Context, shipment: ShipmentId, as_json: Json = False) -> None:
    """List with whom a shipment is or was shared."""
    from tracker import wiring

    config, zone = load_config(ctx), session(ctx).zone
    with wiring.records(config) as records:
        known_shipment(records, shipment)
    with wiring.people(config) as people:
        given = [share_view(one) for one in people.shares(shipment=shipment)]
    render.documents(
        given,
        as_json=as_json,
        columns=("ID", "READER", "BY", "SINCE", "ENDS", "WITHDRAWN"),
        row=lambda one: (
            one.id,
            one.reader,
            one.created_by,
            render.moment(one.created_at, zone),
            render.moment(one.expires_at, zone),
            render.moment(one.revoked_at, zone) if one.revoked_at else "",
        ),
        empty="shared with nobody",
    )


def unshare(
    ctx: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="The share's id.")],
    by: By,
) -> None:
    """Take a share back: from now on it shows nothing."""
    from tracker import wiring

    with wiring.sharing(load_config(ctx)) as sharing:
        given = sharing.withdraw(id_, by=by)
    render.warn(f"{given.shipment} is no longer shared with {given.reader}")
