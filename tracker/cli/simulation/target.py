"""Sending to a broker, for `simulate` and `replay`: which one, how fast, and what went out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import load_config
from tracker.config import Config
from tracker.domain.errors import ServiceUnreachable
from tracker.simulation import pace

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.simulation.devices import Delivery

Host = Annotated[str | None, typer.Option(help="Another broker than the configured one.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Its port.")]
Username = Annotated[
    str | None, typer.Option(help="Our user there; the password is TRACKER_BROKER__PASSWORD.")
]
Rate = Annotated[
    float | None, typer.Option(min=0.001, help="Messages a second at most, whatever the speed.")
]
Speed = Annotated[
    str, typer.Option(help="1: as it happened; 60: an hour a minute; max: as fast as acknowledged.")
]
CLIENT = "tracker-simulation"
"""Our name at the broker, with a number: two of the same name would push each other out."""


def target(ctx: typer.Context, host: str | None, port: int | None, username: str | None) -> Config:
    """The configured broker, or the one named. The embedded broker's own port is its business."""
    config = load_config(ctx, needed=host is None)
    changes: dict[str, Any] = {"port": port, "username": username}
    if host is not None:
        changes |= {"host": host, "embedded": False}
    given = {name: value for name, value in changes.items() if value is not None}
    return msgspec.structs.replace(config, broker=msgspec.structs.replace(config.broker, **given))


def send(
    config: Config, sendings: Sequence[Delivery], factor: float, rate: float | None, *, label: str
) -> dict[str, Any]:
    """Publish, each when it is due, with progress on stderr. Returns the counts.

    All are acknowledged by the broker when it returns; raises ServiceUnreachable if not.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from tracker import wiring

    console = render.console(stderr=True)
    columns = (label, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        _told_who_starts_it(config),
        wiring.publisher(config, f"{CLIENT}-{secrets.token_hex(4)}") as publisher,
        Progress(*columns, console=console, disable=not console.is_terminal) as progress,
    ):
        began = time.monotonic()
        task = progress.add_task(label, total=len(sendings))
        due = pace.paced(sendings, factor, rate=rate, clock=time.monotonic, sleep=time.sleep)
        for sending in due:
            publisher.publish(sending.topic, sending.payload)
            progress.advance(task)
        publisher.flush()
        elapsed = time.monotonic() - began
    return {
        "devices": sorted({one.topic.split("/")[2] for one in sendings}),
        "published": len(sendings),
        "readings": sum(one.readings for one in sendings),
        "first_time": min((one.at for one in sendings), default=None),
        "last_time": max((one.at for one in sendings), default=None),
        "elapsed_s": round(elapsed, 3),
        "rate": round(len(sendings) / elapsed, 1),
    }


def say(
    dialect: str, gateway: tuple[str, int], journeys: dict[str, list[Delivery]], factor: float
) -> dict[str, Any]:
    """Say everything to a gateway over TCP, in a device's own dialect. Returns the counts.

    All is answered when it returns; raises ServiceUnreachable if not.
    """
    from tracker.simulation.wire_devices import WireDevices

    began = time.monotonic()
    fleet = WireDevices(dialect, *gateway)
    fleet.drive(journeys, factor)
    elapsed = time.monotonic() - began
    sendings = [one for said in journeys.values() for one in said]
    answered = sum(device.answered for device in fleet.devices)
    return {
        "devices": sorted(journeys),
        "published": answered,
        "repeated": sum(device.repeated for device in fleet.devices),
        "readings": sum(one.readings for one in sendings),
        "first_time": min((one.at for one in sendings), default=None),
        "last_time": max((one.at for one in sendings), default=None),
        "elapsed_s": round(elapsed, 3),
        "rate": round(answered / elapsed, 1),
    }


@contextmanager
def _told_who_starts_it(config: Config) -> Iterator[None]:
    try:
        yield
    except ServiceUnreachable as error:
        if not config.broker.embedded:
            raise
        mend = "`tracker run` starts the embedded broker: have it running beside this"
        raise ServiceUnreachable(error.what, where=error.where, mend=mend) from error


def sent_report(report: Mapping[str, object], zone: ZoneInfo) -> None:
    """What went out, for people."""
    render.pairs((LABELS.get(name, name), _shown(value, zone)) for name, value in report.items())


LABELS = {
    "first_time": "first",
    "last_time": "last",
    "elapsed_s": "took (s)",
    "rate": "messages a second",
}


def _shown(value: object, zone: ZoneInfo) -> object:
    if isinstance(value, datetime):
        return render.moment(value, zone)
    return ", ".join(map(str, value)) if isinstance(value, list) else value
