"""Of when is what a command shows, and is somebody watching? Said on stderr, for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import load_config, session

if TYPE_CHECKING:
    from tracker.app.queries.watch import Watch
    from tracker.config import Config
    from tracker.ports import Records

MEND = "`tracker run` watches; `tracker doctor` says what is wrong"


def watch_now(config: Config, records: Records) -> Watch:
    from tracker.app.queries.watch import watch

    return watch(records, datetime.now(UTC), config.intake.dead_after_s)


def tell_watch(ctx: typer.Context, records: Records, *, as_json: bool) -> None:
    """After a list: of when it is. For --json only if nobody is watching."""
    watch = watch_now(load_config(ctx), records)
    if not (as_json and watch.watched):
        render.warn(told(watch, session(ctx).zone))


def told(watch: Watch, zone: ZoneInfo) -> str:
    """In a line, or two with the mend."""
    line = sentence(watch, zone)
    return line if watch.watched else f"{line}\n  -> {MEND}"


def sentence(watch: Watch, zone: ZoneInfo) -> str:
    from tracker.app.queries.watch import Watching

    at = render.moment(watch.as_of, zone)
    why = f": {watch.why}" if watch.why else ""
    match watch.watching:
        case Watching.YES:
            return f"as of {at}"
        case Watching.DEAF:
            return f"nothing is heard, as of {at}: the tracker runs, its broker is away{why}"
        case Watching.PARTLY:
            return f"a part of the trucks is not watched, as of {at}{why}"
        case Watching.ENDED:
            return f"nobody is watching: the tracker ended at {at}{why}"
        case Watching.SILENT:
            return f"nobody is watching: the tracker's last sign of life is of {at}{why}"
        case Watching.AHEAD:
            return f"is somebody watching? The newest sign of life is of {at}, after this clock's"
        case Watching.NEVER:
            return "nobody is watching: no tracker has run on this database yet"
