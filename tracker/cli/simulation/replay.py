"""`tracker replay`: a recorded track as the telemetry of a device; or the journal, told again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from tracker.cli.shared import completing, render
from tracker.cli.shared.session import Json, parse_moment, session
from tracker.cli.simulation.backtest import judge
from tracker.cli.simulation.retell import NOTHING_ASKED, Asked, retell
from tracker.cli.simulation.target import (
    Host,
    Port,
    Rate,
    Speed,
    Username,
    send,
    sent_report,
    target,
)
from tracker.domain.errors import UsageError
from tracker.simulation import pace

if TYPE_CHECKING:
    from tracker.simulation.track_times import Way
    from tracker.simulation.tracks import Track

WHEN = "RFC 3339 with a zone, or now"
SEAL_STATES = ("sealed", "open", "cut", "tampered", "unarmed", "fault", "unknown")


def replay(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(help="A track (CSV, GPX, GeoJSON); left out: the journal is told again."),
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="Who says it; left out: the file's own vehicle ids.")
    ] = None,
    start: Annotated[str | None, typer.Option(help=f"Its first point falls here: {WHEN}.")] = None,
    end: Annotated[
        str | None, typer.Option(help=f"Its last point falls here: {WHEN} (the default).")
    ] = None,
    keep_times: Annotated[
        bool, typer.Option("--keep-times", help="Send the times as they were recorded.")
    ] = False,
    speed: Speed = "max",
    rate: Rate = None,
    interval: Annotated[
        float | None, typer.Option(min=0, help="Only points so many seconds apart.")
    ] = None,
    seal: Annotated[
        str | None, typer.Option(metavar="STATE[:NUMBER]", help="What the seal says all along.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Zone of the file's times, where they name none.")
    ] = None,
    times: Annotated[
        str | None,
        typer.Option(
            metavar="WAY",
            help="How times are written where the file does not show it: dmy, mdy (which of day "
            "and month comes first), days (a spreadsheet's numbers), seconds (from the start, or "
            "Unix).",
        ),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="What its text is written in, whatever it says: cp1252.")
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad rows out, and count them.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="SHIPMENT",
            help="A shipment's file: judge the track by it here, and publish nothing.",
        ),
    ] = None,
    zones_version: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="With --against: by the zones of that version (tracker zones versions).",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Without FILE: only alerts from then on (24h, a date)."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Without FILE: only alerts before then.")
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(metavar="TOML", help="Without FILE: by the [policy] of this file."),
    ] = None,
    zones: Annotated[
        list[Path] | None,
        typer.Option(help="Without FILE: by the zones of this file; may be repeated."),
    ] = None,
    shipment: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Without FILE: only this shipment; may be repeated.",
            autocompletion=completing.shipments,
        ),
    ] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Without FILE: only what differs from the record.")
    ] = False,
    host: Host = None,
    port: Port = None,
    username: Username = None,
    as_json: Json = False,
) -> None:
    """Publish a recorded track as telemetry; or tell the journal again by other rules.

    A track's times keep their distances. By default they move so that the last point falls where
    the sending ends, which is now with --speed max: no point is ahead of the clock. With --against
    nothing is published: the track is judged here, by the zones in force or by older ones.

    Without FILE all that the journal holds (readings, shipments, what people declared) is judged
    anew by the rules of this version, and by another policy or other zones where they are named:
    which alerts would have been raised, or, with --diff, which would appear, vanish or move. The
    journal itself is not touched.
    """
    from tracker.simulation import tracks

    asked = Asked(since, until, policy, tuple(zones or ()), tuple(shipment or ()), diff)
    if file is None:
        retell(ctx, asked, as_json=as_json)
        return
    if asked != NOTHING_ASKED:
        raise UsageError(
            "--since, --until, --policy, --zones, --shipment and --diff tell the journal again",
            mend="leave the track's file out",
        )
    reported = _seal(seal)
    factor = pace.speed(speed)
    # Where the times move anyway, only their distances count, and any zone will do.
    assumed = None if keep_times else ZoneInfo("UTC")
    track = tracks.read(
        file,
        zone=_zone(zone) or assumed,
        skip_bad=skip_bad,
        times=_way(times),
        encoding=encoding,
    )
    for note in track.notes:
        render.warn(f"{file}: {note}")
    for bad in track.skipped:
        render.warn(f"{bad.where}: {bad.what}")
    if interval is not None:
        track = tracks.thin(track, interval)
    track = tracks.shifted(track, _shift(track, start, end, factor, keep_times=keep_times))
    live = not keep_times and start in (None, "now") and end in (None, "now")
    sendings = tracks.deliveries(track, device, reported, vouched=not live)
    if against is not None:
        judge(ctx, sendings, against, zones_version, as_json=as_json)
        return
    if zones_version is not None:
        raise UsageError("--zones-version goes with --against", mend="name the shipment's file")
    config = target(ctx, host, port, username)
    sent = send(config, sendings, factor, rate, label=file.name)
    report = {"file": str(file), "skipped": len(track.skipped), "thinned": track.thinned, **sent}
    if as_json:
        render.json_line(report)
        return
    sent_report(report, session(ctx).zone)


def _shift(
    track: Track, start: str | None, end: str | None, factor: float, *, keep_times: bool
) -> timedelta:
    """By how much the track moves. Only one of the three ways may be asked for."""
    if (start is not None) + (end is not None) + keep_times > 1:
        raise UsageError("--start, --end and --keep-times exclude each other")
    now = datetime.now(UTC)
    if keep_times:
        if track.relative:
            raise UsageError(
                "the track's times count from its own start", mend="leave --keep-times out"
            )
        return timedelta(0)
    if start is not None:
        return (now if start == "now" else parse_moment(start)) - track.first
    if end is not None and end != "now":
        return parse_moment(end) - track.last
    return pace.end_for(track.first, track.last, now, factor) - track.last


def _zone(named: str | None) -> ZoneInfo | None:
    try:
        return None if named is None else ZoneInfo(named)
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(
            f"no time zone {named!r}", where="--zone", mend="for instance America/Monterrey"
        ) from None


def _way(named: str | None) -> Way | None:
    from tracker.simulation.track_times import WAYS

    if named is not None and named not in WAYS:
        raise UsageError(
            f"no way of writing times {named!r}", where="--times", mend=f"one of {', '.join(WAYS)}"
        )
    return cast("Way | None", named)


def _seal(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    state, _, number = text.partition(":")
    if state not in SEAL_STATES:
        raise UsageError(
            f"no seal state {state!r}", where="--seal", mend=f"known: {', '.join(SEAL_STATES)}"
        )
    return {"state": state} | ({"number": number} if number else {})
