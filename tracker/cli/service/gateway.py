"""`tracker gateway`: where locks and trackers that speak TCP or UDP connect."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from tracker.cli.service.run import Stopping
from tracker.cli.shared import render
from tracker.cli.shared.session import load_config


def gateway(
    ctx: typer.Context,
    listen: Annotated[
        list[str] | None,
        typer.Option(metavar="DIALECT=[HOST]:PORT", help="TCP, such as jt701=:5001; repeatable."),
    ] = None,
    listen_udp: Annotated[
        list[str] | None,
        typer.Option(metavar="DIALECT=[HOST]:PORT", help="UDP, such as teltonika=:5003."),
    ] = None,
    devices: Annotated[
        Path | None,
        typer.Option(help="File of the device ids that may connect, one a line; may change."),
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Let every device connect, listed or not.")
    ] = False,
) -> None:
    """Take devices' own connections: frames go to the broker as they came, until interrupted.

    A device is answered only when the broker has confirmed its frame; while the broker is away,
    nothing is read. What is not given here is in the configuration's section gateway
    (docs/gateway.md).
    """
    from msgspec.structs import replace

    from tracker import wiring

    given: dict[str, Any] = {
        "listen": tuple(listen or ()),
        "listen_udp": tuple(listen_udp or ()),
        "devices_file": None if devices is None else str(devices),
        "open": open_,
    }
    config = load_config(ctx)
    said = replace(config.gateway, **{key: value for key, value in given.items() if value})
    stopping = Stopping()
    stopping.watch()

    def ready(listening: list[str]) -> None:
        where = f"{config.broker.host}:{config.broker.port}"
        render.warn(f"gateway ready: {', '.join(listening)}; broker at {where}")

    wiring.gateway(replace(config, gateway=said)).run(stopping, ready)
    if stopping.signal == signal.SIGINT:
        raise typer.Exit(130)
