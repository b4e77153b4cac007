"""The local clock of a JT/T 808 device, which is a setting: Jointech's run in UTC, others in GMT+8.

Nothing in a frame says which. So what is live decides: if one of the two readings of the clock lies
within `LIVE` of the receipt, it is that one. Else who speaks decides (`bits.Kind`).
`extra["clock"]` says which was taken, "utc" or "gmt+8".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from devices.common.fields import SET_FROM
from devices.common.jointech_point import when

CHINA = timedelta(hours=8)
LIVE = timedelta(minutes=10)
"""A report on its way through a mobile network, and a clock that is not quite right. Far less than
the eight hours between the two readings."""


def settle(
    said: datetime, received_at: datetime, utc: bool, buffered: bool, extra: dict[str, Any]
) -> datetime:
    """The event's time. said: the clock as written, taken for UTC. utc: what the evidence says.

    A backlog is never live: eight hours old by one reading, it would be just now by the other.
    Of a clock that was never set it is the receipt; see `jointech_point.when`, which also raises
    FrameError where the time is more than 24 h ahead.
    """
    if said >= SET_FROM:
        ahead = said - received_at
        if buffered:
            china = not utc
        elif utc:
            china = ahead > LIVE and -LIVE <= ahead - CHINA <= LIVE
        else:
            china = not -LIVE <= ahead <= LIVE
        extra["clock"] = "gmt+8" if china else "utc"
        if china:
            said -= CHINA
        if said <= received_at:
            return said
    return when(said, received_at, extra)
