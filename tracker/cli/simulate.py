"""`tracker simulate`: trucks that are not there, on any broker, with faults on request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import render
from tracker.cli.session import Json, session
from tracker.cli.target import Host, Port, Rate, Speed, Username, send, sent_report, target
from tracker.domain.errors import NotFound, UsageError
from tracker.simulation import pace
from tracker.simulation.scenarios import MISHAPS, honest

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.simulation.devices import Delivery
    from tracker.simulation.journeys import Journey, Road

CORRIDOR = "monterrey-laredo.world-trade"
CHOICES = ", ".join(MISHAPS)


@dataclass(frozen=True, slots=True)
class Truck:
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
    prefix: Annotated[str, typer.Option(help="Device ids begin with this.")] = "SIM",
    seed: Annotated[int, typer.Option(help="The same seed, the same journeys.")] = 1,
    host: Host = None,
    port: Port = None,
    username: Username = None,
    as_json: Json = False,
) -> None:
    """Publish simulated journeys as native telemetry.

    The trucks load, are sealed, and drive; their times end where sending ends, so nothing is ahead
    of the clock. They belong to no shipment until one is opened with their devices.
    """
    config = target(ctx, host, port, username)
    road = _road(config.zones.files, corridor)
    factor = pace.speed(speed)
    start = datetime(2000, 1, 1, tzinfo=UTC)
    drafts = _trucks(trucks, road, start, prefix, interval, seed, fault)
    length = max(_length(truck.journey, duration) for truck in drafts)
    now = datetime.now(UTC)
    begin = pace.end_for(start, start + length, now, factor) - length
    fleet = [replace(one, journey=_started(one.journey, start, begin)) for one in drafts]
    sendings = _sendings(fleet, None if duration is None else begin + timedelta(minutes=duration))
    sent = send(config, sendings, factor, rate, label=f"{trucks} trucks on {corridor}")
    names = [{"device": t.journey.device, "faults": list(t.faults)} for t in fleet]
    report = {"corridor": corridor, "trucks": names, **sent}
    if as_json:
        render.json_line(report)
    else:
        _tell(report, fleet, session(ctx).zone)


def _road(files: tuple[str, ...], corridor: str) -> Road:
    from tracker import wiring

    roads = {road.id: road for road in wiring.shelf(files).corridors}
    if corridor not in roads:
        raise NotFound(f"there is no corridor {corridor!r}", mend=f"known: {', '.join(roads)}")
    return roads[corridor]


def _trucks(
    count: int, road: Road, start: datetime, prefix: str, interval: float, seed: int, fault: str
) -> list[Truck]:
    names = [name.strip() for name in fault.split(",") if name.strip()]
    for name in names:
        if name not in MISHAPS:
            raise UsageError(f"no fault {name!r}", where="--fault", mend=f"known: {CHOICES}")
    out = []
    for number in range(count):
        # Spread over one interval, as independent trucks are.
        begins = start + timedelta(seconds=interval * number / count)
        device = f"{prefix}-{number + 1:03d}"
        journey = honest(device, road, begins, number=f"MX{seed:02d}{number + 1:05d}", seed=seed)
        journey = replace(journey, interval_s=interval)
        dealt = tuple(name for turn, name in enumerate(names) if turn % count == number)
        for name in dealt:
            journey = MISHAPS[name](journey)
        out.append(Truck(journey, dealt))
    return out


def _started(journey: Journey, old: datetime, new: datetime) -> Journey:
    return replace(journey, starts_at=journey.starts_at - old + new)


def _length(journey: Journey, duration_min: float | None) -> timedelta:
    from tracker.simulation.journeys import Drive

    whole = timedelta(seconds=Drive(journey).duration_s + journey.interval_s)
    return whole if duration_min is None else min(whole, timedelta(minutes=duration_min))


def _sendings(fleet: list[Truck], until: datetime | None) -> list[Delivery]:
    from heapq import merge

    from tracker.simulation.devices import deliveries

    every = merge(*(deliveries(truck.journey) for truck in fleet), key=lambda one: one.at)
    return [one for one in every if until is None or one.at <= until]


def _tell(report: dict[str, object], fleet: list[Truck], zone: ZoneInfo) -> None:
    render.table(
        ("DEVICE", "FAULTS"),
        ((truck.journey.device, ", ".join(truck.faults)) for truck in fleet),
        empty="no trucks",
    )
    sent_report({name: value for name, value in report.items() if name != "trucks"}, zone)
