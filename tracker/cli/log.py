"""`tracker log`: the custody log, entry by entry."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli import render
from tracker.cli.log_export import export
from tracker.cli.log_proofs import checkpoint, document, entry, prove
from tracker.cli.log_verify import verify
from tracker.cli.session import Json, known_shipment, load_config, session
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


app = typer.Typer(no_args_is_help=True, help="The custody log: what is recorded, in order.")


@app.callback()
def log() -> None:
    """The custody log: what is recorded, in order."""


@app.command()
def show(
    ctx: typer.Context,
    shipment: Annotated[
        str | None, typer.Option("--shipment", help='Only of this shipment (or "device:ID").')
    ] = None,
    after: Annotated[int, typer.Option(min=-1, help="Only entries after this index.")] = -1,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    leaf: Annotated[
        bool, typer.Option("--leaf", help="Only the exact bytes of each entry, one a line.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show custody entries, the oldest first."""
    if leaf and as_json:
        raise UsageError("--leaf and --json exclude each other", mend="choose one")
    from tracker import wiring

    zone = session(ctx).zone
    with wiring.records(load_config(ctx)) as records:
        if shipment is not None and records.state(shipment) is None:
            known_shipment(records, shipment)
        entries = records.entries(scope=shipment, after=after, limit=limit)
        if leaf:
            for entry in entries:
                sys.stdout.buffer.write(entry.leaf + b"\n")
            return
        # A leaf is canonical JSON: embedded as it is stored, not parsed and written anew.
        found = (document(entry) for entry in entries)
        render.documents(
            found,
            as_json=as_json,
            columns=("INDEX", "SCOPE", "SEQ", "OCCURRED", "TYPE", "BY", "DETAIL"),
            row=lambda entry: _row(entry, zone),
            empty="no entries",
        )


app.command()(verify)
app.command()(checkpoint)
app.command()(prove)
app.command()(entry)
app.command()(export)


def _row(entry: dict[str, Any], zone: ZoneInfo) -> tuple[Any, ...]:
    said = render.said(entry["leaf"], entry["disclosed"])
    occurred = render.moment(entry["occurred_at"], zone)
    return (
        entry["index"],
        entry["scope"],
        entry["seq"],
        f"{occurred} late" if said.late else occurred,
        entry["type"],
        said.by,
        f"{said.alert}: {said.detail}" if said.alert else said.detail,
    )
