"""`tracker alerts assign`: say who is to see to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.alerts import bulk
from tracker.cli.shared.session import By, Json

if TYPE_CHECKING:
    from tracker.app.commands import CommandHandler
    from tracker.domain.command import AnyCommand


def assign(
    ctx: typer.Context,
    by: By,
    to: Annotated[
        str, typer.Option(metavar="WHOM", help="A person or a desk; a contact is told of it.")
    ],
    alerts: bulk.Ids = None,
    note: Annotated[str, typer.Option(help="What is to be done.")] = "",
    kind: bulk.OfKind = None,
    severity: bulk.OfSeverity = None,
    shipment: bulk.OfShipment = None,
    crossing: bulk.OfCrossing = None,
    device: bulk.OfDevice = None,
    since: bulk.RaisedSince = None,
    all_: bulk.All = False,
    yes: bulk.Yes = False,
    as_json: Json = False,
) -> None:
    """Say who is to see to it, until it is assigned to another.

    It stays raised, and escalates, until somebody acknowledges it: only that shows it was seen.
    """
    from tracker.domain.command import AssignAlert

    def make(commands: CommandHandler, alert: str) -> AnyCommand:
        return AssignAlert(at=commands.now(), by=by, alert=alert, to=to, note=note)

    selection = bulk.Selection(kind, severity, shipment, crossing, device, since, all_)
    bulk.act(ctx, alerts, selection, make, doing="assign", yes=yes, as_json=as_json)
