"""Clocks that are set to local time, or wrong by a known while: a setting for each device.

A payload of such a device is decoded as if it had been received by its own clock; so whatever its
dialect knows of clocks holds there too. Then its readings' times are put back into UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct
from msgspec.structs import replace

from devices.common.clocks import AHEAD
from devices.common.fields import rfc3339
from devices.reading import Clock, Fix, NoFix, Reading, Rejected

NONE, NOT_YET = timedelta(), timedelta(minutes=15)
"""So far behind a clock may run that has not seen the change yet: more would be a stored report."""


class ClockSetting(Struct, frozen=True, kw_only=True):
    """offset_min: minutes that the clock is ahead of UTC (-360: it shows the time of UTC-6). zone:
    a zone of the tz database that the clock follows through its summer times, and then no offset.

    Raises ValueError for a zone that there is not.
    """

    offset_min: float = 0.0
    zone: str | None = None

    def __post_init__(self) -> None:
        if self.zone is not None:
            _zone(self.zone)

    def there(self, moment: datetime) -> datetime:
        """What the clock shows at that moment, written as if it were UTC."""
        if self.zone is None:
            return moment + timedelta(minutes=self.offset_min)
        return moment.astimezone(_zone(self.zone)).replace(tzinfo=UTC)

    def utc(self, shown: datetime, received_at: datetime) -> tuple[datetime, bool]:
        """The moment at which the clock shows that, and whether it does so but once.

        In the hour that autumn has twice it is the later one, unless that lies ahead of the
        receipt: a report is on its way for seconds mostly.
        """
        if self.zone is None:
            return shown - timedelta(minutes=self.offset_min), True
        local = shown.replace(tzinfo=_zone(self.zone))
        first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        if second <= first:  # the same; or an hour that spring leaves out
            return first, True
        once = second > received_at + AHEAD
        return (first, True) if once else (second, received_at - second <= AHEAD)

    def back(self, item: Reading | Rejected, received_at: datetime) -> Reading | Rejected:
        """What was decoded by the device's own clock, in UTC."""
        if isinstance(item, Rejected):
            return received(item, received_at)
        if item.clock is Clock.RECEIPT:
            return self._undated(item, received_at)
        moment, sure = self.utc(item.event_time, received_at)
        clock = item.clock if sure else Clock.DOUBTED
        extra = item.extra
        if clock in (Clock.DEVICE, Clock.DOUBTED):
            clock = Clock.OFFSET if sure else clock
            extra = {"device_time": rfc3339(item.event_time)} | extra
        position: Fix | NoFix = item.position
        if isinstance(position, Fix):
            position = replace(position, time=self.utc(position.time, received_at)[0])
        changed: dict[str, Any] = {"event_time": moment, "position": position, "extra": extra}
        return replace(item, received_at=received_at, clock=clock, **changed)

    def _undated(self, item: Reading, received_at: datetime) -> Reading:
        """One for which the receipt stands in: what its clock showed is put into UTC, so that how
        far off it is can be said.

        A clock that runs some minutes behind, and does not yet show that autumn has set the clocks
        back, only seems to run ahead by almost an hour: it is dated after all.
        """
        told = _told(item)
        if told is None:
            return received_then(item, received_at)
        moment, _ = self.utc(told, received_at)
        late = received_at - moment
        if self.zone is None or told <= self.there(received_at) or not NONE <= late <= NOT_YET:
            extra = {**item.extra, "device_time": rfc3339(moment)}
            return received_then(replace(item, extra=extra), received_at)
        position: Fix | NoFix = item.position
        if isinstance(position, Fix):
            position = replace(position, time=moment)
        return replace(
            item,
            event_time=moment,
            position=position,
            received_at=received_at,
            clock=Clock.OFFSET,
        )


def _told(item: Reading) -> datetime | None:
    """What its clock showed, as if it were UTC; None if nothing of that kind is kept."""
    told = item.extra.get("device_time")
    if not isinstance(told, str):
        return None
    try:
        return datetime.fromisoformat(told).replace(tzinfo=UTC)
    except ValueError:
        return None


def received(item: Reading | Rejected, received_at: datetime) -> Reading | Rejected:
    """The same, received then: also where the receipt stands in for the event's time."""
    if isinstance(item, Reading) and item.clock is Clock.RECEIPT:
        return received_then(item, received_at)
    return replace(item, received_at=received_at)


def received_then(item: Reading, received_at: datetime) -> Reading:
    """The same, with the receipt for all its times."""
    position = item.position
    if isinstance(position, Fix):
        position = replace(position, time=received_at)
    return replace(item, event_time=received_at, position=position, received_at=received_at)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"there is no zone {name[:64]!a}, expected one as America/Monterrey"
        ) from None
