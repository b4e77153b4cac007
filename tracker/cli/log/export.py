"""`tracker log export`: everything that proves one shipment's record, for a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from tracker.cli.shared import render
from tracker.cli.shared.naming import named_as
from tracker.cli.shared.session import By, ShipmentId, known_shipment, load_config, session
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from tracker.config import Config


def export(
    ctx: typer.Context,
    shipment: ShipmentId,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The bundle (.zip).")
    ],
    by: By,
    disclose: Annotated[
        bool, typer.Option("--disclose", help="With the names of people, unless erased.")
    ] = False,
    readings: Annotated[
        bool, typer.Option("--readings/--no-readings", help="With the raw telemetry, or without.")
    ] = True,
    since: Annotated[
        list[Path] | None,
        typer.Option(metavar="CHECKPOINT", help="One that its reader kept, or a receipt."),
    ] = None,
) -> None:
    """Write a shipment's evidence bundle: `tracker-verify FILE --policy POLICY` checks it offline.

    An entry that states how many there are is recorded first, unless the last one does; the log is
    signed; witnesses and time-stamping authorities are asked for their word on it.
    """
    from tracker import wiring

    named_as(output, ".zip", what="a bundle (.zip; the report is a web page in it)")
    config = load_config(ctx)
    with wiring.exporter(config, render.warn) as exporter:
        known_shipment(exporter.store, shipment)
        with _replaced(output) as file:
            exported = exporter.export(
                file,
                shipment,
                by=by,
                disclose=disclose,
                readings=readings,
                since=since or (),
                drawn=_drawn(ctx, config, shipment),
            )
    packed = exported.packed
    render.pairs(
        [
            ("written", output),
            ("SHA-256", exported.sha256),
            ("entries", packed.entries),
            ("readings", packed.readings if readings else "left out"),
            ("personal values", packed.disclosed if disclose else "withheld"),
            ("checkpoints", packed.checkpoints),
            ("proved against", f"the checkpoint of {packed.size} entries"),
        ]
    )


@contextmanager
def _replaced(output: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `output` if all goes well. Raises UsageError."""
    part = output.with_name(output.name + ".part")
    try:
        with part.open("w+b") as file:
            yield file
        part.replace(output)
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror}", where=str(output), mend="name another file"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _drawn(ctx: typer.Context, config: Config, shipment: str) -> bytes | None:
    """The map. A bundle without one is a bundle too: what is missing is said."""
    from tracker import wiring
    from tracker.map.png import picture

    try:
        scene = wiring.map_scene(config, session(ctx).zone, shipment=shipment, warn=render.warn)
        return picture(scene)
    except UsageError as error:
        render.warn(f"the report is without a map: {error}")
        return None
