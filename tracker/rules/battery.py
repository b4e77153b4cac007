"""Battery: at or below `battery_low_pct` a warning, at or below `battery_critical_pct` critical.

It has recovered `battery_recovered_pct` above the threshold, for gauges waver. A device that says
itself that its battery is low warns too. What is no percentage (255: charging) is no battery.
"""

from __future__ import annotations

from msgspec import Struct

from devices.reading import SealEvent
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.policy import Policy
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign

GRADES = (None, Severity.WARNING, Severity.CRITICAL)


class Memory(Struct, frozen=True, kw_only=True):
    """grade: 0 well, 1 low, 2 critical."""

    grade: int = 0


def on_reading(view: View, memory: Memory) -> Result:
    reading = view.reading
    if view.late or view.plan is None or reading is None:
        return memory, NOTHING
    percent = reading.battery_pct
    if percent is None or not 0 <= percent <= 100:
        told = reading.seal is not None and SealEvent.LOW_BATTERY in reading.seal.events
        if not told or memory.grade:
            return memory, NOTHING
        return Memory(grade=1), (_low(view, 1, Code.BATTERY_LOW_TOLD, {}),)
    policy = view.policy
    if not memory.grade and percent > max(policy.battery_low_pct, policy.battery_critical_pct):
        return memory, NOTHING
    grade = _grade(percent, memory.grade, policy)
    if grade == memory.grade:
        return memory, NOTHING
    if grade == 0:
        over = Cleared(
            kind=AlertKind.BATTERY,
            code=Code.BATTERY_RECOVERED,
            facts={"percent": round(percent)},
            key=view.device or "",
            at=view.at,
        )
        return Memory(), (over,)
    if grade < memory.grade:
        return Memory(grade=grade), NOTHING
    threshold = _thresholds(policy)[grade]
    facts: dict[str, Fact] = {"percent": round(percent), "threshold": round(threshold)}
    return Memory(grade=grade), (_low(view, grade, Code.BATTERY_LOW, facts),)


def _grade(percent: float, before: int, policy: Policy) -> int:
    """A grade is left only where the gauge is clearly above its threshold."""
    thresholds = _thresholds(policy)
    for grade in (2, 1):
        slack = policy.battery_recovered_pct if before >= grade else 0.0
        least = thresholds[grade] + slack
        if percent <= thresholds[grade] or (slack and percent < least):
            return grade
    return 0


def _thresholds(policy: Policy) -> tuple[float, float, float]:
    return 100.0, policy.battery_low_pct, policy.battery_critical_pct


def _low(view: View, grade: int, code: Code, facts: dict[str, Fact]) -> Raised:
    severity = GRADES[grade]
    assert severity is not None  # noqa: S101 - grade 0 is none
    return Raised(
        kind=AlertKind.BATTERY,
        severity=severity,
        code=code,
        facts=facts,
        key=view.device or "",
        at=view.at,
        **view.where(),
    )


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, reading = AlertKind.BATTERY, view.reading
    if view.plan is None:
        return (Weighed(kind=kind, measure="on_shipment", value=False),)
    if view.late or reading is None:
        return (Weighed(kind=kind, measure="is_present", value=False),)
    percent = reading.battery_pct
    if percent is None or not 0 <= percent <= 100:
        told = reading.seal is not None and SealEvent.LOW_BATTERY in reading.seal.events
        low = Weighed(kind=kind, measure="low_battery_told", value=told, speaks=told)
        return (low, _before(memory)) if memory.grade else (low,)
    if memory.grade == len(GRADES) - 1:
        return (_before(memory),)
    names = ("battery_low_pct", "battery_critical_pct")[memory.grade :]
    threshold = max(names, key=lambda name: float(getattr(view.policy, name)))
    limit = float(getattr(view.policy, threshold))
    battery = Weighed(
        kind=kind,
        measure="battery",
        value=percent,
        limit=limit,
        unit="%",
        threshold=threshold,
        speaks=percent <= limit,
    )
    return (battery, _before(memory)) if memory.grade and not battery.speaks else (battery,)


def _before(memory: Memory) -> Weighed:
    return Weighed(kind=AlertKind.BATTERY, measure="told_before", value=GRADES[memory.grade])


RULE = Rule(
    name="battery",
    memory=Memory,
    keeps="device",
    on_reading=on_reading,
    wakes=Sign.BATTERY | Sign.SEAL,
    weighs=weighs,
)
