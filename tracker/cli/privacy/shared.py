"""What the commands of `tracker privacy` share."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.shared import completing

Person = Annotated[
    str | None, typer.Option("--person", metavar="NAME", help="Of this name, exactly as written.")
]


OfShipment = Annotated[
    str | None,
    typer.Option(
        "--shipment",
        metavar="ID",
        help="Of everybody with this shipment.",
        autocompletion=completing.shipments,
    ),
]
