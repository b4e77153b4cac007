"""`tracker zones check`: what is wrong with files of zones, in any format."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config
from tracker.cli.zones import reading as zones_reading
from tracker.cli.zones.reading import (
    Crs,
    Encoding,
    Files,
    IdPrefix,
    Kind,
    KindOf,
    LatLon,
    Map,
    Radius,
)


def check(
    ctx: typer.Context,
    files: Files,
    crs: Crs = None,
    names: Map = None,
    kind: Kind = None,
    id_prefix: IdPrefix = "",
    kinds: KindOf = None,
    radius: Radius = None,
    lat_lon: LatLon = False,
    encoding: Encoding = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for warnings too.")] = False,
    as_json: Json = False,
) -> None:
    """Say what is wrong with files of zones, where, and what mends it; nothing is changed.

    Files are checked by themselves, against each other and against the shipped library. GeoJSON
    is taken as the tracker would take it; other formats, and GeoJSON with options, as
    `tracker zones import` would. Exits with 1 if there is an error.
    """
    from geofences.checks import lint, neighbours

    told = zones_reading.reading(
        crs, names, kind, id_prefix,
        kinds=kinds, radius_m=radius, lat_first=lat_lon, encoding=encoding,
    )  # fmt: skip
    with zones_reading.handled():
        survey = lint.survey(
            files,
            None if told == zones_reading.reading(None, None, None, "") else told,
            known=neighbours.shipped(files, load_config(ctx, needed=False).zones.without),
            progress=zones_reading.progress(),
        )
    if as_json:
        for fault in survey.faults:
            render.json_line(fault)
    else:
        for note in survey.notes:
            render.warn(note)
        zones_reading.show_tallies(survey.tallies)
        zones_reading.show_faults(survey.faults, empty=f"no faults in {survey.count:,} features")
    if zones_reading.has_errors(survey.faults) or (strict and survey.faults):
        raise typer.Exit(1)
