"""`tracker zones locate`: say which zones and country hold a position."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tracker.cli.shared import completing, render
from tracker.cli.shared.session import Json, load_config
from tracker.domain.errors import NotFound, UsageError

if TYPE_CHECKING:
    from geofences.atlas import Atlas
    from geofences.placement import Placement
    from tracker.config import Config


Position = tuple[float, float]


def locate(
    ctx: typer.Context,
    lat: Annotated[float | None, typer.Argument(help="Degrees north.", min=-90, max=90)] = None,
    lon: Annotated[float | None, typer.Argument(help="Degrees east.", min=-180, max=180)] = None,
    corridor: Annotated[
        str | None,
        typer.Option(
            help="Hold it against this corridor: metres off and along it.",
            autocompletion=completing.corridors,
        ),
    ] = None,
    shipment: Annotated[
        str | None,
        typer.Option(
            help="With this shipment's own zones and corridor.", autocompletion=completing.shipments
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say which zones and country hold a position; without one, of "lat,lon" lines from stdin."""
    if (lat is None) != (lon is None):
        raise UsageError("a position is LAT and LON", mend="give both, or neither and use stdin")
    positions = [(lat, lon)] if lat is not None and lon is not None else list(read_positions())
    placements = _place(ctx, positions, corridor, shipment)
    documents = [
        {"lat": at[0], "lon": at[1], **msgspec.structs.asdict(placement)}
        for at, placement in zip(positions, placements, strict=True)
    ]
    render.documents(
        documents,
        as_json=as_json,
        columns=("POSITION", "COUNTRY", "ZONES", "OFF THE CORRIDOR", "ALONG IT"),
        row=lambda one: (
            render.place(one["lat"], one["lon"]),
            one["country"],
            ", ".join(one["zones"]),
            _metres(one["offset_m"]),
            _metres(one["progress_m"]),
        ),
        empty="no positions",
    )


def _place(
    ctx: typer.Context, positions: list[Position], corridor: str | None, shipment: str | None
) -> list[Placement]:
    from geofences.errors import UnknownCorridor
    from tracker import wiring

    config = load_config(ctx, needed=shipment is not None)
    if shipment is None:
        atlas = wiring.geography(config).atlas
    else:
        atlas, own = _of_shipment(config, shipment)
        corridor = corridor or own
    try:
        return atlas.locate(
            [at[0] for at in positions],
            [at[1] for at in positions],
            corridors=[corridor] * len(positions) if corridor else None,
            exact=True,
        )
    except UnknownCorridor as error:
        raise NotFound(
            f"there is no corridor {corridor}", mend="`tracker zones list` names them"
        ) from error


def _of_shipment(config: Config, shipment: str) -> tuple[Atlas, str | None]:
    """All places with the shipment's own, and the corridor of the leg that it is on."""
    from tracker import engine, wiring

    with wiring.records(config) as records:
        stored, body = records.shipment(shipment), records.state(shipment)
    if stored is None:
        raise NotFound(
            f"there is no shipment {shipment}", mend="`tracker shipment list` names them"
        )
    geography = wiring.geography(config)
    planned = geography.plan(stored)
    legs = planned.plan.legs
    leg = engine.decode(body).leg if body else 0
    corridor = legs[min(leg, len(legs) - 1)].corridor if legs else None
    return geography.atlas.extended(planned.own.zones, planned.own.corridors), corridor


def read_positions() -> Iterator[Position]:
    """ "lat,lon" lines from standard input; a header and blank lines are passed over."""
    for number, row in enumerate(csv.reader(sys.stdin), start=1):
        if not row or (number == 1 and not _is_number(row[0])):
            continue
        try:
            lat, lon = float(row[0]), float(row[1])
        except (ValueError, IndexError):
            lat = lon = float("nan")
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            raise UsageError(
                f"no position: {','.join(row)!r}",
                where=f"standard input, line {number}",
                mend="write lat,lon in degrees: 27.5970,-99.5370",
            )
        yield lat, lon


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _metres(value: float | None) -> str | None:
    return None if value is None else f"{value:,.0f} m"
