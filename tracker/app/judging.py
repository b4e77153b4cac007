"""One stored reading, judged: what it means in its scope, and what follows for others."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from devices.reading import Reading, SealCondition, SealEvent
from geofences.placement import Placement
from tracker.app.numbers import NumberCheck
from tracker.app.unit_of_work import UnitOfWork
from tracker.domain.seal import SealState
from tracker.domain.spelling import same
from tracker.domain.state import DEVICE_SCOPE
from tracker.engine import HeardReading, Spoke, Step
from tracker.ports import StoredReading


class Whose(NamedTuple):
    """scope, later: as `ShipmentRegistry.whose` says. ahead_min: how many minutes the device's
    clock is ahead of UTC, as learnt; 0 if it is not.
    """

    scope: str
    later: str | None
    ahead_min: int


def judge_reading(
    unit: UnitOfWork,
    numbers: NumberCheck,
    item: StoredReading,
    whose: Whose,
    placement: Placement | None,
) -> Step:
    """Its step. What it shows besides is judged too: a seal number that is not the shipment's to
    have, and that the device spoke of what came before its shipment.
    """
    reading = item.reading
    alone = whose.later is None and whose.scope.startswith(DEVICE_SCOPE)
    heard = HeardReading(
        reading=reading,
        identity=item.digest.hex(),
        retained=item.retained,
        history=whose.later is not None,
        learnt_min=whose.ahead_min,
        delivered_at=_delivered_at(unit, reading) if alone else None,
    )
    step = unit.judge(whose.scope, heard, placement)
    report = reading.seal
    if report is not None and report.number and step.state.shipment is not None:
        numbers.report(unit, whose.scope, report.number, reading.received_at)
    if whose.later is not None and not item.retained:
        unit.judge(whose.later, Spoke(device=reading.device, at=reading.received_at))
    return step


def _delivered_at(unit: UnitOfWork, reading: Reading) -> datetime | None:
    """When the shipment was closed that this lock was on last, if it is shut as it was then."""
    report = reading.seal
    if report is None or report.condition is not SealCondition.SEALED:
        return None
    if SealEvent.SEALED in report.events:  # closed anew
        return None
    carriers = unit.carriers(DEVICE_SCOPE + reading.device)
    last = carriers[-1] if carriers else None
    if last is None or last.closed_at is None:
        return None
    known = unit.state(last.shipment).devices.get(reading.device)
    seal = known.live.seal if known is not None else None
    if seal is None or seal.state is not SealState.RELEASED or seal.closed_at is None:
        return None
    other = report.number and seal.number and not same(report.number, seal.number)
    return None if other else last.closed_at
