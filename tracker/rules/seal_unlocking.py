"""May a lock be opened from afar, here and now? No rule of readings: commands ask it."""

from __future__ import annotations

from tracker.domain.command import SendCommand
from tracker.domain.errors import Refused
from tracker.domain.plan import Plan
from tracker.domain.shipment import Authorisation
from tracker.domain.spelling import spelled
from tracker.domain.state import ScopeState
from tracker.rules.openings import leave_to_unlock


def leave_for(plan: Plan | None, state: ScopeState, command: SendCommand) -> Authorisation:
    """The authorisation in force where the lock is known to be.

    Raises Refused without a reason, without an open shipment, or without leave in force.
    """
    if not command.reason.strip():
        raise Refused(f"{command.name} needs a reason", mend='--reason "who asked, and why"')
    device = command.device
    if plan is None:
        raise Refused(
            f"{device} is on no open shipment, so nobody can have given leave to open it",
            mend="tracker shipment open FILE, then tracker shipment authorise",
        )
    known = state.devices.get(spelled(device, state.devices))
    zones = tuple(known.live.zones) if known else ()
    leave = leave_to_unlock(plan, plan.places(zones), command.at)
    if leave is None:
        zone = zones[0] if zones else "ZONE"
        raise Refused(
            f"no authorisation is in force to open {device} "
            f"{'in ' + ', '.join(zones) if zones else 'where it is (in no known zone)'}",
            where=f"shipment {state.scope}",
            mend=f"tracker shipment authorise {state.scope} --zone {zone} --agency AGENCY, "
            "without --credential",
        )
    return leave
