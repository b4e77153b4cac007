"""`tracker shipment open`: open the shipment that FILE describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared.session import (
    By,
    Json,
    load_config,
)
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    pass
from tracker.cli.shipment.shared import show_shipment


def open_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="JSON or TOML; - is stdin.")],
    by: By,
    as_json: Json = False,
) -> None:
    """Open the shipment that FILE describes: from now on its devices are watched."""
    from tracker import wiring
    from tracker.cli.shipment.file import read

    document, where = read(file)
    with wiring.commands(load_config(ctx)) as commands:
        try:
            shipment = commands.open(document, by=by)
        except UsageError as error:  # it names the place in the document, we the document
            raise UsageError(
                error.what, where=f"{where}: {error.where}", mend=error.mend
            ) from error
    show_shipment(ctx, shipment.id, as_json=as_json)
