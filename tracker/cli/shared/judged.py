"""What a rule compared, as people are shown it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from tracker.cli.shared import render
from tracker.wording import measures

if TYPE_CHECKING:
    from tracker.app.explain.told import Comparison, Judgement, Suppressed


def input_of(judgement: Judgement, zone: ZoneInfo) -> str:
    """At what it looked: "at the reading of 2025-03-01 08:00:00 CST"."""
    of = render.moment(judgement.at, zone)
    if judgement.input == "reading":
        late = judgement.taken_at - judgement.at
        heard = f", received at {render.moment(judgement.taken_at, zone)}"
        return f"at the reading of {of}" + (heard if late.total_seconds() >= 1 else "")
    if judgement.input == "timer":
        return f"when its timer was looked at, at {of}"
    return f"at the command {judgement.input} of {of}"


def comparisons(judgement: Judgement, zone: ZoneInfo, language: str) -> None:
    """A table: what it saw, what it held that against, and for which side that spoke."""
    render.table(
        ("IT LOOKED AT", "AND SAW", "AGAINST", "SPEAKS FOR"),
        (
            (said.what, said.seen, said.against, "the alert" if one.speaks else "quiet")
            for one in judgement.comparisons
            for said in (_told(one, zone, language),)
        ),
        empty="this rule does not say what it weighed",
    )


def kept_quiet(found: Iterable[Suppressed], zone: ZoneInfo) -> None:
    """Why evidence raised nothing, a sentence for each incident."""
    for one in found:
        limits = [
            f"until {render.moment(one.until, zone)}" if one.until else "",
            f"within {one.within_m:g} m" if one.within_m is not None else "",
            f"in {one.in_zone}" if one.in_zone else "",
        ]
        told = ", ".join(filter(None, limits)) or "without a limit"
        which = f"{one.alert} was closed by {one.closed_by}" if one.alert else "it was closed"
        why = f' ("{one.reason}")' if one.reason else ""
        render.say("")
        render.say(
            f"kept quiet: {one.count} times from {render.moment(one.first, zone)} to "
            f"{render.moment(one.last, zone)}, for {which}{why}: {told}, and no graver"
        )


def _told(one: Comparison, zone: ZoneInfo, language: str) -> measures.Told:
    fields = msgspec.structs.asdict(one)
    del fields["speaks"]
    return measures.told(
        **fields, clock=lambda at: render.moment(at, zone) or "", language=language
    )
