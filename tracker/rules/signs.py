"""What is unusual about a reading: the signs by which rules are woken.

Nine readings of ten change nothing: a truck drives on its corridor, and its seal says what it said
before. Each rule declares in its own file which signs can concern it (`Rule.wakes`), and sleeps
through the others while it remembers nothing. What is out of the ordinary in any other way (late,
without a fix, by another clock ...) wakes all (`UNUSUAL`). A rule that
declares nothing always runs. `tests/engine/test_steady.py` holds those that sleep to what they
would have said.
"""

from __future__ import annotations

import enum
import functools
from datetime import timedelta

from devices.reading import Clock, Reading, SealCondition
from tracker.domain.policy import Policy, minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.state import Lane
from tracker.rules.base import View


class Sign(enum.IntFlag):
    """Plain numbers where they are computed: an enum's own `|` costs more than a rule."""

    SEAL = 1
    """The seal is not simply sealed, or its lock says anything else than that again."""
    MUTE = 2
    """The reading has no word of the seal's state."""
    VISITS = 4
    """A zone is entered, left or passed."""
    OFF = 8
    """The fix is not known to be on the corridor."""
    STANDS = 16
    """The truck is not seen to have moved since its last halt, or is in a zone."""
    RECEPTION = 32
    """It is jammed, or lacks satellites."""
    SAME = 64
    """The fix is exactly where the last one was."""
    GAP = 128
    """So much time has gone by since the reading before that any limit on silence may be over."""
    BATTERY = 256
    """The battery is at or below a threshold."""
    PROGRESS = 512
    """The fix was measured along the corridor."""
    CLOCK = 1024
    """The device's time is further from the receipt than clocks may be."""
    FIX = 2048
    """There is a new fix: every ordinary reading has one."""
    UNUSUAL = 4096
    """The reading is out of the ordinary in another way: every rule is asked."""


NEVER = Sign(0)
_SEAL, _MUTE, _VISITS, _OFF, _STANDS, _RECEPTION, _SAME, _GAP, *_OTHERS = (int(s) for s in Sign)
_DEVICE, _SHUT = Clock.DEVICE, SealState.SEALED  # Python 3.11 is slow to look them up
_UNKNOWN, _SEALED = SealCondition.UNKNOWN, SealCondition.SEALED
_BATTERY, _PROGRESS, _CLOCK, _FIX, _ODD = _OTHERS


def signs(view: View) -> int:
    """What of this reading can wake a rule, as the numbers of `Sign`."""
    reading, before, lane, moves = view.reading, view.before, view.lane, view.moves
    fix, placement = moves.fix, view.placement
    if reading is None or before is None or before.at is None or view.plan is None:
        return _ODD
    if fix is None or placement is None or moves.doubt is not None or before.lost:
        return _ODD
    if view.late or view.history or view.learnt_min or reading.buffered:
        return _ODD
    if reading.clock is not _DEVICE or before.clock is not _DEVICE:
        return _ODD
    found = _FIX | _said(view.seal, reading)
    if moves.entered or moves.left or moves.passed:
        found |= _VISITS
    if placement.on_corridor is not True:
        found |= _OFF
    if _stands(lane, before, fix.time):
        found |= _STANDS
    if lane.jammed or lane.starved or before.jammed:
        found |= _RECEPTION
    last = before.fix
    if last is None or (fix.lat == last.lat and fix.lon == last.lon):
        found |= _SAME
    if placement.progress_m is not None:
        found |= _PROGRESS
    return found | _by_policy(reading, before, view.policy)


def _said(seal: SealRecord, reading: Reading) -> int:
    report = reading.seal
    mute = report is None or report.condition is None or report.condition is _UNKNOWN
    found = _MUTE if mute else 0
    settled = seal.state is _SHUT and seal.pending_number is None and seal.record_due is None
    if not settled:
        return found | _SEAL
    if report is None:
        return found
    number, count = report.number, report.lock_count
    again = (
        report.condition is _SEALED
        and not report.events
        and report.credential is None
        and (number is None or (number == seal.number and seal.told is not None))
        and (count is None or count == seal.lock_count)
    )
    return found if again else found | _SEAL


def _stands(lane: Lane, before: Lane, at: object) -> bool:
    """Two fixes in a row far from a halt end it: then it begins anew, or one is astray (which may
    tell how long a truck that stood has stood).
    """
    if lane.straying is not None:
        return not before.moving
    return bool(lane.zones) or lane.halt is None or lane.halt.since != at


def _by_policy(reading: Reading, before: Lane, policy: Policy) -> int:
    found, percent, last = 0, reading.battery_pct, before.at
    if percent is not None:
        low = percent <= policy.battery_low_pct or percent <= policy.battery_critical_pct
        if low or not 0 <= percent <= 100:
            found = _BATTERY
    if last is None or reading.event_time - last > _soonest(
        policy.silence_after_jamming_min,
        policy.silence_moving_min,
        policy.silence_parked_min,
        policy.report_every_min * policy.report_slack,
    ):
        found |= _GAP
    if abs(reading.event_time - reading.received_at) > minutes(policy.clock_skew_min):
        found |= _CLOCK
    return found


@functools.lru_cache(maxsize=64)
def _soonest(*limits_min: float) -> timedelta:
    """The shortest of the limits that are in force (0: none)."""
    return timedelta(minutes=min((limit for limit in limits_min if limit > 0), default=0.0))
