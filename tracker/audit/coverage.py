"""What was heard, and when: gaps, words that came late, clocks that are wrong."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from geofences.kinds import ZoneKind
from tracker.audit.dossier import Dossier, HeardAt
from tracker.audit.finding import AuditCheck, AuditFinding
from tracker.audit.wording import minutes_of
from tracker.domain.alert import Severity
from tracker.domain.finding import FindingType
from tracker.domain.geo import metres_between
from tracker.domain.policy import minutes


class CoverageGap(NamedTuple):
    """Nothing is stored of the device from `start` to `end`."""

    device: str
    start: datetime
    end: datetime

    @property
    def span(self) -> timedelta:
        return self.end - self.start


def gaps(dossier: Dossier, device: str) -> list[CoverageGap]:
    """From the sealing to the end: longer than policy explains, by where the truck was."""
    start, end = dossier.sealed_at, dossier.end
    if start is None or end <= start:
        return []
    said = [one for one in dossier.heard if one.device == device]
    # The last word before the sealing counts from the sealing on.
    words = (start, *(one.at for one in said if start < one.at < end), end)
    least = minutes(dossier.policy.silence_moving_min)
    return [
        gap
        for before, after in pairwise(words)
        if (gap := CoverageGap(device, before, after)).span > least
        and gap.span > _limit(dossier, gap, said)
    ]


def _limit(dossier: Dossier, gap: CoverageGap, said: list[HeardAt]) -> timedelta:
    """How long the device may be silent: as the rule has it (`tracker.rules.silence`), but that it
    was parked is told by where it was afterwards.
    """
    policy = dossier.policy
    limit = policy.silence_moving_min
    if _stayed(dossier, gap, said):
        limit = max(limit, policy.silence_parked_min)
    places = dossier.plan.places(tuple(dossier.zones_at(gap.device, gap.start)))
    dead = [place.usual_minutes or 0.0 for place in places if place.kind is ZoneKind.DEAD_ZONE]
    return minutes(max((limit, *dead)))


def _stayed(dossier: Dossier, gap: CoverageGap, said: list[HeardAt]) -> bool:
    """The first fix after it is where the last one before it was; or nothing says that it moved."""
    fixes = [one for one in said if one.lat is not None]
    before = next((one for one in reversed(fixes) if one.at <= gap.start), None)
    after = next((one for one in fixes if one.at >= gap.end), None)
    if before is None or before.lat is None or before.lon is None:
        return False
    if after is None or after.lat is None or after.lon is None:
        return True
    apart = metres_between(before.lat, before.lon, after.lat, after.lon)
    return apart <= dossier.policy.stop_radius_m


def coverage(dossier: Dossier) -> Iterator[AuditFinding]:
    """Each gap, and the coverage statement."""
    for device in dossier.watched if dossier.sealed_at else ():
        found = gaps(dossier, device)
        noted = [e for e in dossier.of(FindingType.COVERAGE_GAP) if e.device == device]
        for gap in found:
            waits = gap.end == dossier.end and dossier.closing is None
            yield AuditFinding(
                check=AuditCheck.COVERAGE,
                severity=Severity.WARNING,
                what=f"nothing was heard of {device} since then, for {minutes_of(gap.span)}"
                if waits
                else f"nothing is known of {device} for {minutes_of(gap.span)}",
                at=gap.start,
                entries=tuple(e.id for e in noted if gap.start < e.at <= gap.end),
                mend="ask the driver, look at the tractor's tracker and at toll and gate records; "
                "where coverage is known to be poor, draw a dead_zone",
            )
        yield _statement(dossier, device, found, len(noted))


def _statement(dossier: Dossier, device: str, found: list[CoverageGap], noted: int) -> AuditFinding:
    """Of the trip from the sealing to the close; of an open one, to the last word."""
    sealed, end = dossier.sealed_at or dossier.end, dossier.end
    if found and dossier.closing is None and found[-1].end == end:
        *found, silent = found
        end = silent.start
    trip = max(end - sealed, timedelta(seconds=1))
    unknown = sum((gap.span for gap in found), timedelta())
    count = sum(one.device == device and sealed <= one.at <= end for one in dossier.heard)
    share = f"{100 * (1 - unknown / trip):.1f} % of {minutes_of(trip)} covered by {count} readings"
    if found:
        longest = max(gap.span for gap in found)
        share += (
            f"; gaps: {len(found)}, {minutes_of(unknown)} in all, longest {minutes_of(longest)}"
        )
    if noted:
        share += f"; {noted} noted on the way, which the backlog may have filled since"
    return AuditFinding(
        check=AuditCheck.COVERAGE, severity=Severity.INFO, what=f"{device}: {share}", at=sealed
    )


def late(dossier: Dossier) -> Iterator[AuditFinding]:
    """Words that came so late that silence would have been told."""
    limit = minutes(dossier.policy.silence_moving_min)
    for device in dossier.watched:
        said = [one for one in dossier.heard if one.device == device]
        lags = [lag for one in said if (lag := one.received_at - one.at) > limit]
        if lags:
            yield AuditFinding(
                check=AuditCheck.TELEMETRY_LATE,
                severity=Severity.INFO,
                what=f"{device}: {len(lags)} of {len(said)} readings came more than "
                f"{minutes_of(limit)} after they were made, the latest {minutes_of(max(lags))}",
            )


def clock(dossier: Dossier) -> Iterator[AuditFinding]:
    """A device whose time runs ahead of ours, or whose live word seems always old."""
    limit = minutes(dossier.policy.clock_skew_min)
    for device in dossier.stored.devices:
        said = [one for one in dossier.heard if one.device == device]
        ahead = [one for one in said if one.at - one.received_at > limit]
        if ahead:
            most = max(one.at - one.received_at for one in ahead)
            yield AuditFinding(
                check=AuditCheck.CLOCK,
                severity=Severity.WARNING,
                what=f"{device}: {len(ahead)} of {len(said)} readings are dated after their "
                f"receipt, by up to {minutes_of(most)}: its clock is wrong",
                at=ahead[0].received_at,
                mend="set its clock; until then trust recorded_at, not occurred_at",
            )
        lags = [(one.received_at - one.at).total_seconds() for one in said if one.live]
        median = timedelta(seconds=statistics.median(lags)) if lags else timedelta()
        if median > limit:
            yield AuditFinding(
                check=AuditCheck.CLOCK,
                severity=Severity.INFO,
                what=f"{device}: live readings came {minutes_of(median)} after they were made, in "
                "the median: its clock is slow, or the line",
            )


CHECKS = (coverage, late, clock)
