"""`tracker devices`: who reports, how well, and what a payload says."""

from __future__ import annotations

import base64
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tracker.cli import render
from tracker.cli.session import Json, load_config, session
from tracker.domain.errors import NotFound, UsageError

if TYPE_CHECKING:
    from devices.reading import Reading, Rejected

app = typer.Typer(no_args_is_help=True, help="Devices: list them, decode what one says.")


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List every device heard of: its shipment, its counts, when it was last heard."""
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
            "HEARD",
        ),
        row=lambda one: (
            one.device,
            one.dialect,
            one.shipment,
            one.readings,
            one.late,
            one.rejects,
            None if one.battery_pct is None else f"{one.battery_pct:g} %",
            render.moment(one.last_received_at, zone),
        ),
        empty="no device has been heard",
    )


@app.command()
def decode(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="One payload; - is stdin.")] = "-",
    topic: Annotated[str | None, typer.Option(help="The topic it came on.")] = None,
    dialect: Annotated[str | None, typer.Option(help="Its dialect, instead of a topic.")] = None,
    device: Annotated[str | None, typer.Option(help="Its device, with --dialect.")] = None,
    hex_: Annotated[
        bool, typer.Option("--hex", help="The payload is written in hexadecimal.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what a payload means: its readings, and what is rejected and why (then exits with 1)."""
    from devices import catalogue
    from devices.reading import Rejected

    topic = topic or topic_for(dialect, device)
    found = catalogue.decode(topic, _payload(file, hex_=hex_), datetime.now(UTC))
    zone = session(ctx).zone
    render.documents(
        map(document, found) if as_json else found,
        as_json=as_json,
        columns=("TIME", "DEVICE", "POSITION", "KM/H", "SEAL", "EVENTS", "REJECTED"),
        row=lambda one: _row(one, zone),
        empty="nothing",
    )
    if any(isinstance(one, Rejected) for one in found):
        raise typer.Exit(1)


def topic_for(dialect: str | None, device: str | None) -> str:
    """The topic on which `device` speaks `dialect`: the filter's "+" are the parts of its name."""
    from devices import catalogue

    if dialect is None or device is None:
        raise UsageError(
            "who says it is missing", mend="give --topic, or both --dialect and --device"
        )
    known = catalogue.dialects()
    if dialect not in known:
        raise NotFound(f"there is no dialect {dialect}", mend=f"known: {', '.join(known)}")
    parts = device.split("/")
    for filter_ in known[dialect].filters:
        if filter_.count("+") == len(parts) and "#" not in filter_:
            for part in parts:
                filter_ = filter_.replace("+", part, 1)  # noqa: PLW2901
            return filter_
    raise UsageError(
        f"the device's name does not fit the topics of {dialect}: "
        f"{', '.join(known[dialect].filters)}",
        where="--device",
        mend='write a part for each "+", with / between them, or give --topic',
    )


def _payload(file: str, *, hex_: bool) -> bytes:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=file) from error
    if not hex_:
        return raw
    try:
        return bytes.fromhex(raw.decode("ascii"))
    except ValueError as error:
        raise UsageError(
            f"not hexadecimal: {error}", where=file, mend="two digits a byte, blanks between"
        ) from error


def document(one: Reading | Rejected) -> Any:
    """A reading in native keys with its device; what is rejected as {"rejected": {...}}."""
    import msgspec

    from devices.native import to_json
    from devices.reading import Rejected

    if not isinstance(one, Rejected):
        return msgspec.Raw(to_json(one, device=True))
    fields = msgspec.structs.asdict(one)
    return {"rejected": {**fields, "payload": base64.b64encode(one.payload).decode()}}


def _row(one: Reading | Rejected, zone: ZoneInfo) -> tuple[Any, ...]:
    from devices.reading import Fix, Rejected

    if isinstance(one, Rejected):
        return (None, one.device, None, None, None, None, f"{one.place} {one.reason}".strip())
    fix = one.position if isinstance(one.position, Fix) else None
    seal = one.seal
    return (
        render.moment(one.event_time, zone),
        one.device,
        render.place(fix.lat, fix.lon) if fix else f"none ({one.position.reason})",  # type: ignore[union-attr]
        one.position.speed_kmh,
        " ".join(filter(None, (seal.condition, seal.number))) if seal else None,
        ", ".join(sorted(seal.events)) if seal else None,
        None,
    )
