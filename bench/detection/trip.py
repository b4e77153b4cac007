"""One trip in the making, and what comes of it: a case that can be judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from numpy.random import Generator

from bench.detection.delivery import Delivered
from bench.detection.driver import Driver
from bench.detection.expected import EXPECTED, Expected
from bench.detection.receiver import Receiver
from bench.detection.roads import Road, moved, road
from bench.detection.seal_words import SealWord
from tracker.domain.command import AnyCommand

Hook = Callable[["Trip"], None]
NARROW_M = 500.0
INTERVALS = (30.0, 60.0, 60.0, 120.0, 180.0, 300.0)


@dataclass(frozen=True)
class Amend:
    """The shipment's file is changed on the way: a new tractor, for one."""

    at: datetime
    changes: dict[str, Any]
    reason: str


Declared = AnyCommand | Amend


@dataclass(frozen=True)
class Incident:
    """What truly happened. since, until: when it went on. interval_s: how often its device
    reports. counts: from when delay is counted.
    """

    name: str
    since: datetime
    until: datetime
    counts: datetime
    interval_s: float

    @property
    def expected(self) -> Expected:
        return EXPECTED[self.name]


@dataclass
class Case:
    """One shipment's life: what is declared, sent and done, and what should be told of it."""

    id: str
    document: dict[str, Any]
    opened_at: datetime
    starts: datetime
    ends: datetime
    messages: Sequence[Delivered]
    declared: Sequence[tuple[datetime, Declared]]
    incidents: list[Incident]
    traits: list[str]


@dataclass
class Trip:
    """hooks: what an incident does at a stage of it (`bench.detection.journeys` has the stages). A
    hook that sets `over` ends the journey there. options: of the lock's receiver; spells add up.
    wants: what an incident needs of the journey, such as "swap". spells: name -> seconds. vias:
    (metres along, zone) where one leg ends and the next begins; at swap_zone the carrier changes.
    """

    number: int
    rng: Generator
    start: datetime
    lane: str
    south: bool = False
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    wants: frozenset[str] = frozenset()
    summer_time: bool = False
    words: list[SealWord] = field(default_factory=list)
    declared: list[tuple[datetime, Declared]] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    zones: list[dict[str, Any]] = field(default_factory=list)
    stops: list[dict[str, Any]] = field(default_factory=list)
    vias: list[tuple[float, str]] = field(default_factory=list)
    swap_zone: str | None = None
    others: list[Receiver] = field(default_factory=list)
    spells: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    traits: list[str] = field(default_factory=list)
    struck: set[str] = field(default_factory=set)
    over: bool = False
    closes: bool = True
    seals: int = 0

    def __post_init__(self) -> None:
        self.road: Road = road(self.lane, self.rng, south=self.south)
        zones = self.road.ordered()
        self.first, self.last = zones[0], zones[-1]
        self.driver = Driver(self.road, self.rng, along_m=self.road.middle(self.first))
        self.id, self.lock = f"T{self.number}", f"LOCK-{self.number}"
        named = {zone.rpartition(".")[0] for zone in zones if zone.endswith(".mx-compound")}
        self.crossing = min(named)
        self.seal = self.new_seal()
        self.interval_s = float(self.rng.choice(INTERVALS))
        if self.rng.random() < 0.25:
            self.interval_s = float(round(self.rng.uniform(30, 300)))

    @property
    def half_width_m(self) -> float:
        """Of the corridor, as this shipment is held to it."""
        return NARROW_M if "narrow" in self.wants else self.road.half_width_m

    def new_seal(self) -> str:
        self.seals += 1
        return f"MX{self.number:06d}{self.seals}"

    def chance(self, part: float, trait: str) -> bool:
        """Whether this trip is so; told in its traits."""
        so = bool(self.rng.random() < part) or trait in self.wants
        if so:
            self.traits.append(trait)
        return so

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def at(self, second: float | None = None) -> datetime:
        return self.start + timedelta(seconds=self.driver.second if second is None else second)

    def say(self, state: str, event: str | None = None, **more: Any) -> None:
        """The lock says so now."""
        number = more.pop("number", self.seal if state == "sealed" else None)
        second = round(more.pop("second", self.driver.second), 3)
        own = {name: more.pop(name) for name in ("credential", "mute", "fixless") if name in more}
        self.words.append(SealWord(second, state, event, number, extra=more, **own))

    def command(self, command: Declared) -> None:
        self.declared.append((command.at, command))

    def spell(self, name: str, since: float, until: float) -> None:
        """An option of the lock's receiver that is a list of spells; or a note of where it was."""
        self.spells.setdefault(name, []).append((since, until))

    def tell(
        self, name: str, *, since: float, minutes: float = 60, counts: float | None = None
    ) -> None:
        """This goes wrong from that second on; delay is counted from `counts`."""
        begins = self.at(since)
        self.incidents.append(
            Incident(
                name, begins, begins + timedelta(minutes=minutes),
                begins if counts is None else self.at(counts), self.interval_s,
            )
        )  # fmt: skip

    def hook(self, stage: str) -> bool:
        """Let the incident act; whether the journey is over."""
        if stage in self.hooks and not self.over and stage not in self.struck:
            self.struck.add(stage)
            self.hooks[stage](self)
        return self.over

    def area(
        self, name: str, kind: str, along_m: float, *, half_m: float = 350.0, aside_m: float = 0.0,
        **properties: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """A square zone of this shipment's own about a place on its road."""
        lat, lon = self.road.at(along_m, aside_m)
        course = self.road.course(along_m)
        corners = [moved(lat, lon, course + turn, half_m * 1.414) for turn in (45, 135, 225, 315)]
        ring = [[round(lon, 6), round(lat, 6)] for lat, lon in (*corners, corners[0])]
        return {
            "type": "Feature", "id": name,
            "properties": {"kind": kind, "name": name.replace("-", " "), **properties},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }  # fmt: skip
