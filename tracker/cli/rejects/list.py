"""`tracker rejects list`: list rejected payloads, the newest last."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.rejects.shared import document
from tracker.cli.shared import completing, render
from tracker.cli.shared.choice import Newest, Since, Until, period
from tracker.cli.shared.session import Json, load_config, session
from tracker.cli.shared.watched import tell_watch


def list_(
    ctx: typer.Context,
    device: Annotated[
        str | None, typer.Option(help="Only of this device.", autocompletion=completing.devices)
    ] = None,
    since: Since = None,
    until: Until = None,
    limit: Newest = None,
    as_json: Json = False,
) -> None:
    """List rejected payloads, the newest last. --since and --until go by their receipt."""
    from tracker import wiring

    zone = session(ctx).zone
    begin, end = period(ctx, since, until)
    with wiring.records(load_config(ctx)) as records:
        found = records.rejects(device=device, since=begin, until=end, limit=limit)
        render.documents(
            map(document, found),
            as_json=as_json,
            columns=("ID", "RECEIVED", "TOPIC", "BYTES", "PLACE", "REASON"),
            row=lambda one: (
                one["id"],
                render.moment(one["received_at"], zone),
                one["topic"],
                one["size"],
                one["place"],
                one["reason"],
            ),
            empty="nothing was rejected",
        )
        tell_watch(ctx, records, as_json=as_json)
