"""The zones themselves changed under the trucks: no truck has entered or left anything by that.

Each device's zones become those that hold its last believed position in the new ones; what was seen
of an entry or exit and not yet confirmed starts again. The log says which changed for a truck.
"""

from __future__ import annotations

from typing import Any

from tracker.domain.codes import Code
from tracker.domain.command import RedrawZones
from tracker.domain.finding import FindingType
from tracker.domain.motion import point
from tracker.domain.outcome import Noted, ZonesMoved
from tracker.rules.base import NOTHING, Result, Rule, View


def on_command(view: View, memory: Any) -> Result:
    """Run once a device."""
    command, lane = view.command, view.lane
    if not isinstance(command, RedrawZones) or view.device not in command.zones:
        return memory, NOTHING
    now = command.zones[view.device]
    since = lane.fix.time if lane.fix else view.at
    zones = {
        zone: lane.zones.get(zone, since) for zone in now if view.plan and view.plan.place(zone)
    }
    moved = ZonesMoved(zones=zones)
    if zones.keys() == lane.zones.keys():
        return memory, (moved,)
    gained, lost = (
        sorted(zones.keys() - lane.zones.keys()),
        sorted(lane.zones.keys() - zones.keys()),
    )
    note = Noted(
        type=FindingType.ZONES_REDRAWN,
        code=Code.ZONES_REDRAWN,
        at=view.at,
        actor=command.by,
        facts={
            "version": command.version,
            "now_in": ", ".join(gained) or None,
            "no_longer_in": ", ".join(lost) or None,
        },
        **point(lane.fix),
    )
    return memory, (moved, note)


RULE = Rule(name="zones_redrawn", on_command=on_command)
