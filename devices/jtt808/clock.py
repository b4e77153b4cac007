"""The local clock of a JT/T 808 device, which is a setting: Jointech's run in UTC, others in GMT+8.

Nothing in a frame says which. So what is live decides: if one of the two readings of the clock lies
within `LIVE` of the receipt, it is that one. Else who speaks decides (`bits.Kind`).
`extra["clock"]` says which was taken, "utc" or "gmt+8"; "local" where the zone is configured, and
not guessed; "unset" for a clock that was never set.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from devices.common import clocks
from devices.common.clocks import Told, plausible
from devices.reading import Clock

CHINA = timedelta(hours=8)
LIVE = timedelta(minutes=10)
"""A report on its way through a mobile network, and a clock that is not quite right. Far less than
the eight hours between the two readings."""


def settle(
    said: datetime,
    received_at: datetime,
    utc: bool,
    buffered: bool,
    extra: dict[str, Any],
    *,
    local: bool = False,
) -> Told:
    """The event's time. said: the clock as written, taken for UTC. utc: what the evidence says.
    local: that the clock needs no guess.

    A backlog is never live: eight hours old by one reading, it would be just now by the other. A
    receiver that has lost 1,024 weeks is live, or not, as it would be without that.
    """
    if local:
        extra["clock"] = "local"
    elif (turned := clocks.turned(said, received_at)) is not None:
        ahead = turned - received_at
        if buffered:
            china = not utc
        elif utc:
            china = ahead > LIVE and -LIVE <= ahead - CHINA <= LIVE
        else:
            china = not -LIVE <= ahead <= LIVE
        extra["clock"] = "gmt+8" if china else "utc"
        if china:
            said -= CHINA
    if plausible(said, received_at):
        return Told(said, Clock.DEVICE, {}, False)
    told = clocks.settle(said, received_at, buffered=buffered)
    extra.update(told.notes)
    return told
