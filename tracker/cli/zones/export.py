"""`tracker zones export`: zones and corridors for other programs."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geofences.kinds import ZoneKind
from tracker.cli.shared import completing, render
from tracker.cli.shared.session import Json, load_config
from tracker.cli.zones import reading as zones_reading
from tracker.domain.errors import NotFound, UsageError

if TYPE_CHECKING:
    from geofences.formats import GeofenceSet


class Format(enum.StrEnum):
    GEOJSON = "geojson"
    GPKG = "gpkg"
    SHP = "shp"
    KML = "kml"
    FGB = "fgb"
    CSV = "csv"


def export(
    ctx: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file; its name may choose.")],
    to: Annotated[
        Format | None, typer.Option("--format", help="Else the one that the file's name says.")
    ] = None,
    kind: Annotated[list[ZoneKind] | None, typer.Option(help="Only zones of this kind.")] = None,
    crossing: Annotated[
        str | None,
        typer.Option(
            help="Only what belongs to this crossing.", autocompletion=completing.crossings
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the zones and corridors in force to a file, in WGS 84.

    Says what the format cannot carry; all else comes in again with `tracker zones import`. A
    shapefile holds zones or corridors; a .zip of shapefiles holds both.
    """
    from geofences.io import export as out
    from tracker import wiring

    chosen = to.value if to else out.format_of(output)
    if chosen is None or output.suffix.lower() not in out.FORMATS[chosen]:
        known = [chosen] if chosen else list(out.FORMATS)
        suffixes = [suffix for name in known for suffix in out.FORMATS[name]]
        raise UsageError(
            f"no file of format {chosen}" if chosen else "its name says no format",
            where=str(output),
            mend=f"let it end in {' or '.join(suffixes)}",
        )
    zones = load_config(ctx, needed=False).zones
    geofences = _chosen(wiring.geofences(zones.files, zones.without), kind, crossing)
    if not geofences.places:
        raise NotFound("no zone or corridor is like that", mend="`tracker zones list` names them")
    with zones_reading.handled():
        notes = out.write(geofences, output, chosen)
    if as_json:
        render.json_line(
            {
                "file": str(output),
                "format": chosen,
                "zones": len(geofences.zones),
                "corridors": len(geofences.corridors),
                "notes": notes,
            }
        )
        return
    for note in notes:
        render.warn(note)
    render.say(
        f"wrote {output}: {len(geofences.zones)} zones, {len(geofences.corridors)} corridors"
    )


def _chosen(
    geofences: GeofenceSet, kinds: list[ZoneKind] | None, crossing: str | None
) -> GeofenceSet:
    """Corridors have no kind; one belongs to the crossing that its properties name."""
    from geofences.formats import GeofenceSet

    zones = [zone for zone in geofences.zones if not kinds or zone.kind in kinds]
    corridors = [] if kinds else list(geofences.corridors)
    if crossing is not None:
        zones = [zone for zone in zones if zone.crossing == crossing]
        corridors = [one for one in corridors if one.properties.get("crossing") == crossing]
    return GeofenceSet(tuple(zones), tuple(corridors))
