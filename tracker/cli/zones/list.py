"""`tracker zones list`: the zones and corridors on file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config

if TYPE_CHECKING:
    pass


def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List the zones and corridors of the shipped library and of the configured files."""
    from tracker import wiring

    zones_section = load_config(ctx, needed=False).zones
    geofences = wiring.geofences(zones_section.files, zones_section.without)
    zones = [
        {
            "id": zone.id,
            "type": "zone",
            "kind": zone.kind.value,
            "name": zone.name,
            "country": zone.country,
            "crossing": zone.crossing,
            "precision": zone.precision.value,
            "source": zone.source,
        }
        for zone in geofences.zones
    ]
    corridors = [
        {
            "id": corridor.id,
            "type": "corridor",
            "name": corridor.name,
            "length_m": round(corridor.length_m, 1),
            "half_width_m": corridor.half_width_m,
            "precision": corridor.precision.value,
            "source": corridor.source,
        }
        for corridor in geofences.corridors
    ]
    render.documents(
        [*zones, *corridors],
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
