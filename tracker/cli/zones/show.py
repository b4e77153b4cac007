"""`tracker zones show`: zones, corridors and a shipment's journey as a web page and as a PNG."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.shared import completing, render
from tracker.cli.shared.naming import named_as
from tracker.cli.shared.session import load_config, session
from tracker.domain.errors import UsageError


def show(
    ctx: typer.Context,
    shipment: Annotated[
        str | None,
        typer.Option(
            help="With this shipment's track, alerts, seals and what else happened.",
            autocompletion=completing.shipments,
        ),
    ] = None,
    crossing: Annotated[
        str | None, typer.Option(help="Look at this crossing.", autocompletion=completing.crossings)
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(help="Look at this zone or corridor.", autocompletion=completing.places),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The web page; without it and --png, map.html in this folder."
        ),
    ] = None,
    png: Annotated[Path | None, typer.Option(help="A picture; needs Pillow.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
) -> None:
    """Draw zones and corridors, or all that happened to a shipment, on a map of its own.

    The page is one file that works without a network. Files that are there are replaced.
    """
    from tracker import wiring

    if crossing is not None and zone is not None:
        raise UsageError("--crossing and --zone exclude each other", mend="choose one")
    if output is not None:
        named_as(output, ".html", ".htm", what="a web page (.html; --png FILE draws a picture)")
    if png is not None:
        named_as(png, ".png", what="a picture (.png)")
    if output is None and png is None:
        output = Path("map.html")
    config = load_config(ctx, needed=shipment is not None)
    scene = wiring.map_scene(
        config,
        session(ctx).zone,
        shipment=shipment,
        crossing=crossing,
        place=zone,
        warn=render.warn,
    )
    written = []
    if output is not None:
        from tracker.map.html import page

        written.append(_write(output, page(scene).encode()))
    if png is not None:
        from tracker.map.png import picture

        written.append(_write(png, picture(scene)))
    render.pairs(
        [
            ("written", ", ".join(map(str, written))),
            ("shows", scene.title),
            ("zones", len(scene.areas)),
            ("corridors", len(scene.routes)),
            ("positions", sum(track.fixes for track in scene.tracks) if shipment else None),
            ("marks", len(scene.marks) if shipment else None),
        ]
    )
    if open_:
        _open(written[0])


def _write(file: Path, content: bytes) -> Path:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror}", where=str(file), mend="name another file"
        ) from error
    return file


def _open(file: Path) -> None:
    import webbrowser

    if not webbrowser.open(file.resolve().as_uri()):
        render.warn(f"no browser could be started; open {file} yourself")
