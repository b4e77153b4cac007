"""Which thresholds hold for a shipment, where and when: layer upon layer, the last one decides.

    base < profile < lane < crossing < hours < the shipment's own

The base is `[policy]` of the configuration. A profile is how closely a shipment is watched; a lane
is the corridor of the leg it is on; the crossing is the one it plans to use; hours are those of the
day. What no layer changes holds as in the base.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from tracker.domain.hours import Hours
from tracker.domain.policy import Policy
from tracker.domain.shipment import Profile, Shipment

SHIPPED: Mapping[Profile, Mapping[str, tuple[float, str]]] = {
    Profile.TRUSTED: {
        "stop_warning_min": (30.0, "ours: a known driver's pause"),
        "stop_critical_min": (60.0, "ours: a known driver's meal"),
        "silence_moving_min": (15.0, "ours: three reports of 5 min"),
        "silence_parked_min": (60.0, "ours: two reports of a lock that sleeps half an hour"),
        "deviation_critical_min": (15.0, "ours: as long as a detour round an accident"),
        "acceptance_min": (60.0, "ours: carriers that hand over to each other daily"),
    },
    Profile.STANDARD: {},
    Profile.HIGH_RISK: {
        "stop_warning_min": (10.0, "ours: a fuel stop is longer, and is to be planned"),
        "stop_critical_min": (20.0, "ours: twice the warning"),
        "silence_moving_min": (7.0, "ours: one report of 5 min may be late, none be missed"),
        "silence_parked_min": (20.0, "ours: a lock that is to report while parked"),
        "deviation_critical_m": (1_000.0, "ours: half the standard's"),
        "deviation_critical_min": (5.0, "ours: half the standard's"),
        "opening_record_min": (10.0, "ours: somebody goes with it, or watches it"),
        "acceptance_min": (15.0, "ours: half the standard's"),
        "refused_critical": (2, "ours: two wrong cards are no slip"),
        "escalate_critical_min": (3.0, "ours: somebody watches all the time"),
    },
}
"""What the profiles change, and where the numbers come from. No profile loosens what is held of
seals: who is trusted is watched less, his seal is not."""

BY_HOUR_NEVER = {
    "corridor_half_width_m": "a corridor is as wide by night as by day",
    "border_queue_km": "a crossing is as long by night as by day",
    "record_late_min": "an audit looks at the whole trip",
    "closing_late_min": "an audit looks at the whole trip",
    "seal_on_hand_days": "the inventory is of no hour",
}
"""Thresholds that hours cannot change, and why."""

BASE, SHIPMENT, DEFAULT = "[policy]", "the shipment's file", "default"
"""Where a value can come from besides a layer, in words."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)
_SPANS = 4
"""So many periods are kept at hand: the present's, and those that a backlog tells of."""


def source(layer: str, threshold: str, value: float) -> str:
    """Where the number that this layer (`Layers.named`) gives a threshold comes from."""
    for profile, changes in SHIPPED.items():
        number, where = changes.get(threshold, (None, ""))
        if layer == f"profile {profile}" and number == value:
            return where
    return "the configuration"


def shipped(profile: Profile) -> dict[str, float]:
    return {name: value for name, (value, _) in SHIPPED[profile].items()}


@dataclass(frozen=True)
class Layers:
    """What the configuration says besides the base: thresholds by profile (over those `SHIPPED`),
    by lane (a corridor's id), by crossing, and by hours, of which the last that hold decide.
    """

    profiles: Mapping[Profile, Mapping[str, float]] = field(default_factory=dict)
    lanes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    crossings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    hours: tuple[Hours, ...] = ()

    def profile(self, profile: Profile) -> dict[str, float]:
        return {**shipped(profile), **self.profiles.get(profile, {})}

    def named(self) -> dict[str, Mapping[str, float]]:
        """Every layer by its name, the weakest first."""
        return {
            **{f"profile {one}": self.profile(one) for one in Profile},
            **{f"lane {name}": changes for name, changes in self.lanes.items()},
            **{f"crossing {name}": changes for name, changes in self.crossings.items()},
            **{f"hours {one.name}": one.changes for one in self.hours},
        }

    def of(self, base: Policy, shipment: Shipment) -> ShipmentPolicies:
        """Raises msgspec.ValidationError for a threshold of the shipment's own that is none."""
        legs = [leg.corridor if isinstance(leg.corridor, str) else None for leg in shipment.legs]
        profile, crossing = shipment.profile or Profile.STANDARD, shipment.crossing
        return ShipmentPolicies(
            tuple(self._on(base, shipment, profile, lane, crossing) for lane in legs or [None])
        )

    def _on(
        self,
        base: Policy,
        shipment: Shipment,
        profile: Profile,
        lane: str | None,
        crossing: str | None,
    ) -> LanePolicy:
        return LanePolicy(
            base,
            below={
                f"profile {profile}": self.profile(profile),
                f"lane {lane}": self.lanes.get(lane or "", {}),
                f"crossing {crossing}": self.crossings.get(crossing or "", {}),
            },
            hours=tuple(one for one in self.hours if one.are_for(lane, crossing, profile)),
            own=shipment.policy,
        )


AS_SHIPPED = Layers()
"""Nothing is configured: the profiles are as they ship."""


class LanePolicy:
    """The thresholds of one shipment on one lane. below: layers by name, weaker than the hours;
    own: the shipment's, stronger. Asked for each reading: what is worked out is kept.
    """

    __slots__ = ("_base", "_below", "_own", "_policies", "_spans", "hours", "usual")

    def __init__(
        self,
        base: Policy,
        *,
        below: Mapping[str, Mapping[str, float]],
        hours: tuple[Hours, ...],
        own: Mapping[str, float],
    ) -> None:
        self._base, self._below, self._own, self.hours = base, below, own, hours
        self._policies = dict[tuple[int, ...], Policy]()
        self._spans = list[tuple[datetime, datetime, Policy]]()
        self.usual = self._policy(())

    def at(self, at: datetime) -> Policy:
        """Those in force at `at`."""
        if not self.hours:
            return self.usual
        for begin, end, policy in self._spans:
            if begin <= at < end:
                return policy
        return self._span(at)[2]

    def changes_after(self, at: datetime) -> datetime | None:
        """Until when those of `at` are sure to be in force; None: for good."""
        return self._span(at)[1] if self.hours else None

    def origins(self, at: datetime | None) -> dict[str, str]:
        """Of each threshold, the layer that decides it at `at` (None: at no hour), in words."""
        plain = Policy()
        found = {
            name: DEFAULT if getattr(self._base, name) == getattr(plain, name) else BASE
            for name in Policy.__struct_fields__
        }
        for label, changes in self._layers(self._holding(at)).items():
            found.update(dict.fromkeys(changes, label))
        return found

    def _holding(self, at: datetime | None) -> tuple[Hours, ...]:
        return tuple(one for one in self.hours if at is not None and one.hold(at))

    def _layers(self, holding: tuple[Hours, ...]) -> dict[str, Mapping[str, float]]:
        hours = {f"hours {one.name}": one.changes for one in holding}
        return {**self._below, **hours, SHIPMENT: self._own}

    def _policy(self, holding: tuple[Hours, ...]) -> Policy:
        merged = dict[str, float]()
        for changes in self._layers(holding).values():
            merged |= changes
        return self._base.overridden(merged) if merged else self._base

    def _span(self, at: datetime) -> tuple[datetime, datetime, Policy]:
        """The period around `at` in which nothing changes, with its policy."""
        edges = [edge for one in self.hours for edge in one.edges(at)]
        holding = self._holding(at)
        key = tuple(map(self.hours.index, holding))
        if (policy := self._policies.get(key)) is None:
            policy = self._policies[key] = self._policy(holding)
        span = (
            max((edge for edge in edges if edge <= at), default=_LONG_AGO),
            min((edge for edge in edges if edge > at), default=_NEVER),
            policy,
        )
        self._spans = [span, *self._spans[: _SPANS - 1]]
        return span


class ShipmentPolicies:
    """The thresholds of one shipment, by the leg that it is on and by when.

    only: where neither makes a difference, the policy that always holds; else None.
    """

    __slots__ = ("legs", "only")

    def __init__(self, legs: tuple[LanePolicy, ...]) -> None:
        self.legs = legs
        usual = legs[0].usual
        same = all(leg.usual == usual and not leg.hours for leg in legs)
        self.only: Policy | None = usual if same else None

    @property
    def usual(self) -> Policy:
        """On the first leg, at no particular hour: what audits and maps hold a whole trip to."""
        return self.legs[0].usual

    def on(self, leg: int) -> LanePolicy:
        """Leg `leg`, from 0; past the last one, that one."""
        return self.legs[min(leg, len(self.legs) - 1)]

    def at(self, at: datetime, leg: int) -> Policy:
        return self.only or self.on(leg).at(at)


def always(policy: Policy) -> ShipmentPolicies:
    """The same on every lane and at every hour."""
    return ShipmentPolicies((LanePolicy(policy, below=MappingProxyType({}), hours=(), own={}),))
