"""`tracker shipment amend`: change what an open shipment declares."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import By, Json, ShipmentId, load_config, session
from tracker.domain.errors import UsageError


def amend(
    ctx: typer.Context,
    shipment: ShipmentId,
    by: By,
    reason: Annotated[str, typer.Option(help="Why, in your words.")],
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE|-]", help="JSON or TOML with the fields that change."),
    ] = None,
    crossing: Annotated[str | None, typer.Option(help="The border crossing to be used.")] = None,
    device: Annotated[
        list[str] | None,
        typer.Option(help="ID or ID=tracker; all devices from now on; may be repeated."),
    ] = None,
    plates: Annotated[str | None, typer.Option(help="The tractor's plates.")] = None,
    as_json: Json = False,
) -> None:
    """Change crossing, route, devices or tractor of an open shipment; judged so from now on.

    What it said before is kept, and an entry says what was changed, by whom and why.
    """
    from tracker import wiring
    from tracker.cli.shipment.file import read

    changes: dict[str, Any] = {}
    if file is not None:
        changes |= json.loads(read(file)[0])
    if crossing is not None:
        changes["crossing"] = crossing
    if device:
        changes["devices"] = [_device(text) for text in device]
    if plates is not None:
        changes["vehicle"] = {"plates": plates}
    if not changes:
        raise UsageError("nothing would change", mend="FILE, --crossing, --device or --plates")
    with wiring.commands(load_config(ctx)) as commands:
        found = commands.amend(shipment, changes, by=by, reason=reason)
    render.findings(found, session(ctx).zone, as_json=as_json)


def _device(text: str) -> dict[str, str]:
    id_, _, role = text.partition("=")
    return {"id": id_, "role": role} if role and role != "lock" else {"id": id_}
