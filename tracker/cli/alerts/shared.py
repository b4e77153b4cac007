"""What the commands of `tracker alerts` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.domain.alert import AlertStatus

if TYPE_CHECKING:
    pass


AlertIds = Annotated[
    list[str], typer.Argument(metavar="ALERT...", help="The alert's id; several may be named.")
]


OfShipment = Annotated[str | None, typer.Option("--shipment", help="Only of this shipment.")]


OPEN = [status.value for status in AlertStatus if status is not AlertStatus.CLOSED]
