"""What a reading shows of the satellites: jammed, or merely under a roof.

Satellites that collapse under a strong cell are what a jammer looks like, and a roof and a tunnel.
So the collapse counts only with its place and its duration; the device's own word counts at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from devices.reading import NoFix, Reading
from tracker.domain.coverage import explained_min, rest_ahead, sheltered
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy, minutes
from tracker.domain.state import Lane

STRONG_GSM = (0, 31)
"""3GPP TS 27.007 +CSQ: 0 is -113 dBm, each step 2 dB, 31 is -51 dBm or more; 99 is unknown."""


def reception(lane: Lane, reading: Reading, plan: Plan | None, policy: Policy) -> dict[str, Any]:
    """What changes in the lane: whether it is jammed, how many readings in a row lacked satellites
    under a strong cell, and since when.
    """
    lacks = _lacks(reading, policy)
    if not (lacks or reading.jamming or lane.jammed or lane.starved):
        return {}
    since = (lane.starved_since or reading.event_time) if lacks else None
    starved = lane.starved + 1 if lacks else 0
    # A reading that says nothing of jamming and has no fix does not show that reception is back.
    unsaid = reading.jamming is None and isinstance(reading.position, NoFix)
    jammed = reading.jamming or (lane.jammed and (lacks or unsaid))
    if not jammed and since is not None and starved > policy.jamming_reports:
        jammed = _proven(lane, reading.event_time - since, plan, policy)
    return {"jammed": bool(jammed), "starved": starved, "starved_since": since}


def collapse_min(lane: Lane, plan: Plan | None, policy: Policy) -> float | None:
    """How long a collapse must last to be jamming, where the lane was seen last; None: there it
    proves nothing.
    """
    if sheltered(lane, plan, policy):
        return None
    least = _least_min(lane, policy)
    if plan is None:
        return least
    if rest_ahead(lane, plan, policy) is not None:
        least = max(least, policy.roof_ahead_min)
    return least + explained_min(lane, plan, policy)


def _proven(lane: Lane, lasted: timedelta, plan: Plan | None, policy: Policy) -> bool:
    if lasted < minutes(_least_min(lane, policy)):
        return False
    least = collapse_min(lane, plan, policy)
    return least is not None and lasted >= timedelta(minutes=least)


def _least_min(lane: Lane, policy: Policy) -> float:
    return policy.jamming_collapse_min if lane.moving else policy.jamming_parked_min


def collapsing(lane: Lane, at: datetime, plan: Plan | None, policy: Policy) -> bool:
    """A silence from `at` on began while a truck under way in the open lacked its satellites for
    longer than an ordinary tunnel: somebody may be at work.
    """
    if lane.starved_since is None or lane.starved < policy.confirm_fixes or not lane.moving:
        return False
    if at - lane.starved_since < minutes(policy.jamming_tunnel_min):
        return False
    if sheltered(lane, plan, policy):
        return False
    return plan is None or not (explained_min(lane, plan, policy) or rest_ahead(lane, plan, policy))


def _lacks(reading: Reading, policy: Policy) -> bool:
    satellites = reading.position.satellites
    if satellites is None or satellites > policy.jamming_satellites:
        return False
    dbm = cell_dbm(reading)
    return dbm is not None and policy.jamming_cell_dbm <= dbm < 0


def cell_dbm(reading: Reading | None) -> int | None:
    """How strong its cell is (dBm, or as it was told), if it says so."""
    cell = reading.cell.rssi if reading is not None and reading.cell else None
    if cell is not None and STRONG_GSM[0] <= cell <= STRONG_GSM[1]:
        return -113 + 2 * cell
    return cell
