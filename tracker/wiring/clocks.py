"""How devices' clocks are set that are not in UTC, as configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from devices.common.zones import ClockSetting
    from tracker.config import Config

WHERE = "[intake] clocks"
MEND = 'DEVICE and minutes ahead of UTC, or DEVICE and a zone: "L1 -360", "L1 America/Monterrey"'


def device_clocks(config: Config) -> dict[str, ClockSetting]:
    """By `key_of` the device's id. Raises UsageError for what says no clock."""
    return dict(_clock(text) for text in config.intake.clocks)


def _clock(text: str) -> tuple[str, ClockSetting]:
    from devices.common.identifiers import key_of
    from devices.common.zones import ClockSetting

    device, _, said = text.strip().partition(" ")
    said = said.strip()
    try:
        if said.lstrip("+-").replace(".", "", 1).isdigit():
            return key_of(device), ClockSetting(offset_min=float(said))
        if said:
            return key_of(device), ClockSetting(zone=said)
    except ValueError as error:
        raise UsageError(f"{text!r}: {error}", where=WHERE, mend=MEND) from None
    raise UsageError(f"{text!r} says no clock", where=WHERE, mend=MEND)
