"""The short way to a lock event (P45) as it mostly comes: one sound message, valid, and alone.

One expression takes all of it apart by position. Whatever is otherwise, a blank too much or a clock
that was never set, is left to `jt701_ascii.read`, with which this agrees in every reading.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

from devices import jt701_ascii
from devices.bcd import moment_dmy
from devices.fields import SET_FROM
from devices.frames import FrameError
from devices.jt701_point import FULL_TURN
from devices.reading import Fix, Reading, SealReport

_NUMBER, _WHOLE = r"([0-9]{1,15}(?:\.[0-9]{0,15})?)", "([0-9]{1,18})"
_P45 = re.compile(
    rf"\(([0-9]{{1,20}}),P45,([0-9]{{6}}),([0-9]{{6}}),{_NUMBER},([NS]),{_NUMBER},([EW]),[AT],"
    rf"{_NUMBER},{_NUMBER},{_WHOLE},{_WHOLE},([0-9A-Za-z]{{0,40}}),{_WHOLE},{_WHOLE},{_WHOLE}"
    rf"(?:,{_NUMBER})?\)"
)
"""The fields of `jt701_ascii.LAYOUTS["P45"]`; `valid` is no group, for it is true."""


def lock_event(payload: bytes, device: str, bare: str, received_at: datetime) -> Reading | None:
    """The reading of a payload that is one lock event of this device with a fix of the past, or
    None. bare: the device without its leading zeros.
    """
    found = _P45.fullmatch(payload.decode("latin-1"))
    if found is None:
        return None
    named, date, time, said_lat, ns, said_lon, ew, speed, course, *event = found.groups()
    *event, serial, mileage = event
    lat, lon, course_deg = float(said_lat), float(said_lon), float(course)
    if named.lstrip("0") != bare or lat > 90 or lon > 180 or course_deg > FULL_TURN:
        return None
    if lat == 0 == lon:
        return None
    try:
        moment = moment_dmy(bytes.fromhex(date + time))
    except FrameError:
        return None
    if not SET_FROM <= moment <= received_at:
        return None
    seal, noted = _event(*event)
    extra = noted.copy()
    if mileage is not None:
        extra["mileage_km"] = float(mileage)
    return Reading(
        device=device,
        dialect=jt701_ascii.DIALECT,
        event_time=moment,
        received_at=received_at,
        position=Fix(
            lat=lat if ns == "N" else -lat,
            lon=lon if ew == "E" else -lon,
            time=moment,
            speed_kmh=float(speed),
            course_deg=course_deg,
        ),
        seal=seal,
        seq=int(serial),
        extra=extra,
    )


@lru_cache(maxsize=4096)
def _event(
    source: str, unlock: str, card: str, password_ok: str, wrong: str
) -> tuple[SealReport | None, dict[str, Any]]:
    """What the lock event says, and its extras, which are shared: not to be changed."""
    extra: dict[str, Any] = {"message": "P45"}
    seal = jt701_ascii.event(
        extra, int(source), int(unlock), card, password_ok=int(password_ok), wrong=int(wrong)
    )
    return seal, extra
