"""Which of many: periods, limits, and several ids in one call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import session
from tracker.domain.errors import ServiceUnreachable, TrackerError, UsageError

T = TypeVar("T")
_AGO = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="TIME", help="Only from then on: 2026-03-02, 2026-03-02T08:00, 24h ago."
    ),
]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Only before then.")]
Newest = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many, the newest.")]


def period(
    ctx: typer.Context, since: str | None, until: str | None
) -> tuple[datetime | None, datetime | None]:
    """What --since and --until say. Raises UsageError for what is no time, or no period."""
    now, zone = datetime.now(UTC), session(ctx).zone
    begin = None if since is None else moment_of(since, zone, now, where="--since")
    end = None if until is None else moment_of(until, zone, now, where="--until")
    if begin is not None and end is not None and end <= begin:
        raise UsageError(
            f"nothing is from {since} on and before {until}",
            where="--until",
            mend="name a later time than --since does",
        )
    return begin, end


def moment_of(text: str, zone: ZoneInfo, now: datetime, *, where: str) -> datetime:
    """A moment in UTC: RFC 3339; a date or a time without a zone, in `zone`; or so long ago ("90m",
    "24h", "7d"). Raises UsageError.
    """
    try:
        if match := _AGO.fullmatch(text.strip().removesuffix("ago").strip()):
            return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{text!r} is no time",
            where=where,
            mend="write 2026-03-02, 2026-03-02T08:00, 2026-03-02T08:00:00-06:00, or 90m, 24h, 7d",
        ) from None


def duration(text: str, *, where: str) -> timedelta:
    """How long: "90m", "2h", "1d". Raises UsageError."""
    match = _AGO.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise UsageError(f"{text!r} is no time", where=where, mend="write 45m, 2h or 1d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def each(ids: Iterable[T], do: Callable[[T], None]) -> None:
    """`do` for each, once. What one of them is refused, the others are not: its fault is told, and
    the command ends with the exit code of the first. Raises ServiceUnreachable at once.
    """
    faults: list[TrackerError] = []
    for one in dict.fromkeys(ids):
        try:
            do(one)
        except ServiceUnreachable:
            raise
        except TrackerError as error:
            render.fault(error)
            faults.append(error)
    if faults:
        raise typer.Exit(faults[0].exit_code)
