"""Whether a receiver's own word of speed and course bears out the way that its positions make.

Speed and course come from the satellites' Doppler shift, not from the difference of two positions.
So what drags the shown position off, at a pace that any truck could drive, contradicts them: the
receiver says 75 km/h along the road, and its position goes aside at 25; or it says that it stands.

Only a receiver whose word was borne out before is held to it (`borne_fixes`): many send a speed or
a course of zero for ever. Two fixes `compare_least_s` to `compare_most_s` apart are compared;
on real mountain roads the mean of two courses is that of the chord between them, over that time.
One contradiction is what a jump makes. It is sustained after `contrary_fixes` in a row, after
`aside_fixes` in a row to the same side, or after `creeping_fixes` in a row that stand and move.
"""

from __future__ import annotations

import math
from datetime import datetime

from msgspec import Struct

from devices.reading import Fix
from tracker.domain.policy import Policy, minutes

DEGREE_M = 111_195.0
"""A degree of a meridian, on the sphere that `tracker.domain.geo` measures on."""


class Gap(Struct, frozen=True, kw_only=True, gc=False):
    """What the receiver told against what its positions show, between two fixes.

    told_kmh: the mean of the two speeds. told_deg: the mean course, None if none was told or it
    stood; moved_deg: the direction of the displacement. contrary: they cannot both be true.
    side: +1 if it moved to the right of its course, -1 to the left, 0 along it or unknown.
    creeps: it says that it stands, and moves at a truck's speed.
    """

    metres: float
    seconds: float
    told_kmh: float
    told_deg: float | None
    moved_deg: float
    contrary: bool
    side: int
    creeps: bool

    @property
    def kmh(self) -> float:
        return self.metres / self.seconds * 3.6

    @property
    def by_course(self) -> bool:
        """It is the course that the way contradicts most; else the speed."""
        if self.told_deg is None or self.kmh * 4 < self.told_kmh:
            return False
        ratio = abs(self.kmh - self.told_kmh) / max(self.kmh, self.told_kmh)
        return abs(_turn(self.told_deg, self.moved_deg)) > 90 * ratio


class OwnWord(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a lane keeps of it.

    since: the last fix that it bore out, or that it was not held to. newest: a newer one that it
    contradicts. borne: comparisons that bore it out (counted up to `borne_fixes`). aside: in a row
    to the same side, negative to the left. creeping: in a row that stand and move. contrary: in a
    row that contradict; agreeing: of those after `since`, the last so many agree with each other.
    began: when the contradiction did.
    """

    since: Fix | None = None
    newest: Fix | None = None
    borne: int = 0
    aside: int = 0
    creeping: int = 0
    contrary: int = 0
    agreeing: int = 0
    began: datetime | None = None


def compared(
    word: OwnWord, fix: Fix, policy: Policy, *, doubted: bool = False
) -> tuple[OwnWord, Gap | None]:
    """The word after `fix`, and how the two compare; None where nothing can be compared.

    doubted: the fixes between were too far off, so that a longer time is compared.
    """
    if fix.speed_kmh is None:
        return word, None
    since, newest = word.since, word.newest
    last = newest or since
    if last is None or since is None:
        return OwnWord(since=fix, borne=word.borne), None
    seconds = (fix.time - last.time).total_seconds()
    if seconds < policy.compare_least_s:
        return word, None
    most = policy.compare_most_s * (policy.contrary_fixes if doubted else 1)
    if seconds > most:
        return OwnWord(since=fix, borne=word.borne), None
    if newest is None and word.borne >= policy.borne_fixes and _steady(since, fix, seconds, policy):
        if word.began is None and seconds * 3 < most:  # the next may be held to the same
            return word, None
        return OwnWord(since=fix, borne=word.borne), None
    if newest is not None:
        return _contradicted(word, since, newest, fix, policy)
    gap = between(since, fix, policy)
    if word.borne < policy.borne_fixes:
        return _learnt(word, fix, gap, policy), None
    if gap.contrary:
        first = OwnWord(since=since, newest=fix, borne=word.borne, contrary=1, began=fix.time)
        return first, gap
    aside, creeping = _row(word.aside, gap.side), word.creeping + 1 if gap.creeps else 0
    began = (word.began or fix.time) if aside or creeping else None
    if began is not None and fix.time - began > minutes(policy.contrary_min):
        return OwnWord(since=fix), None  # its word is broken, not its position
    return OwnWord(since=fix, borne=word.borne, aside=aside, creeping=creeping, began=began), gap


STEADY_ASIDE, STEADY_M = 0.15, 150.0
"""So little aside (8.5 degrees) and so little too far is surely borne out: `aside_deg`, `jump_m`
and `contrary_share` allow more. So most fixes cost no more than this look.
"""


def _steady(a: Fix, b: Fix, seconds: float, policy: Policy) -> bool:
    """It drives, and where its word has it; quickly told, and never said of what is not so."""
    first, second = a.speed_kmh, b.speed_kmh
    if first is None or second is None or first + second <= policy.moving_kmh:
        return False
    course, other = a.course_deg, b.course_deg
    if course is None or other is None or not -20.0 < other - course < 20.0:
        return False
    north = (b.lat - a.lat) * DEGREE_M
    east = (b.lon - a.lon) * DEGREE_M * math.cos(math.radians(b.lat))
    mean = math.radians((course + other) / 2)
    cos, sin = math.cos(mean), math.sin(mean)
    along, across = north * cos + east * sin, east * cos - north * sin
    if along <= 0 or abs(across) > STEADY_ASIDE * along:
        return False
    if first > second:
        first, second = second, first
    return first * seconds / 3.6 - STEADY_M <= along <= second * seconds / 3.6 + STEADY_M


def _learnt(word: OwnWord, fix: Fix, gap: Gap, policy: Policy) -> OwnWord:
    """Whether its word is one to be held to."""
    borne = word.borne
    if gap.contrary or gap.side or gap.creeps:
        borne = max(borne - 1, 0)
    elif gap.told_kmh > policy.speed_alone_kmh:
        borne += 1
    return OwnWord(since=fix, borne=borne)


def _contradicted(
    word: OwnWord, since: Fix, newest: Fix, fix: Fix, policy: Policy
) -> tuple[OwnWord, Gap | None]:
    """After a fix that it contradicted: is this where it was before, or does that go on?"""
    began = word.began or fix.time
    away = (fix.time - since.time).total_seconds()
    if away <= policy.compare_most_s * policy.contrary_fixes:
        gap = between(since, fix, policy, share=policy.contrary_share)
        if not gap.contrary:
            return OwnWord(since=fix, borne=word.borne), gap
    gap = between(newest, fix, policy)
    if gap.contrary:
        if fix.time - began > minutes(policy.contrary_min):
            return OwnWord(since=fix), None
        contrary, agreeing = word.contrary + 1, 0
    else:
        contrary, agreeing = word.contrary, word.agreeing + 1
        if agreeing > policy.confirm_fixes:  # so many agree: it is there, however it came
            return OwnWord(since=fix, borne=word.borne), gap
    going_on = OwnWord(
        since=since, newest=fix, borne=word.borne, contrary=contrary, agreeing=agreeing, began=began
    )
    return going_on, gap


def sustained(word: OwnWord, policy: Policy) -> bool:
    """It has contradicted itself for so long that it is no jump."""
    return (
        abs(word.aside) >= policy.aside_fixes
        or word.creeping >= policy.creeping_fixes
        or word.contrary >= policy.contrary_fixes
    )


def between(a: Fix, b: Fix, policy: Policy, *, share: float | None = None) -> Gap:
    """From `a` to the later `b`, both of which tell a speed. share: what may be left of the way,
    where the time between is not to count.
    """
    share = share if share is not None else _share((b.time - a.time).total_seconds(), policy)
    seconds = max((b.time - a.time).total_seconds(), 1.0)
    north = (b.lat - a.lat) * DEGREE_M
    turn = (b.lon - a.lon + 180.0) % 360.0 - 180.0
    east = turn * DEGREE_M * math.cos(math.radians(b.lat))
    metres = math.hypot(north, east)
    first, second = a.speed_kmh or 0.0, b.speed_kmh or 0.0
    told_kmh = (first + second) / 2
    told_m = told_kmh / 3.6 * seconds
    slowest, fastest = (min(first, second) / 3.6 * seconds, max(first, second) / 3.6 * seconds)
    told_deg, aside, apart = None, 0, _outside(metres, slowest, fastest)
    moved_deg = math.degrees(math.atan2(east, north)) % 360.0
    if a.course_deg is not None and b.course_deg is not None and told_kmh > policy.moving_kmh:
        told_north, told_east = _told(a, first, b, second, seconds)
        if (told := math.hypot(told_north, told_east)) > 0:
            along = (north * told_north + east * told_east) / told
            across = (east * told_north - north * told_east) / told
            apart = math.hypot(_outside(along, slowest, fastest), across)
        told_deg = math.degrees(math.atan2(told_east, told_north)) % 360.0
        if min(first, second) > policy.speed_alone_kmh and metres > policy.stop_radius_m:
            off = _turn(told_deg, moved_deg)
            aside = 0 if abs(off) < policy.aside_deg else (1 if off > 0 else -1)
    stands = first <= policy.moving_kmh and second <= policy.moving_kmh
    return Gap(
        metres=metres,
        seconds=seconds,
        told_kmh=told_kmh,
        told_deg=told_deg,
        moved_deg=moved_deg,
        contrary=apart > share * max(metres, told_m) + policy.jump_m,
        side=aside,
        creeps=stands and metres / seconds * 3.6 > policy.speed_alone_kmh,
    )


def _share(seconds: float, policy: Policy) -> float:
    """Roads leave the chord the more the longer they are followed: up to twice as far."""
    return policy.contrary_share * min(max(seconds / 60.0, 1.0), 2.0)


def _outside(metres: float, least: float, most: float) -> float:
    """How far from anything that the two speeds allow: it may have started or braked between."""
    return max(metres - most, least - metres, 0.0)


def _told(a: Fix, first: float, b: Fix, second: float, seconds: float) -> tuple[float, float]:
    """Metres north and east, by the receiver's word: half the time as at each end."""
    half = seconds / 2 / 3.6
    one, other = math.radians(a.course_deg or 0.0), math.radians(b.course_deg or 0.0)
    return (
        half * (first * math.cos(one) + second * math.cos(other)),
        half * (first * math.sin(one) + second * math.sin(other)),
    )


def _turn(from_deg: float, to_deg: float) -> float:
    """Degrees to the right, negative to the left."""
    return (to_deg - from_deg + 180.0) % 360.0 - 180.0


def _row(aside: int, side: int) -> int:
    if side == 0:
        return 0
    return aside + side if aside * side >= 0 else side
