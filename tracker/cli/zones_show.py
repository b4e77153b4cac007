"""`tracker zones show`: zones, corridors and a shipment's journey as a web page and as a PNG."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import render
from tracker.cli.session import load_config, session
from tracker.domain.errors import NotFound, UsageError

if TYPE_CHECKING:
    from tracker.config import Config
    from tracker.picture.compose import Frame
    from tracker.picture.scene import Scene


def show(
    ctx: typer.Context,
    shipment: Annotated[
        str | None,
        typer.Option(help="With this shipment's track, alerts, seals and what else happened."),
    ] = None,
    crossing: Annotated[str | None, typer.Option(help="Look at this crossing.")] = None,
    zone: Annotated[str | None, typer.Option(help="Look at this zone or corridor.")] = None,
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
    if crossing is not None and zone is not None:
        raise UsageError("--crossing and --zone exclude each other", mend="choose one")
    if output is None and png is None:
        output = Path("map.html")
    config = load_config(ctx, needed=shipment is not None)
    scene = scene_of(ctx, config, shipment, crossing, zone)
    written = []
    if output is not None:
        from tracker.picture.html import page

        written.append(_write(output, page(scene).encode()))
    if png is not None:
        from tracker.picture.png import picture

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


def scene_of(
    ctx: typer.Context,
    config: Config,
    shipment: str | None,
    crossing: str | None,
    zone: str | None,
) -> Scene:
    from geofences import library
    from tracker import wiring
    from tracker.picture import compose
    from tracker.picture.base import ground

    geofences = wiring.geofences(config.zones.files, config.zones.without)
    frame = compose.Frame(
        base=ground(library.features(library.BORDER), library.load().zones),
        drawn=datetime.now(UTC),
        zone=session(ctx).zone,
        half_width_m=config.policy.corridor_half_width_m,
    )
    if shipment is not None:
        return _of_shipment(config, shipment, crossing, zone, frame)
    selection = compose.Selection(geofences.zones, geofences.corridors)
    return compose.of_zones(selection.looking_at(crossing=crossing, place=zone), frame)


def _of_shipment(
    config: Config, shipment: str, crossing: str | None, zone: str | None, frame: Frame
) -> Scene:
    from tracker import wiring
    from tracker.picture import compose

    with wiring.records(config) as records:
        stored = records.shipment(shipment)
        if stored is None:
            raise NotFound(
                f"there is no shipment {shipment}", mend="`tracker shipment list` names them"
            )
        kept = compose.Records(
            readings=tuple(records.readings(shipment=shipment)),
            entries=tuple(records.entries(scope=shipment)),
            alerts=records.alerts(shipment=shipment),
        )
    geography = wiring.geography(config)
    try:
        planned = geography.plan(stored)
    except UsageError as error:  # a zone file has lost what it names; what happened is there
        render.warn(f"the plan cannot be drawn: {error}")
        planned = geography.unplanned(stored)
    atlas = geography.atlas.extended(planned.own.zones, planned.own.corridors)
    selection = compose.Selection(tuple(atlas.zones.values()), tuple(atlas.corridors.values()))
    chosen = selection.looking_at(crossing=crossing, place=zone)
    looks = crossing is not None or zone is not None
    return compose.of_shipment(planned, kept, chosen, frame, chosen=looks)


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
