"""What several seal rules say alike."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from devices.reading import SHARED_SERIALS, SealCondition, SealEvent, SealReport
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.command import Command, RecordSeal
from tracker.domain.coverage import rest_ahead
from tracker.domain.geo import metres_between
from tracker.domain.outcome import Raised
from tracker.domain.plan import Place
from tracker.domain.policy import minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.spelling import same
from tracker.rules.base import View


def own_time(view: View) -> datetime:
    """The reading's time by its device's own clock: what orders it among that device's words."""
    return view.at if view.reading is None else view.reading.event_time


def rolling(view: View) -> bool:
    """The truck moves, as far as its last fix still tells: not of a truck that has come under a
    roof since.
    """
    return view.lane.moving and _fresh(view) and not stood(view)


def stood(view: View) -> bool:
    """A late word whose own timeline has no fix of this halt yet (an older one of a flush, told
    after newer ones), of a time at which the present knows the truck to have halted where its fix
    is: parked receivers claim speeds, and drift.
    """
    fix, known = view.moves.fix, view.known
    if not view.late or fix is None or known is None or view.before is None:
        return False
    halt, last = known.live.halt, view.before.fix
    if halt is None or halt.since > own_time(view):
        return False
    if last is not None and last.time >= halt.since:
        return False
    return metres_between(halt.lat, halt.lon, fix.lat, fix.lon) <= view.policy.jump_m


def apart(view: View) -> bool:
    """Its one fix stands against where the truck is known to be: further than a receiver drifts,
    and nothing else shows that it has moved. Receivers jump for kilometres.
    """
    fix, last = view.moves.fix, view.before.fix if view.before else None
    if fix is None or last is None or view.late or not view.lane.zones or view.lane.moving:
        return False
    fast = fix.speed_kmh is not None and fix.speed_kmh > view.policy.speed_alone_kmh
    if fast and not view.lane.standing:
        return False
    if fix.time - last.time > minutes(view.policy.moving_known_min):
        return False
    return metres_between(last.lat, last.lon, fix.lat, fix.lon) > view.policy.jump_m


def strays(view: View) -> bool:
    """It is off the route, and no lone fix says so against where the truck is known to be."""
    return view.off_route() and not apart(view) and not stood(view)


def words_missing(view: View) -> bool:
    """Its serials say that words from just before this one are still to come."""
    reading, before = view.reading, view.before
    if reading is None or before is None or reading.dialect in SHARED_SERIALS:
        return False
    if reading.seq is None or before.seq is None:
        return False
    return reading.seq > before.seq + 1


def known_places(view: View) -> tuple[Place, ...]:
    """Where the truck is as far as more than one fix tells. A late reading without a fix: where it
    has been ever since, and is now.
    """
    if view.plan is None:
        return ()
    if apart(view):
        return view.plan.places(tuple(view.lane.zones))
    if view.moves.fix is None and view.lane.arriving and _fresh(view) and left(view):
        return view.plan.places(tuple(view.lane.arriving))  # its last fix was there
    if view.late and view.moves.fix is None and not view.lane.zones:
        return _entered_by_then(view)
    if (ahead := reached(view)) is not None:
        return (ahead,)
    if stood(view):
        own = view.plan.places(view.placement.zones if view.placement else ())
        return tuple(dict.fromkeys((*own, *_entered_by_then(view))))
    return view.places()


def reached(view: View) -> Place | None:
    """The planned stop or leg's end that it may have come to since its last fix, which was in no
    place and just before that one: under a roof no fix tells. Of the present, without a fix.
    """
    lane, plan, last = view.lane, view.plan, view.lane.fix
    if plan is None or last is None or view.late or view.moves.fix is not None:
        return None
    if lane.zones or lane.arriving or rolling(view):
        return None
    zone = rest_ahead(lane, plan, view.policy)
    return None if zone is None else plan.place(zone)


def _entered_by_then(view: View) -> tuple[Place, ...]:
    """Where the present has been ever since."""
    entered = view.known.live.zones if view.known else {}
    zones = tuple(zone for zone, at in entered.items() if at <= own_time(view))
    return view.plan.places(zones) if view.plan else ()


def left(view: View) -> bool:
    """Its last fix was in none of the zones that it is confirmed in, and further from where it
    halted than a receiver jumps.
    """
    lane = view.lane
    if not lane.zones:
        return True
    if lane.fix is None or lane.halt is None or not lane.zones.keys() <= lane.leaving.keys():
        return False
    halt, fix = lane.halt, lane.fix
    return metres_between(halt.lat, halt.lon, fix.lat, fix.lon) > view.policy.jump_m


def _fresh(view: View) -> bool:
    fix = view.lane.fix
    return fix is not None and own_time(view) - fix.time <= minutes(view.policy.moving_known_min)


def sealed_report(view: View) -> SealReport | None:
    """This reading's report, if it says that the seal is sealed."""
    report = view.reading.seal if view.reading else None
    if report is None or view.plan is None:
        return None
    return report if is_sealed(report) else None


def is_sealed(report: SealReport) -> bool:
    by_event = report.condition is None and SealEvent.SEALED in report.events
    return by_event or report.condition is SealCondition.SEALED


def numbers_in_force(view: View) -> list[str]:
    """Of all locks, and those that people recorded and the lock has not named yet."""
    seals = [known.live.seal for known in view.state.devices.values()]
    numbers = (number for seal in seals for number in (seal.number, seal.pending_number))
    return sorted({number for number in numbers if number is not None})


def recorded(view: View) -> RecordSeal | None:
    """The command, if it records a seal of this lock."""
    command: Command | None = view.command
    if not isinstance(command, RecordSeal):
        return None
    named = command.device
    return command if named is None or same(named, view.device or "") else None


def renumbered(
    seal: SealRecord,
    new: str | None,
    at: datetime,
    *,
    lock_count: int | None = None,
    record_due: datetime | None = None,
    told: str | None = None,
) -> SealRecord:
    """Sealed once more, with the number `new` (None: none was named); told: by the lock itself.

    record_due None: it is recorded already. Without a lock count the next one is learnt anew.
    """
    again = seal.number is not None and new is not None and same(seal.number, new)
    used = seal.used if again or seal.number is None else (*seal.used, seal.number)
    return replace(
        seal,
        state=SealState.SEALED,
        since=at,
        number=seal.number if again else new or seal.number,
        used=used,
        pending_number=None,
        pending_at=None,
        told=told,
        closed_at=at,
        resealed_silently=False,
        reseals=seal.reseals + 1,
        record_due=record_due,
        unrecorded=record_due is not None,
        lock_count=lock_count,
    )


def number_differs(view: View, read: str, due: str, at: datetime | None = None) -> Raised:
    return Raised(
        kind=AlertKind.SEAL_NUMBER,
        severity=Severity.CRITICAL,
        code=Code.LOCK_CARRIES_OTHER_NUMBER if view.reading else Code.RECORDED_OTHER_NUMBER,
        facts={"read": read, "in_force": due},
        at=at or view.at,
        key=view.device or "",
        **view.where(),
    )
