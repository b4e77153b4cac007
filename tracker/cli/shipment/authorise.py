"""`tracker shipment authorise`: record leave to open the seal: where, who, when, why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared import completing, render
from tracker.cli.shared.session import (
    By,
    Json,
    ShipmentId,
    load_config,
    parse_moment,
    session,
)

if TYPE_CHECKING:
    pass


def authorise(
    ctx: typer.Context,
    shipment: ShipmentId,
    zone: Annotated[
        str,
        typer.Option(help="Where it may be opened: a zone's id.", autocompletion=completing.zones),
    ],
    agency: Annotated[str, typer.Option(help="Which agency may open it.")],
    by: By,
    credential: Annotated[str | None, typer.Option(help="With which card or key.")] = None,
    officer: Annotated[str | None, typer.Option(help="Which officer.")] = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", parser=parse_moment, metavar="RFC3339", help="Not before."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(parser=parse_moment, metavar="RFC3339", help="Not after.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    as_json: Json = False,
) -> None:
    """Record leave to open the seal: where, who, when, why."""
    from tracker import wiring
    from tracker.domain.command import Authorise
    from tracker.domain.shipment import Authorisation

    leave = Authorisation(
        zone=zone,
        agency=agency,
        reason=reason,
        officer=officer,
        credential=credential,
        from_time=from_,
        until_time=until,
        recorded_by=by,
    )
    with wiring.commands(load_config(ctx)) as commands:
        found = commands.submit(shipment, Authorise(at=commands.now(), by=by, authorisation=leave))
    render.findings(found, session(ctx).zone, as_json=as_json)
