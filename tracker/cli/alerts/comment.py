"""`tracker alerts comment`: put a remark on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.alerts import bulk
from tracker.cli.shared.session import By, Json

if TYPE_CHECKING:
    from tracker.app.commands import CommandHandler
    from tracker.domain.command import AnyCommand


def comment(
    ctx: typer.Context,
    by: By,
    text: Annotated[str, typer.Option(help="What the others should know; it cannot be erased.")],
    alerts: bulk.Ids = None,
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
    """Put a remark on record, which those who were told of the alert are told too."""
    from tracker.domain.command import CommentAlert

    def make(commands: CommandHandler, alert: str) -> AnyCommand:
        return CommentAlert(at=commands.now(), by=by, alert=alert, text=text)

    selection = bulk.Selection(kind, severity, shipment, crossing, device, since, all_)
    bulk.act(ctx, alerts, selection, make, doing="comment on", yes=yes, as_json=as_json)
