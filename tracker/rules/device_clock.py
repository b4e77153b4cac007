"""A device's clock is off: its times date nothing for sure, and leave to open hangs on them.

Ahead of the receipt by more than `clock_skew_min`, rolled over or never set, in two live reports
in a row; or behind by always the same, in `clock_reports` of them over `clock_watch_min` (a line
may be slow, but is not always equally so). A warning from `clock_off_warning_min` on, less is for
information. If it is a whole number of half hours off, it is set to another zone: that is learnt,
told, and from then on set right. It is over when two reports in a row are right again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from devices.common.clocks import ROLLOVER
from devices.reading import Clock, Reading
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.clocks import SPREAD, shown, zone_of
from tracker.domain.codes import Code, Fact
from tracker.domain.finding import FindingType
from tracker.domain.outcome import Cleared, ClockLearnt, Noted, Outcome, Raised
from tracker.domain.policy import Policy, minutes, whole_minutes
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign

AGREE = 2
"""So many reports in a row that must be wrong for sure, or right again: one may be a slip."""


class Memory(Struct, frozen=True, kw_only=True):
    """offset_s: how far ahead the last live report was, if that was wrong; wrong: how many in a row
    were for sure. alike: how many in a row were equally far off, the first received at `since`.
    right: how many in a row were right. told: the gravest that is raised.
    """

    offset_s: float | None = None
    wrong: int = 0
    alike: int = 0
    since: datetime | None = None
    right: int = 0
    told: Severity | None = None
    learnt: int = 0


WELL = Memory()


def on_reading(view: View, memory: Memory) -> Result:
    reading = view.reading
    if reading is None or reading.buffered or view.retained:
        return memory, NOTHING
    if reading.clock is Clock.DEVICE and memory == WELL and not view.learnt_min:
        off = abs(reading.event_time - reading.received_at)
        if off <= minutes(view.policy.clock_skew_min):  # as nearly always
            return memory, NOTHING
    learnt = _learnt_min(view, reading)
    if reading.clock is Clock.DOUBTED or (told := shown(reading)) is None:
        return memory, NOTHING
    if reading.clock is Clock.OFFSET and not learnt:  # as it is configured: what is left counts
        told = reading.event_time
    offset = told - reading.received_at
    if abs(offset) <= minutes(view.policy.clock_skew_min):
        corrected = view.learnt_min != 0 and reading.clock is Clock.DEVICE
        return _right(view, memory) if corrected or memory != WELL else (memory, NOTHING)
    return _off(view, _counted(view, memory, reading, offset, learnt), reading, offset, learnt)


def _learnt_min(view: View, reading: Reading) -> int:
    """How far ahead its clock is, if that had to be learnt: the shipment does not say so."""
    if reading.clock is not Clock.OFFSET or not view.learnt_min:
        return 0
    for device in view.plan.shipment.devices if view.plan else ():
        if device.id == view.device and (device.time_zone or device.clock_offset_min is not None):
            return 0
    return view.learnt_min


def _counted(
    view: View, memory: Memory, reading: Reading, offset: timedelta, learnt: int
) -> Memory:
    dated = reading.clock in (Clock.DEVICE, Clock.OFFSET)  # late by so much: it may be stored
    sure = bool(learnt) or not dated or offset > timedelta()
    alike = (
        memory.offset_s is not None
        and abs(offset.total_seconds() - memory.offset_s) <= SPREAD.total_seconds()
    )
    return replace(
        memory,
        offset_s=memory.offset_s if alike else offset.total_seconds(),
        wrong=memory.wrong + 1 if sure else 0,
        alike=memory.alike + 1 if alike else 1,
        since=memory.since if alike else view.now,
        right=0,
    )


def _off(view: View, memory: Memory, reading: Reading, offset: timedelta, learnt: int) -> Result:
    policy, found = view.policy, list[Outcome]()
    steady = (
        memory.alike >= policy.clock_reports
        and memory.since is not None
        and view.now - memory.since >= minutes(policy.clock_watch_min)
    )
    zone = learnt or (zone_of(offset, policy) if steady and _settable(reading) else None) or 0
    if zone and zone != view.learnt_min:
        found.append(_learnt(view, zone, memory.alike))
    if view.plan is None or not (steady or memory.wrong >= AGREE or learnt):
        return memory, tuple(found)
    severity = _severity(view, reading, offset)
    if memory.told is None or severity.rank > memory.told.rank or zone != memory.learnt:
        code, facts = _said(reading, offset, zone)
        found.append(_raised(view, severity, code, facts, part=memory.told is not None))
        memory = replace(memory, told=severity, learnt=zone)
    return memory, tuple(found)


def _settable(reading: Reading) -> bool:
    """Its times can be put right by an offset."""
    return reading.clock in (Clock.DEVICE, Clock.RECEIPT)


def _severity(view: View, reading: Reading, offset: timedelta) -> Severity:
    """One that was never set mostly is as soon as there are satellites."""
    near = abs(offset) < minutes(view.policy.clock_off_warning_min)
    return Severity.INFO if near or _unset(reading) else Severity.WARNING


def _unset(reading: Reading) -> bool:
    return reading.extra.get("clock") == "unset"


def _said(reading: Reading, offset: timedelta, zone: int) -> tuple[Code, dict[str, Fact]]:
    if _unset(reading):
        return Code.CLOCK_UNSET, {}
    if reading.clock is Clock.ROLLOVER:
        return Code.CLOCK_ROLLED_OVER, {"weeks": round(-offset / ROLLOVER) * 1024}
    if zone:
        return Code.CLOCK_IN_ZONE, {"offset_min": zone}
    ahead = offset > timedelta()
    code = Code.CLOCK_AHEAD if ahead else Code.CLOCK_BEHIND
    return code, {"minutes": whole_minutes(abs(offset))}


def _raised(
    view: View, severity: Severity, code: Code, facts: dict[str, Fact], *, part: bool
) -> Raised:
    return Raised(
        kind=AlertKind.CLOCK_OFF,
        severity=severity,
        code=code,
        facts=facts,
        key=view.device or "",
        at=view.now,
        part=part,
        **view.where(),
    )


def _learnt(view: View, zone: int, reports: int) -> Outcome:
    return ClockLearnt(
        ahead_min=zone,
        note=Noted(
            type=FindingType.CLOCK_LEARNT,
            code=Code.CLOCK_LEARNT,
            facts={"offset_min": zone, "reports": reports},
            at=view.now,
        ),
    )


def _right(view: View, memory: Memory) -> Result:
    memory = replace(memory, offset_s=None, wrong=0, alike=0, since=None, right=memory.right + 1)
    if memory.right < AGREE:
        return memory, NOTHING
    found: list[Outcome] = []
    if view.learnt_min and view.reading is not None and view.reading.clock is Clock.DEVICE:
        found.append(
            ClockLearnt(
                ahead_min=0,
                note=Noted(type=FindingType.CLOCK_LEARNT, code=Code.CLOCK_RIGHT, at=view.now),
            )
        )
    if memory.told is not None:
        key = view.device or ""
        found.append(Cleared(kind=AlertKind.CLOCK_OFF, code=Code.CLOCK_RIGHT, key=key, at=view.now))
    return WELL, tuple(found)


def set_back(memory: Memory, now: datetime, policy: Policy) -> Memory:
    """What it measured was against a clock that was wrong."""
    return replace(memory, offset_s=None, wrong=0, alike=0, since=None, right=0)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, reading, policy = AlertKind.CLOCK_OFF, view.reading, view.policy
    if view.plan is None:
        return (Weighed(kind=kind, measure="on_shipment", value=False),)
    if reading is None or reading.buffered or view.retained:
        return (Weighed(kind=kind, measure="is_present", value=False),)
    told = None if reading.clock is Clock.DOUBTED else shown(reading)
    if told is None:
        return (Weighed(kind=kind, measure="clock_shown", value=None),)
    learnt = _learnt_min(view, reading)
    if reading.clock is Clock.OFFSET and not learnt:
        told = reading.event_time
    offset = told - reading.received_at
    off = Weighed(
        kind=kind,
        measure="clock_ahead",
        value=offset.total_seconds() / 60,
        limit=policy.clock_skew_min,
        unit="min",
        threshold="clock_skew_min",
        speaks=abs(offset) > minutes(policy.clock_skew_min),
    )
    if not off.speaks:
        return (off,)
    now = _counted(view, memory, reading, offset, learnt)
    least = policy.clock_reports if not now.wrong else AGREE
    count = now.wrong or now.alike
    reports = Weighed(
        kind=kind,
        measure="reports_off",
        value=count,
        limit=least,
        unit="reports",
        threshold=None if now.wrong else "clock_reports",
        speaks=count >= least,
    )
    compared = [off, reports]
    if not now.wrong and now.since is not None:
        watched = view.now - now.since
        compared.append(
            Weighed(
                kind=kind,
                measure="clock_watched",
                value=watched.total_seconds() / 60,
                limit=policy.clock_watch_min,
                unit="min",
                threshold="clock_watch_min",
                speaks=watched >= minutes(policy.clock_watch_min),
            )
        )
    if memory.told is not None:
        compared.append(Weighed(kind=kind, measure="told_before", value=memory.told))
    return tuple(compared)


RULE = Rule(
    name="device_clock",
    memory=Memory,
    keeps="device",
    on_reading=on_reading,
    wakes=Sign.CLOCK,
    set_back=set_back,
    without_shipment=True,
    weighs=weighs,
)
