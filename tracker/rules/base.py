"""What a rule is, and what it may look at.

A rule is a file with a `RULE` at its end. Its functions are pure: they see a `View` and their own
memory, and give back the memory and what they conclude. `tracker.rules.ORDER` lists them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from devices.reading import Reading
from geofences.placement import Placement
from tracker.domain.alert import AlertKind
from tracker.domain.command import Command
from tracker.domain.geo import metres_between
from tracker.domain.motion import Moves
from tracker.domain.outcome import Outcome, Raised
from tracker.domain.plan import ACCUSING, Place, Plan
from tracker.domain.policy import Policy
from tracker.domain.seal import SealRecord
from tracker.domain.state import DeviceState, Lane, ScopeState
from tracker.domain.weighing import Weighed


class View(Struct, gc=False):
    """Everything one input shows. Rules read it; only the engine writes (`seal` follows the rules
    that have already run on this input).

    at: event time of the reading, or the tick's or command's time. now: when the tracker took the
    input. before and lane: the timeline before and after the reading. retained: a broker had kept
    the reading, so that it is no sign of life. history: it is of the device alone, from before the
    shipment that it is on. learnt_min: how many minutes the device's clock is ahead of UTC, as
    learnt. delivered_at: the closing of its last shipment, of a lock that is still shut as then.
    """

    plan: Plan | None
    policy: Policy
    state: ScopeState
    at: datetime
    now: datetime
    device: str | None = None
    known: DeviceState | None = None
    before: Lane | None = None
    lane: Lane = Lane()
    moves: Moves = Moves()
    seal: SealRecord = SealRecord()
    reading: Reading | None = None
    placement: Placement | None = None
    command: Command | None = None
    late: bool = False
    retained: bool = False
    history: bool = False
    learnt_min: int = 0
    delivered_at: datetime | None = None

    def places(self) -> tuple[Place, ...]:
        """The zones this reading's own fix is in; and, if it is no further from the last fix (or
        from where the truck stands) than a parked receiver jumps, the confirmed ones: one fix does
        not leave a zone. Nor does who stands drift into one that accuses.
        """
        if self.plan is None:
            return ()
        fix, placement = self.moves.fix, self.placement
        if fix is None or placement is None:
            return self.plan.places(tuple(self.lane.zones))
        if not (placement.zones or self.lane.zones):
            return ()
        if self.moves.at_rest:
            known = self.lane.zones
            own = (
                place
                for place in self.plan.places(placement.zones)
                if place.id in known or place.kind not in ACCUSING or self._stays_in(place.id)
            )
            return tuple(dict.fromkeys((*own, *self.plan.places(tuple(known)))))
        last = self.before.fix if self.before else None
        if last is None or metres_between(last.lat, last.lon, fix.lat, fix.lon) > (
            self.policy.jump_m
        ):
            return self.plan.places(placement.zones)
        return self.plan.places(tuple(dict.fromkeys((*placement.zones, *self.lane.zones))))

    def _stays_in(self, zone: str) -> bool:
        """More fixes in a row were there, and in no zone that it is confirmed in, than agree by
        chance: no drift.
        """
        lane, most = self.lane, self.policy.confirm_fixes
        seen = lane.arriving.get(zone)
        return (
            seen is not None
            and seen.count > most
            and all((left := lane.leaving.get(z)) and left.count > most for z in lane.zones)
        )

    def where(self) -> dict[str, Any]:
        """`lat`, `lon` and `zone` as keyword arguments: the best known position, if it is known."""
        if self._lost():
            return {}
        fix = self.lane.fix
        facts: dict[str, Any] = {} if fix is None else {"lat": fix.lat, "lon": fix.lon}
        if places := self.places():
            facts["zone"] = places[0].id
        return facts

    def _lost(self) -> bool:
        """It was lost before this reading, which does not show it anew. Not: what a rule has just
        concluded, for the rules see the same whatever their place.
        """
        before, fix = self.before, self.moves.fix
        if before is None or not before.lost:
            return False
        last = before.fix
        return fix is None or (last is not None and (fix.lat, fix.lon) == (last.lat, last.lon))

    def along_m(self) -> float | None:
        """How far along its corridor this reading's own fix is, in metres; None if unmeasured."""
        fix, placement = self.moves.fix, self.placement
        if fix is None or placement is None or not placement.others:
            return None if placement is None else placement.progress_m
        return self.lane.progress_m if self.lane.progress_at == fix.time else placement.progress_m

    def off_route(self) -> bool:
        """This reading's own fix is off the corridor, and the truck is nowhere that the plan
        expects it (nor was, if that one fix is all that speaks for its having left; nor stands
        where it was on the corridor).
        """
        if self.placement is None or self.moves.fix is None or self.plan is None:
            return False
        if self.placement.on_corridor is not False or self._within_uncertainty():
            return False
        if self.moves.at_rest and self.lane.halt is not None and self.lane.halt.on_route:
            return False
        return not any(self.plan.expects(place.id) for place in self.places())

    def _within_uncertainty(self) -> bool:
        """A fix with 300 m accuracy proves no exit from a corridor that is 200 m away."""
        placement = self.placement
        if placement is None or placement.uncertainty_m is None or placement.offset_m is None:
            return False
        if self.plan is None or self.lane.leg >= len(self.plan.legs):
            return False
        half = self.plan.legs[self.lane.leg].half_width_m
        if half is None:
            half = self.policy.corridor_half_width_m
        return placement.offset_m - placement.uncertainty_m <= half


Result = tuple[Any, tuple[Outcome, ...]]
Hook = Callable[[View, Any], Result]
Run = Literal["device", "scope"]
NOTHING: tuple[Outcome, ...] = ()
ALWAYS = -1
"""Of `Rule.wakes`: it is asked of every reading."""


@dataclass(frozen=True, slots=True, eq=False)  # looked up by itself, four times a reading
class Rule:
    """One rule.

    name: also the key of its memory. memory: the type of what it keeps, None if nothing.
    keeps: whose memory it is: one timeline's, one device's (both timelines), or the scope's.
    on_reading, on_tick, on_command: `(view, memory) -> (memory, outcomes)`. Rules that keep memory
    per lane or device are ticked once a device, on its live lane; the others once a scope. Those
    that keep the scope's hear its readings after the others have, where it has several devices.
    on_alerts: the same, of a rule that keeps the scope's: after all of a reading, a tick or a
    command that changed an alert.
    deadline: when it must be ticked at the latest, None if it waits for nothing.
    set_back: `(memory, now, policy) -> memory`, where memory holds times of receipt: the tracker's
    own clock was set back, and none of them can lie ahead of it.
    wakes: the signs that can concern `on_reading` while the rule remembers nothing; without any of
    them it is not asked (`tracker.rules.signs`, whose numbers these are). heeds: it is asked as
    long as it remembers anything; if not, its signs alone decide.
    weighs: `(view, memory) -> what it compared`, for each kind of alert it can raise; asked only
    when somebody wants an explanation, with the view and the memory from before this input.
    """

    name: str
    memory: Callable[[], Any] | None = None
    keeps: Literal["lane", "device", "scope"] = "lane"
    on_reading: Hook | None = None
    on_tick: Hook | None = None
    on_command: Hook | None = None
    on_alerts: Hook | None = None
    deadline: Callable[[View, Any], datetime | None] | None = None
    set_back: Callable[[Any, datetime, Policy], Any] | None = None
    weighs: Callable[[View, Any], tuple[Weighed, ...]] | None = None
    without_shipment: bool = False
    wakes: int = ALWAYS
    heeds: bool = True
    blank: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.memory is not None:  # frozen, so that one is enough
            object.__setattr__(self, "blank", self.memory())


def remembered(rule: Rule, kept: dict[str, Any]) -> Any:
    """What the rule keeps among these; a blank memory if it has none yet, None if it keeps none."""
    memory = kept.get(rule.name)
    return rule.blank if memory is None else memory


@functools.cache
def hooked(
    rules: tuple[Rule, ...], hook: str, run: Run, with_shipment: bool
) -> tuple[tuple[Rule, Hook], ...]:
    """The rules that have this hook and are run once a device, or once a scope; with the hook."""
    return tuple(
        (rule, function)
        for rule in rules
        if (rule.keeps == "scope") == (run == "scope")
        and (with_shipment or rule.without_shipment)
        and (function := getattr(rule, hook)) is not None
    )


def concluded(view: View, memory: Any, rule: Rule) -> dict[AlertKind, str]:
    """The codes of what the rule raises at this input, by kind: for one whose comparisons are best
    told by what comes of them.
    """
    if view.reading is not None:
        hook = rule.on_reading
    else:
        hook = rule.on_tick if view.command is None else rule.on_command
    found = dict[AlertKind, str]()
    for outcome in NOTHING if hook is None else hook(view, memory)[1]:
        if isinstance(outcome, Raised):
            before = found.get(outcome.kind)
            found[outcome.kind] = f"{before}, {outcome.code}" if before else str(outcome.code)
    return found
