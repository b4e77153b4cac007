"""What the commands of `tracker alerts` share."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.shared import completing
from tracker.domain.alert import AlertStatus

AlertIds = Annotated[
    list[str],
    typer.Argument(
        metavar="ALERT...",
        help="The alert's id; several may be named.",
        autocompletion=completing.alerts,
    ),
]
OpenAlertIds = Annotated[
    list[str],
    typer.Argument(
        metavar="ALERT...",
        help="The alert's id; several may be named.",
        autocompletion=completing.open_alerts,
    ),
]
OfShipment = Annotated[
    str | None,
    typer.Option("--shipment", help="Only of this shipment.", autocompletion=completing.shipments),
]


OPEN = [status.value for status in AlertStatus if status is not AlertStatus.CLOSED]
