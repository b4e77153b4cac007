"""What a device passes on and does not interpret: 0900, 0701, 0702.

    0900  kind u8, data: what hangs on its serial port (a lock's own frames, a card reader)
    0701  length u32, an electronic waybill
    0702  a driver's card: state u8 (1 put in, 2 taken out), time YYMMDDhhmmss, what is on the card

The standard leaves the contents to the maker. They are kept whole, in hex, in a reading without a
position: what only one maker understands is not lost, and the device has spoken. Only 0702 has a
time; the others count as of their receipt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from devices.common.bcd import moment_ymd
from devices.common.clocks import Told, without
from devices.common.frames import FrameError
from devices.jtt808.clock import settle
from devices.jtt808.location import DIALECT
from devices.reading import NoFix, NoFixReason, Reading

TRANSPARENT, DRIVER = 0x0900, 0x0702
_CARD = {1: "in", 2: "out"}
_TIME = slice(1, 7)


def reading(
    msg: int, body: bytes, serial: int, device: str, received_at: datetime, *, local: bool
) -> Reading:
    """What was carried, as a reading that says nothing else."""
    extra: dict[str, Any] = {"message": f"{msg:04X}", "data": body.hex()}
    told = without(None, received_at)
    if msg == TRANSPARENT and body:
        extra |= {"data_kind": body[0], "data": body[1:].hex()}
    elif msg == DRIVER and body:
        extra["driver_card"] = _CARD.get(body[0], body[0])
        told = _told(body[_TIME], received_at, extra, local=local) or told
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=NoFix(reason=NoFixReason.ABSENT),
        seq=serial,
        clock=told.clock,
        extra=extra,
    )


def _told(raw: bytes, received_at: datetime, extra: dict[str, Any], *, local: bool) -> Told | None:
    """The time of 0702; None if it is none, and stays among the data."""
    try:
        moment = moment_ymd(raw)
    except FrameError:
        return None
    return settle(moment, received_at, False, False, extra, local=local)
