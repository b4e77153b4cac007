"""`tracker devices`: who reports, how well, in which languages, and what a payload says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from msgspec import Struct

from tracker.cli import render
from tracker.cli.devices_decode import decode
from tracker.cli.devices_send import send
from tracker.cli.session import Json, load_config, session

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from devices.catalogue import Dialect
    from tracker.ports import DeviceRow

app = typer.Typer(
    no_args_is_help=True, help="Devices: list them, decode what one says, tell one something."
)
app.command()(decode)
app.command()(send)


@app.command("list")
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


class Spoken(Struct, frozen=True, kw_only=True):
    """One dialect, as `devices dialects` shows it."""

    dialect: str
    about: str
    topics: tuple[str, ...]
    tcp: bool
    udp: bool
    explains: bool
    commands: dict[str, str]


@app.command()
def dialects(as_json: Json = False) -> None:
    """List the languages that are understood: topics, own connections, commands."""
    from devices import catalogue

    render.documents(
        [_spoken(one) for one in catalogue.dialects().values()],
        as_json=as_json,
        columns=("DIALECT", "TOPICS", "OVER", "COMMANDS", "ABOUT"),
        row=lambda one: (
            one.dialect,
            ", ".join(one.topics),
            ", ".join(("MQTT", *("TCP",) * one.tcp, *("UDP",) * one.udp)),
            ", ".join(one.commands),
            one.about,
        ),
        empty="none",
    )


def _spoken(dialect: Dialect) -> Spoken:
    return Spoken(
        dialect=dialect.name,
        about=dialect.about,
        topics=dialect.filters,
        tcp=dialect.session is not None,
        udp=dialect.datagram is not None,
        explains=dialect.explain is not None,
        commands={command.name: command.about for command in dialect.commands},
    )
