"""`tracker watchdog`: tell the house when nobody is watching."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.service.run import Stopping
from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.app.watchdog import Look
    from tracker.domain.dead_man import Wrong


def watchdog(
    ctx: typer.Context,
    once: Annotated[
        bool,
        typer.Option("--once", help="Look once, for cron; exit code 1 if something is wrong."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell the house when the tracker is silent or the broker is gone, and when that is over.

    Run it as a process of its own, best on another machine, with the same [broker], [notify] and
    [watchdog]: it needs neither the tracker nor its database. Told once for each outage.
    """
    from tracker import wiring

    config, zone = load_config(ctx), session(ctx).zone
    stopping = Stopping()
    stopping.watch()
    before: Look | None = None
    with wiring.watchdog(config) as dog:
        while not stopping():
            look = dog.look()
            if once or before is None or _news(before, look):
                _show(look, zone, as_json=as_json)
            before = look
            if once:
                break
            _wait(config.watchdog.look_s, stopping)
    if once and before is not None and (before.wrong or before.unwell):
        raise typer.Exit(1)


def _news(before: Look, look: Look) -> bool:
    """More than that time went by."""
    kinds = [[one.what for one in ills] for ills in (before.wrong, before.unwell)]
    now = [[one.what for one in ills] for ills in (look.wrong, look.unwell)]
    return bool(look.told) or kinds != now or before.outage != look.outage


def _show(look: Look, zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        render.json_line(look)
        return
    told = f" ({look.told} told)" if look.told else ""
    at = render.moment(look.at, zone)
    if look.wrong:
        render.say(f"{at}  outage{told}: {_said(look.wrong, zone)}")
    elif look.unwell:
        render.say(f"{at}  not well{told}: {_said(look.unwell, zone)}")
    else:
        render.say(f"{at}  watched{told}")


def _said(ills: tuple[Wrong, ...], zone: ZoneInfo) -> str:
    from tracker.wording.outage import what_is_wrong

    return what_is_wrong(ills, language="en", zone=zone)


def _wait(seconds: float, stopping: Stopping) -> None:
    deadline = time.monotonic() + seconds
    while not stopping() and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(0.2, left))
