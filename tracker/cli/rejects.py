"""`tracker rejects`: payloads nobody could read, with their bytes and the reason."""

from __future__ import annotations

import base64
from typing import Annotated, Any

import msgspec
import typer

from tracker.cli import render
from tracker.cli.session import Json, load_config, session
from tracker.domain.errors import NotFound
from tracker.ports import RejectRow

app = typer.Typer(no_args_is_help=True, help="Payloads nobody could read: list, show.")


@app.command("list")
def list_(
    ctx: typer.Context,
    device: Annotated[str | None, typer.Option(help="Only of this device.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    as_json: Json = False,
) -> None:
    """List rejected payloads, the newest last."""
    from tracker import wiring

    zone = session(ctx).zone
    with wiring.records(load_config(ctx)) as records:
        found = records.rejects(device=device, limit=limit)
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


@app.command()
def show(
    ctx: typer.Context,
    reject: Annotated[int, typer.Argument(metavar="ID", help="The number in the list.")],
    as_json: Json = False,
) -> None:
    """Show one rejected payload: why, and its bytes."""
    from tracker import wiring

    with wiring.records(load_config(ctx)) as records:
        found = next((one for one in records.rejects() if one.id == reject), None)
    if found is None:
        raise NotFound(f"there is no reject {reject}", mend="`tracker rejects list` numbers them")
    if as_json:
        render.json_line(document(found))
        return
    shown = {**msgspec.structs.asdict(found), "payload": None}
    shown["received_at"] = render.moment(found.received_at, session(ctx).zone)
    render.pairs(shown.items())
    for line in render.hex_lines(found.payload):
        render.say(line)


def document(row: RejectRow) -> dict[str, Any]:
    """The row as JSON has it: the bytes in base64."""
    fields = msgspec.structs.asdict(row)
    return {**fields, "payload": base64.b64encode(row.payload).decode()}
