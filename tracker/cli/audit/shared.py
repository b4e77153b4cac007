"""What the commands of `tracker audit` share."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import session

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.audit.finding import AuditFinding


HASHES = "an audit reads what the record says; that nobody altered it: tracker log verify"


SHOWN = 6
"""Entries named in the text; --json has them all."""


def _tell(ctx: typer.Context, found: list[AuditFinding], *, as_json: bool) -> None:
    from tracker.audit.finding import faulty

    zone = session(ctx).zone
    if as_json:
        for one in found:
            render.json_line(one)
    else:
        for one in found:
            _say(one, zone)
        counts = Counter(one.severity.value for one in found)
        said = ", ".join(f"{counts[name]} {name}" for name in ("critical", "warning", "info"))
        render.warn(f"{said}\n{HASHES}")
    raise typer.Exit(1 if faulty(found) else 0)


def _say(one: AuditFinding, zone: ZoneInfo) -> None:
    """What; below it when, on which entries it rests, and what to do."""
    from rich.text import Text

    head = Text(f"{one.severity.value:<8}", style=render.STYLES[one.severity])
    render.console().print(head.append(f"  {one.what}", style=""))
    rests = [render.moment(one.at, zone), one.check.replace("_", " "), _shortly(one.entries)]
    render.say("          " + "  ".join(part for part in rests if part), style="dim")
    if one.mend:
        render.say(f"          -> {one.mend}")


def _shortly(entries: tuple[str, ...]) -> str:
    more = len(entries) - SHOWN
    return ", ".join(entries[:SHOWN]) + (f" and {more} more" if more > 0 else "")
