"""Which timeline a reading belongs to: the present, or the retold past.

A late reading never moves the present backwards and still proves what it proves. To prove things
that need history (two fixes, a seal that was sealed before it was cut), it is judged in a lane that
starts where the gap began.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from devices.reading import Clock, Reading, SealCondition
from tracker.domain import rhythm
from tracker.domain.clocks import undated
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy, minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.state import DeviceState, Lane, ScopeState
from tracker.domain.whose import breaks

_DEVICE, _RELEASED = Clock.DEVICE, SealState.RELEASED  # Python 3.11 is slow to look them up
TICK = timedelta.resolution
"""What is of the same second, but from before it, is so much older."""


def lane_of(state: ScopeState, reading: Reading, policy: Policy) -> tuple[Lane, bool]:
    """The lane this reading belongs to, and whether it is late.

    A reading older than the backlog lane too gets a lane of its own, with the seal as it was then:
    it proves what one reading can, and moves nothing. A reading from before the release that comes
    after it is late, though none newer was heard: what it proves was on our watch.
    """
    known, at = state.devices.get(reading.device), reading.event_time
    if reading.clock is not _DEVICE and undated(reading):  # no lane is of an unknown time
        live = known.live if known else Lane()
        return Lane(seal=live.seal, leg=live.leg), True
    if known is None:
        return Lane(), False
    live, backlog = known.live, known.backlog
    if live.at is not None and at > live.at and live.seal.state is not _RELEASED:
        return live, False  # what mostly comes
    if not _before_release(live, at):
        if live.at is None or at > live.at or _brought_back(known, live.at, reading, policy):
            return live, False
        if at == live.at:
            if not _is_overtaken(live, reading):
                return live, False
            at -= TICK
    elif backlog is None or backlog.at is None or (live.at is not None and backlog.at < live.at):
        return replace(live, seal=live.seal.as_of(at)), True
    if _is_recent(known, at) and known.recent is not None:
        return _caught_up(known.recent, live.seal, at), True
    if backlog is not None and (backlog.at is None or at >= backlog.at):
        return _caught_up(backlog, live.seal, at), True
    return Lane(seal=live.seal.as_of(at), leg=(backlog or live).leg), True


def _is_recent(known: DeviceState, at: datetime) -> bool:
    """Newer than what was heard after the gap for which the backlog lane is held: merely out of
    order, and judged where the truck has come to since.
    """
    recent = known.recent
    return recent is not None and recent.at is not None and at >= recent.at


def _is_overtaken(live: Lane, reading: Reading) -> bool:
    """It is as old as the newest, for devices tell whole seconds, and yet from before it: its
    serial says so, or it finds the seal open, without an event, in the second of its closing.
    """
    if reading.seq is not None and live.seq is not None and reading.seq != live.seq:
        return reading.seq < live.seq
    report = reading.seal
    if report is None or report.events or live.seal.closed_at != reading.event_time:
        return False
    return report.condition in (SealCondition.OPEN, SealCondition.UNARMED)


def _brought_back(known: DeviceState, newest: datetime, reading: Reading, policy: Policy) -> bool:
    """The present was set by a clock that ran ahead, and this reading, which is older, brings it
    back: unless the clock always runs ahead, for then it is older, as its serial says too. A clock
    that was set right shows it by right times in their order over a while, whatever its serials.
    """
    live = known.live
    skew = minutes(policy.clock_skew_min)
    if newest <= reading.received_at + skew or reading.buffered:
        return False
    if newest - reading.event_time <= skew:  # so little is caught up soon; in a flush it is order
        return False
    if _is_righted(known, reading, policy):
        return True
    if reading.seq is not None and live.seq is not None:
        return reading.seq > live.seq
    return live.ahead <= 1 and not in_burst(known, reading)


def in_burst(known: DeviceState, reading: Reading) -> bool:
    """It comes on the heels of the last word, as what was stored does: there it is order."""
    pace_s = known.live.pace_s or known.live.rest_s or rhythm.FIRST_S
    return (reading.received_at - known.heard_at).total_seconds() < rhythm.BURST * pace_s


def _is_righted(known: DeviceState, reading: Reading, policy: Policy) -> bool:
    since = known.righted
    if since is None or not (_runs_right(reading, policy) and _follows(known, reading)):
        return False
    return reading.received_at - since >= minutes(policy.clock_watch_min)


def _runs_right(reading: Reading, policy: Policy) -> bool:
    """Its time is that of its receipt: so nothing that was stored or held up for long."""
    off = abs(reading.event_time - reading.received_at)
    return off <= minutes(policy.clock_skew_min) and not reading.buffered


def _follows(known: DeviceState, reading: Reading) -> bool:
    return known.right_at is None or reading.event_time > known.right_at


def _before_release(live: Lane, at: datetime) -> bool:
    """Newer than all that was heard, but the shipment was closed since."""
    seal = live.seal
    if seal.state is not SealState.RELEASED or seal.since is None or at >= seal.since:
        return False
    return live.at is None or at >= live.at


def _caught_up(backlog: Lane, live: SealRecord, at: datetime) -> Lane:
    """The backlog lane with what the present has shown of the seal since: the lane may have been
    held from before the sealing. A breach that it told itself stands.
    """
    if backlog.seal.breached:
        return backlog
    since = (episode.until for episode in live.past if episode.until <= at)
    changed = max(since, default=None)
    if changed is None or (backlog.at is not None and changed <= backlog.at):
        return backlog
    return replace(backlog, seal=live.as_of(at))


def kept(
    known: DeviceState,
    before: Lane,
    after: Lane,
    reading: Reading,
    late: bool,
    policy: Policy,
    *,
    stored: bool = False,
) -> DeviceState:
    """The device with `after` in the place of `before`, and the backlog lane made ready. stored:
    the reading came on the heels of another (`in_burst`).
    """
    if reading.clock is not _DEVICE and undated(reading):
        return known
    now, grace = reading.received_at, minutes(policy.backlog_grace_min)
    after = _clocked(before, after, reading, policy, stored=stored)
    held = known.held_until is not None and now < known.held_until
    if late:
        known = _righted(known, reading, policy)
        backlog, at = known.backlog, reading.event_time
        if _is_recent(known, at):
            return replace(known, recent=after)
        told = backlog is not None and (backlog.at is None or at >= backlog.at)
        if not told and not _before_release(known.live, at):
            return known
        if held and _runs_right(reading, policy) and not breaks(reading.seal):
            return known  # out of order by a little: what was stored meanwhile is still to come
        return replace(known, backlog=after, held_until=now + grace if held else None)
    if known.righted is not None:
        known = replace(known, righted=None, right_at=None)
    gap = before.at is None or reading.event_time - before.at > minutes(policy.backlog_gap_min)
    # Of two gaps the lane is held for the first, for which the stored is still on its way; but not
    # for the time before the very first word, of which nothing has come, if there is a real one.
    first = known.backlog is not None and known.backlog.at is None
    if held and not (gap and first):
        return replace(known, live=after, recent=before)
    until = now + grace if gap else None
    return replace(known, live=after, backlog=before, recent=None, held_until=until)


def _righted(known: DeviceState, reading: Reading, policy: Policy) -> DeviceState:
    """With what a late reading shows of the clock, where the present is ahead of its receipt."""
    newest = known.live.at
    if newest is None or newest <= reading.received_at + minutes(policy.clock_skew_min):
        return known
    if not _runs_right(reading, policy):
        return known if known.righted is None else replace(known, righted=None, right_at=None)
    if known.righted is None or not _follows(known, reading):
        return replace(known, righted=reading.received_at, right_at=reading.event_time)
    return replace(known, right_at=reading.event_time)


MOST_AHEAD = 4
"""Readings that ran ahead are counted so far: as many that came slowly make one doubt it."""


def _clocked(before: Lane, after: Lane, reading: Reading, policy: Policy, *, stored: bool) -> Lane:
    """With what the reading shows of its clock. One that comes slowly from a clock ahead seems
    right: it does not undo what others showed, and a flush of what was stored undoes nothing.
    """
    ahead = before.ahead
    if reading.event_time - reading.received_at > minutes(policy.clock_skew_min):
        ahead = min(ahead + 1, MOST_AHEAD)
    elif ahead and not (stored or reading.buffered):
        back = before.at is not None and reading.event_time < before.at
        ahead = 0 if back else ahead - 1
    if ahead == after.ahead and reading.clock is after.clock:
        return after
    return replace(after, ahead=ahead, clock=reading.clock)


def arrived(known: DeviceState, leg: int) -> DeviceState:
    """A leg that the backlog tells complete is complete for the present, too: the truck is past it,
    and would otherwise be held against the road behind it.
    """
    if leg <= known.live.leg:
        return known
    live = replace(known.live, leg=leg, progress_m=None, progress_at=None, fork=None)
    return replace(known, live=live)


def corridor_of(lane: Lane, plan: Plan | None) -> str | None:
    """The corridor that a reading of this lane is to be held against: that of its leg."""
    if plan is None or lane.leg >= len(plan.legs):
        return None
    return plan.legs[lane.leg].corridor
