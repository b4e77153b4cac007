"""One stored reading, judged: what it means in its scope, and what follows for others."""

from __future__ import annotations

from typing import NamedTuple

from geofences.placement import Placement
from tracker.app.numbers import NumberCheck
from tracker.app.unit_of_work import UnitOfWork
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
    heard = HeardReading(
        reading=reading,
        identity=item.digest.hex(),
        retained=item.retained,
        history=whose.later is not None,
        learnt_min=whose.ahead_min,
    )
    step = unit.judge(whose.scope, heard, placement)
    report = reading.seal
    if report is not None and report.number and step.state.shipment is not None:
        numbers.report(unit, whose.scope, report.number, reading.received_at)
    if whose.later is not None and not item.retained:
        unit.judge(whose.later, Spoke(device=reading.device, at=reading.received_at))
    return step
