"""`tracker log`: the custody log, entry by entry."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
import typer

from tracker.cli import render
from tracker.cli.session import Json, load_config, session
from tracker.domain.errors import UsageError

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
        entries = records.entries(scope=shipment, after=after, limit=limit)
        if leaf:
            for entry in entries:
                sys.stdout.buffer.write(entry.leaf + b"\n")
            return
        # A leaf is canonical JSON: embedded as it is stored, not parsed and written anew.
        found = (
            {**msgspec.structs.asdict(entry), "leaf": msgspec.Raw(entry.leaf)} for entry in entries
        )
        render.documents(
            found,
            as_json=as_json,
            columns=("INDEX", "SCOPE", "SEQ", "OCCURRED", "TYPE", "DETAIL"),
            row=lambda entry: (
                entry["index"],
                entry["scope"],
                entry["seq"],
                render.moment(entry["occurred_at"], zone),
                entry["type"],
                _detail(entry["leaf"]),
            ),
            empty="no entries",
        )


def _detail(leaf: msgspec.Raw) -> str:
    document = msgspec.json.decode(leaf)
    payload = document.get("payload", document)
    return str(payload.get("detail", ""))
