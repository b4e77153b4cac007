"""`tracker log show`: show custody entries, the oldest first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.shared import completing, render
from tracker.cli.shared.choice import Since, Until, period
from tracker.cli.shared.session import Json, known_shipment, load_config, session
from tracker.cli.shared.watched import tell_watch
from tracker.domain.errors import Unreadable, UsageError
from tracker.domain.finding import FindingType

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.ports import EntryRow


def show(
    ctx: typer.Context,
    shipment: Annotated[
        str | None,
        typer.Option(
            "--shipment",
            help='Only of this shipment (or "device:ID").',
            autocompletion=completing.shipments,
        ),
    ] = None,
    kind: Annotated[
        list[FindingType] | None, typer.Option(help="Only of this type; may be repeated.")
    ] = None,
    since: Since = None,
    until: Until = None,
    after: Annotated[int, typer.Option(min=-1, help="Only entries after this index.")] = -1,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many, the oldest.")] = None,
    leaf: Annotated[
        bool, typer.Option("--leaf", help="Only the exact bytes of each entry, one a line.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show custody entries, the oldest first. --since and --until go by their recording."""
    if leaf and as_json:
        raise UsageError("--leaf and --json exclude each other", mend="choose one")
    from tracker import wiring

    zone = session(ctx).zone
    begin, end = period(ctx, since, until)
    from tracker.app.queries.entries import document_of

    with wiring.records(load_config(ctx)) as records:
        if shipment is not None and records.state(shipment) is None:
            known_shipment(records, shipment)
        entries = records.entries(
            scope=shipment,
            types=[one.value for one in kind or ()],
            after=after,
            since=begin,
            until=end,
            limit=limit,
        )
        if leaf:
            for entry in entries:
                sys.stdout.buffer.write(entry.leaf + b"\n")
            return
        if as_json:
            # A leaf is canonical JSON: embedded as it is stored, not parsed and written anew.
            for entry in entries:
                render.json_line(document_of(entry))
            return
        render.table(
            ("INDEX", "SCOPE", "SEQ", "OCCURRED", "TYPE", "BY", "DETAIL"),
            (_row(entry, zone) for entry in entries),
            empty="no entries",
        )
        tell_watch(ctx, records, as_json=False)


def _row(row: EntryRow, zone: ZoneInfo) -> tuple[Any, ...]:
    from tracker.app.queries.entries import entry_of

    occurred = render.moment(row.occurred_at, zone)
    try:
        entry = entry_of(row)
    except Unreadable as error:  # the others are shown all the same
        return (
            row.index,
            row.scope,
            row.seq,
            occurred,
            row.type,
            None,
            f"unreadable: {error.what}",
        )
    return (
        row.index,
        row.scope,
        row.seq,
        f"{occurred} late" if entry.late else occurred,
        row.type,
        entry.by,
        f"{entry.alert}: {entry.detail}" if entry.alert else entry.detail,
    )
