"""`tracker zones versions`: which zones were in force, and since when."""

from __future__ import annotations

import json

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session


def versions(ctx: typer.Context, as_json: Json = False) -> None:
    """List every version of the zones that was in force, the newest last.

    A position can be judged by an old one: `tracker replay FILE --against SHIPMENT
    --zones-version VERSION`.
    """
    from tracker import wiring

    with wiring.records(load_config(ctx)) as records:
        kept = records.geographies()
    documents = [
        {"version": one.version, "since": one.since, **_counts(one.content)} for one in kept
    ]
    zone = session(ctx).zone
    render.documents(
        documents,
        as_json=as_json,
        columns=("VERSION", "FIRST IN FORCE", "ZONES", "CORRIDORS"),
        row=lambda one: (
            one["version"],
            render.moment(one["since"], zone),
            one["zones"],
            one["corridors"],
        ),
        empty="no zones have been in force yet: the tracker has not run",
    )


def _counts(content: bytes) -> dict[str, int]:
    features = json.loads(content)["features"]
    lines = sum(feature["geometry"]["type"].endswith("LineString") for feature in features)
    return {"zones": len(features) - lines, "corridors": lines}
