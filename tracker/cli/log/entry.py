"""`tracker log entry`: one entry whole."""

from __future__ import annotations

import typer

from tracker.cli.log.shared import EntryName, find_entry
from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session


def entry(ctx: typer.Context, entry: EntryName, as_json: Json = False) -> None:
    """Show one entry whole: what it says, who is behind it, its hashes."""
    from sealproof.merkle import leaf_hash
    from tracker import wiring
    from tracker.app.queries.entries import document_of, entry_of
    from tracker.log.document import read

    with wiring.records(load_config(ctx)) as records:
        found = find_entry(records, entry)
    if as_json:
        render.json_line(document_of(found))
        return
    told, said, zone = entry_of(found), read(found.leaf), session(ctx).zone
    payload = said.payload
    render.pairs(
        (
            ("index", found.index),
            ("id", said.id),
            ("type", said.type),
            ("occurred", render.moment(found.occurred_at, zone)),
            ("recorded", render.moment(found.recorded_at, zone)),
            ("device", payload.device),
            ("zone", payload.zone),
            ("code", told.code or None),
            ("detail", told.detail),
            *((f"fact {name}", fact) for name, fact in payload.facts.items() if fact is not None),
            *((place, found.disclosed.get(place, "erased")) for place in said.commitments),
            ("readings bound", said.heard.count if said.heard else None),
            ("leaf hash", leaf_hash(found.leaf).hex()),
            ("follows", said.prev),
        )
    )
