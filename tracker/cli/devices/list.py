"""`tracker devices list`: list every device heard of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session
from tracker.cli.shared.watched import tell_watch

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.ports import DeviceRow


def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List every device heard of: its shipment, when it was last heard, and its health."""
    from tracker import wiring

    zone = session(ctx).zone
    with wiring.records(load_config(ctx)) as records:
        found = records.devices()
        render.documents(
            found,
            as_json=as_json,
            columns=(
                "DEVICE",
                "DIALECT",
                "SHIPMENT",
                "READINGS",
                "LATE",
                "REJECTS",
                "BATTERY",
                "SKEW",
                "HEARD",
            ),
            row=lambda one: _row(one, zone),
            empty="no device has been heard",
        )
        tell_watch(ctx, records, as_json=as_json)


def _row(one: DeviceRow, zone: ZoneInfo) -> tuple[Any, ...]:
    return (
        one.device,
        one.dialect,
        one.shipment,
        one.readings,
        one.late,
        one.rejects,
        None if one.battery_pct is None else f"{one.battery_pct:g} %",
        None if one.skew_s is None else f"{one.skew_s:.1f} s",
        render.moment(one.last_received_at, zone),
    )
