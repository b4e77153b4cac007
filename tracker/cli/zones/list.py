"""`tracker zones list`: the zones and corridors on file."""

from __future__ import annotations

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config


def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List the zones and corridors of the shipped library and of the configured files."""
    from tracker import wiring
    from tracker.app.queries.zones import place_rows

    zones_section = load_config(ctx, needed=False).zones
    geofences = wiring.geofences(zones_section.files, zones_section.without)
    render.documents(
        list(place_rows(geofences.zones, geofences.corridors)),
        as_json=as_json,
        columns=("ID", "KIND", "NAME", "COUNTRY", "CROSSING", "PRECISION"),
        row=lambda one: (
            one["id"],
            one.get("kind", "corridor"),
            one["name"],
            one.get("country"),
            one.get("crossing"),
            one["precision"],
        ),
        empty="no zones",
    )
