"""`tracker simulate`: trucks that are not there, on any broker, with faults on request.

Their locks speak the native dialect over MQTT, or a real lock's over TCP (--as, --gateway).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session
from tracker.cli.simulation.target import (
    Host,
    Port,
    Rate,
    Speed,
    Username,
    say,
    send,
    sent_report,
    target,
)
from tracker.domain.errors import NotFound, UsageError
from tracker.simulation import pace
from tracker.simulation.scenarios import MISHAPS, honest

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.config import Config
    from tracker.simulation.devices import Delivery
    from tracker.simulation.journeys import Journey, Road

CORRIDOR = "monterrey-laredo.world-trade"
CHOICES = ", ".join(MISHAPS)


@dataclass(frozen=True, slots=True)
class SimulatedTruck:
    journey: Journey
    faults: tuple[str, ...]


def simulate(
    ctx: typer.Context,
    trucks: Annotated[int, typer.Option(min=1, help="How many.")] = 5,
    corridor: Annotated[str, typer.Option(help="The road they take, by its id.")] = CORRIDOR,
    fault: Annotated[
        str, typer.Option(help=f"Comma-separated, dealt to the trucks in turn: {CHOICES}.")
    ] = "",
    interval: Annotated[float, typer.Option(min=1, help="A report every so many seconds.")] = 30.0,
    duration: Annotated[
        float | None, typer.Option(min=0, help="Only the first so many minutes of driving.")
    ] = None,
    speed: Speed = "60",
    rate: Rate = None,
    prefix: Annotated[
        str | None,
        typer.Option(help="Device ids begin with this; left out: SIM, with --as a number."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same journeys.")] = 1,
    as_: Annotated[
        str | None,
        typer.Option("--as", help="Speak as real devices do, over TCP: jt701, jtt808, teltonika."),
    ] = None,
    gateway: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where `tracker gateway` listens.")
    ] = None,
    host: Host = None,
    port: Port = None,
    username: Username = None,
    as_json: Json = False,
) -> None:
    """Publish simulated journeys as native telemetry, or say them to a gateway as real locks do.

    The trucks load, are sealed, and drive; their times end where sending ends, so nothing is ahead
    of the clock. They belong to no shipment until one is opened with their devices.
    """
    address = _gateway(as_, gateway, rate)
    config = (
        target(ctx, host, port, username) if address is None else load_config(ctx, needed=False)
    )
    road = _road(config, corridor)
    factor = pace.speed(speed)
    start = datetime(2000, 1, 1, tzinfo=UTC)
    devices = [_device(as_, prefix, number + 1) for number in range(trucks)]
    drafts = _trucks(devices, road, start, interval, seed, fault)
    length = max(_length(truck.journey, duration) for truck in drafts)
    now = datetime.now(UTC)
    begin = pace.end_for(start, start + length, now, factor) - length
    fleet = [replace(one, journey=_started(one.journey, start, begin)) for one in drafts]
    until = None if duration is None else begin + timedelta(minutes=duration)
    if as_ is not None and address is not None:
        sent = say(as_, address, {t.journey.device: _said(t, until) for t in fleet}, factor)
    else:
        sent = send(config, _sendings(fleet, until), factor, rate, label=f"{trucks} trucks")
    names = [{"device": t.journey.device, "faults": list(t.faults)} for t in fleet]
    report = {"corridor": corridor, "trucks": names, **sent}
    if as_json:
        render.json_line(report)
    else:
        _tell(report, fleet, session(ctx).zone)


def _road(config: Config, corridor: str) -> Road:
    from tracker import wiring

    roads = {
        road.id: road
        for road in wiring.geofences(config.zones.files, config.zones.without).corridors
    }
    if corridor not in roads:
        raise NotFound(f"there is no corridor {corridor!r}", mend=f"known: {', '.join(roads)}")
    return roads[corridor]


def _gateway(as_: str | None, gateway: str | None, rate: float | None) -> tuple[str, int] | None:
    """Host and port; None for MQTT."""
    if as_ is None and gateway is None:
        return None
    if as_ is None or gateway is None or rate is not None:
        raise UsageError(
            "--as and --gateway belong together, and a device keeps its own --rate",
            mend="tracker simulate --as jt701 --gateway 127.0.0.1:5001",
        )
    host, _, port = gateway.rpartition(":")
    if not port.isdigit():
        raise UsageError(f"{gateway!r} names no port", where="--gateway", mend="HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def _device(as_: str | None, prefix: str | None, number: int) -> str:
    if as_ is None:
        return f"{'SIM' if prefix is None else prefix}-{number:03d}"
    from tracker.simulation.tongues import TONGUES, device_id

    if as_ not in TONGUES:
        known = ", ".join(TONGUES)
        raise UsageError(f"no device speaks {as_!r}", where="--as", mend=f"known: {known}")
    return device_id(as_, prefix, number)


def _trucks(
    devices: list[str], road: Road, start: datetime, interval: float, seed: int, fault: str
) -> list[SimulatedTruck]:
    count = len(devices)
    names = [name.strip() for name in fault.split(",") if name.strip()]
    for name in names:
        if name not in MISHAPS:
            raise UsageError(f"no fault {name!r}", where="--fault", mend=f"known: {CHOICES}")
    out = []
    for number, device in enumerate(devices):
        # Spread over one interval, as independent trucks are.
        begins = start + timedelta(seconds=interval * number / count)
        journey = honest(device, road, begins, number=f"MX{seed:02d}{number + 1:05d}", seed=seed)
        journey = replace(journey, interval_s=interval)
        dealt = tuple(name for turn, name in enumerate(names) if turn % count == number)
        for name in dealt:
            journey = MISHAPS[name](journey)
        out.append(SimulatedTruck(journey, dealt))
    return out


def _started(journey: Journey, old: datetime, new: datetime) -> Journey:
    return replace(journey, starts_at=journey.starts_at - old + new)


def _length(journey: Journey, duration_min: float | None) -> timedelta:
    from tracker.simulation.journeys import Drive

    whole = timedelta(seconds=Drive(journey).duration_s + journey.interval_s)
    return whole if duration_min is None else min(whole, timedelta(minutes=duration_min))


def _sendings(fleet: list[SimulatedTruck], until: datetime | None) -> list[Delivery]:
    from heapq import merge

    return list(merge(*(_said(truck, until) for truck in fleet), key=lambda one: one.at))


def _said(truck: SimulatedTruck, until: datetime | None) -> list[Delivery]:
    from tracker.simulation.devices import deliveries

    return [one for one in deliveries(truck.journey) if until is None or one.at <= until]


def _tell(report: dict[str, object], fleet: list[SimulatedTruck], zone: ZoneInfo) -> None:
    render.table(
        ("DEVICE", "FAULTS"),
        ((truck.journey.device, ", ".join(truck.faults)) for truck in fleet),
        empty="no trucks",
    )
    sent_report({name: value for name, value in report.items() if name != "trucks"}, zone)
