"""SEALED -> TAMPERED, by vibration: only where the truck stands, for roads shake every lock.

At rest it warns; with another sign of tampering within `vibration_sign_min` it is critical: the
cover opened, the motor stuck, an unlock refused, a fault, jamming, or off the route.
At rest is where two fixes over `standing_min` have it, before and after: so what is told between
them waits for the next fix, and drift and a parked receiver's false speed change nothing. Docks,
yards, the crossing's own lanes and its queue shake trailers too (forklifts, coupling, X-ray
portals): there vibration alone is nobody's concern.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix, SealCondition, SealEvent, SealReport
from geofences.kinds import ZoneKind
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.geo import metres_between
from tracker.domain.outcome import Outcome, Raised, SealMoved
from tracker.domain.policy import minutes
from tracker.domain.seal import SealState
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.seals import known_places, own_time, strays
from tracker.rules.signs import Sign

SIGNS = (
    SealEvent.COVER_OPENED,
    SealEvent.MOTOR_STUCK,
    SealEvent.UNLOCK_REFUSED,
    SealEvent.WRONG_PASSWORD,
    SealEvent.WRONG_CARD,
)
SHAKING = frozenset(
    {
        ZoneKind.PLANT,
        ZoneKind.YARD,
        ZoneKind.CONSIGNEE,
        ZoneKind.APPROACH_QUEUE,
        ZoneKind.CUSTOMS_COMPOUND,
        ZoneKind.BRIDGE,
        ZoneKind.CBP_PRIMARY,
        ZoneKind.CBP_SECONDARY,
        ZoneKind.STATE_INSPECTION,
    }
)
"""Where trailers are loaded, coupled, queued and screened: if the plan has the truck there."""


class Shaken(Struct, frozen=True, kw_only=True):
    """Of one timeline. shaken: the oldest vibration of which it is not known yet whether the truck
    stood. rested: the newest that it stood for. was, went: the fix before `shaken`, and its own,
    where that claims a speed.
    """

    shaken: datetime | None = None
    rested: datetime | None = None
    was: Fix | None = None
    went: Fix | None = None


CALM = Shaken()


class Memory(Struct, frozen=True, kw_only=True):
    """live, late: what shook in the present and in the past that is retold. sign, sign_at: the
    newest other sign, by whichever it came: what a lock tells of one act may overtake itself.
    """

    live: Shaken = CALM
    late: Shaken = CALM
    sign: str | None = None
    sign_at: datetime | None = None


QUIET = Memory()


def on_reading(view: View, memory: Memory) -> Result:
    report = view.reading.seal if view.reading else None
    events = report.events if report is not None else ()
    faulty = report is not None and report.condition is SealCondition.FAULT
    if not events and not faulty and not _pending(memory):
        return memory, NOTHING
    if view.plan is None or not view.seal.on_duty:
        return (memory if view.late else QUIET), NOTHING
    memory = _signed(view, memory, report)
    mine = memory.late if view.late else memory.live
    if SealEvent.VIBRATION in events and mine.shaken is None and not _rolls(view):
        mine = _shaken(view, mine)
    if mine.shaken is not None:
        stood = False if _crept(view, mine) else _stood(view, mine.shaken)
        if stood is not None:
            return _counted(view, memory, mine, mine.shaken, stood=stood)
    for rested in (mine.rested, memory.live.rested):
        if rested is not None and _near(view, rested, memory.sign_at):
            return QUIET, _tampered(view, rested, memory.sign or "")
    if mine.rested is not None and not _near(view, mine.rested, own_time(view)):
        mine = replace(mine, rested=None)
    return _with(view, memory, mine), NOTHING


def _pending(memory: Memory) -> bool:
    return memory.live != CALM or memory.late != CALM or memory.sign is not None


def _with(view: View, memory: Memory, mine: Shaken) -> Memory:
    """`mine` in its place; a sign that is too old for anything is forgotten."""
    memory = replace(memory, late=mine) if view.late else replace(memory, live=mine)
    if memory.sign is not None and not _near(view, own_time(view), memory.sign_at):
        memory = replace(memory, sign=None, sign_at=None)
    return memory


def _shaken(view: View, mine: Shaken) -> Shaken:
    was = view.before.fix if view.before and _claims_speed(view) else None
    went = view.moves.fix if was is not None else None
    return replace(mine, shaken=own_time(view), was=was, went=went)


def _crept(view: View, mine: Shaken) -> bool:
    """Told by a fix that claims a speed, and the next one bears it out: it stayed there, rather
    than return. A queue creeps by less than ends a halt.
    """
    was, went, fix = mine.was, mine.went, view.moves.fix
    if was is None or went is None or fix is None or fix.time <= went.time:
        return False
    way = metres_between(was.lat, was.lon, went.lat, went.lon)
    unsure = (was.accuracy_m or 0.0) + (went.accuracy_m or 0.0)
    stays = metres_between(went.lat, went.lon, fix.lat, fix.lon) < way / 2
    on = metres_between(was.lat, was.lon, fix.lat, fix.lon) > way
    return way > unsure and (stays or on)


def _rolls(view: View) -> bool:
    """The reading itself says so; a truck that is known to stand is believed to stand."""
    return not view.lane.standing and _claims_speed(view)


def _claims_speed(view: View) -> bool:
    speed = view.reading.position.speed_kmh if view.reading else None
    return speed is not None and speed > view.policy.moving_kmh


def _counted(view: View, memory: Memory, mine: Shaken, shaken: datetime, *, stood: bool) -> Result:
    mine = replace(mine, shaken=None, was=None, went=None)
    if not stood:
        return _with(view, memory, mine), NOTHING
    mine = replace(mine, rested=shaken)
    if _near(view, shaken, memory.sign_at):
        return QUIET, _tampered(view, shaken, memory.sign or "")
    memory = _with(view, memory, mine)
    if _shaking(view):
        return memory, NOTHING
    return memory, (_raised(view, Severity.WARNING, Code.VIBRATION, shaken),)


def _signed(view: View, memory: Memory, report: SealReport | None) -> Memory:
    sign = _sign(view, report)
    return memory if sign is None else replace(memory, sign=sign, sign_at=own_time(view))


def _sign(view: View, report: SealReport | None) -> str | None:
    if report is not None:
        for event in SIGNS:
            if event in report.events:
                return event.value
        if report.condition is SealCondition.FAULT:
            return report.condition.value
    if view.lane.jammed:
        return "jamming"
    halt = view.lane.halt
    gone = halt is not None and view.lane.straying is None and not halt.on_route
    return "off_route" if gone and strays(view) else None


def _stood(view: View, shaken: datetime) -> bool | None:
    """Whether the truck stood at that time; None: the next fix has to tell."""
    lane, fix = view.lane, view.moves.fix
    halt = lane.halt
    if own_time(view) == shaken and _claims_speed(view):
        return None  # it may be driving off
    if lane.standing and halt is not None and halt.since <= shaken:
        return True if lane.straying is None and fix is not None else None
    if fix is None:
        return None
    if lane.moving or halt is None or halt.since > shaken:
        return False
    return None


def _near(view: View, shaken: datetime, sign: datetime | None) -> bool:
    return sign is not None and abs(sign - shaken) <= minutes(view.policy.vibration_sign_min)


def _shaking(view: View) -> bool:
    plan = view.plan
    if plan is None:
        return False
    halt = view.lane.halt
    if halt is not None and plan.border is not None and plan.border.holds(halt.lat, halt.lon):
        return True
    return any(place.kind in SHAKING and plan.expects(place.id) for place in known_places(view))


def _tampered(view: View, at: datetime, sign: str) -> tuple[Outcome, ...]:
    told = _raised(view, Severity.CRITICAL, Code.VIBRATION_WITH_SIGN, at, {"sign": sign})
    after = replace(
        view.seal,
        state=SealState.TAMPERED,
        since=at,
        record_due=None,
        resealed_silently=True,  # it was never open: that it says "sealed" tells nothing new
    )
    return told, SealMoved(to=after, code=told.code, facts=told.facts, at=at)


def _raised(
    view: View, severity: Severity, code: Code, at: datetime, facts: dict[str, Fact] | None = None
) -> Raised:
    grave = severity is Severity.CRITICAL
    return Raised(
        kind=AlertKind.SEAL_TAMPERED,
        severity=severity,
        code=code,
        facts=facts or {},
        at=min(at, view.at),  # nothing happens after it was received
        key=(view.device or "") if grave else f"{view.device}:{SealEvent.VIBRATION}",
        **view.where(),
    )


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, report = AlertKind.SEAL_TAMPERED, view.reading.seal if view.reading else None
    if view.plan is None or not view.seal.on_duty:
        return (Weighed(kind=kind, measure="seal_on_duty", value=False),)
    shakes = report is not None and SealEvent.VIBRATION in report.events
    mine = memory.late if view.late else memory.live
    shaken = mine.shaken or (own_time(view) if shakes else None)
    signed = _signed(view, memory, report)
    if shaken is None and mine.rested is None:
        mine = memory.live  # of which the past may tell another sign
    if shaken is None and mine.rested is None:
        return (Weighed(kind=kind, measure="vibration", value=False),)
    if mine.shaken is None and shakes:
        mine = _shaken(view, mine)
    stood = True if shaken is None else False if _crept(view, mine) else _stood(view, shaken)
    at = mine.rested if stood is None or shaken is None else shaken
    if stood is False or at is None:
        return (Weighed(kind=kind, measure="vibration_at_rest", value=stood),)
    near = _near(view, at, signed.sign_at)
    rest = Weighed(kind=kind, measure="vibration_at_rest", value=True, speaks=True)
    sign = Weighed(
        kind=kind,
        measure="vibration_second_sign",
        value=signed.sign,
        limit=view.policy.vibration_sign_min,
        unit="min",
        threshold="vibration_sign_min",
        speaks=near,
    )
    if near or at is not shaken:  # told before, or to be borne with: only another sign counts now
        return (rest, sign)
    shaking = _shaking(view)
    place = Weighed(kind=kind, measure="where_trailers_shake", value=shaking, speaks=not shaking)
    return (rest, place, sign) if shaking else (rest, place)


RULE = Rule(
    name="seal_vibration",
    memory=Memory,
    keeps="device",
    on_reading=on_reading,
    wakes=Sign.SEAL,
    weighs=weighs,
)
