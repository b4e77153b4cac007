"""Whose word is it? What a device said before a shipment was opened is mostly its own history.

It may have carried another seal, which was cut to unload; it may have stood in a yard for a week; a
broker may retain its word of yesterday. None of that is the new shipment's. What is:

- everything since the trip began, as declared: `loaded_at`, or the first leg's `earliest`, where
  they come before the opening;
- of the `before_opening_min` before it, where the device was and that it was sealed, for a seal is
  often put on before somebody opens the shipment; a breach only of a number that the shipment has;
- what a clock that is a little slow dates before the opening (`clock_skew_min`).

Never, from before the trip, what names another seal's number, or what a broker retained.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from devices.reading import Reading, SealCondition, SealEvent, SealReport
from tracker.domain.policy import Policy, minutes
from tracker.domain.shipment import Shipment
from tracker.domain.spelling import among

BREACHES = frozenset(
    {
        SealEvent.CUT,
        SealEvent.COVER_OPENED,
        SealEvent.ROPE_OUT,
        SealEvent.OPENED,
        SealEvent.VIBRATION,
        SealEvent.MOTOR_STUCK,
    }
)
WHOLE = (None, SealCondition.SEALED, SealCondition.UNKNOWN)


def begins(shipment: Shipment, opened_at: datetime) -> datetime:
    """When the trip began, as far as it is declared: from then on all words are its own."""
    departure = shipment.legs[0].earliest if shipment.legs else None
    known = (shipment.loaded_at, departure)
    return min((moment for moment in known if moment is not None), default=opened_at)


def breaks(report: SealReport | None) -> bool:
    """It says that the seal is, or was, not whole."""
    return report is not None and (report.condition not in WHOLE or bool(BREACHES & report.events))


def is_of_trip(
    reading: Reading,
    began: datetime,
    numbers: Iterable[str],
    policy: Policy,
    *,
    retained: bool = False,
) -> bool:
    """Whether a word from before the opening is that shipment's. numbers: the shipment's seals."""
    at, seal = reading.event_time, reading.seal
    if at >= began:
        return True
    named = seal.number if seal is not None else None
    own = named is not None and among(named, numbers)
    if named is not None and not own:
        return False
    if retained or began - at > minutes(policy.before_opening_min):
        return False
    slow = not reading.buffered and began - at <= minutes(policy.clock_skew_min)
    return own or slow or not breaks(seal)
