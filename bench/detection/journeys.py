"""Honest trips over the border: with queues, short stops and openings by leave."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.random import Generator

from bench.detection.dirt import CARD, Receiver, SealWord, delivered
from bench.detection.roads import Driver, Road, moved, road
from tracker.domain.command import AnyCommand, Authorise, CloseShipment, RecordSeal
from tracker.domain.shipment import Authorisation

LANES = (
    "monterrey-laredo.world-trade", "monterrey-laredo.colombia", "monterrey-pharr.pharr-reynosa",
    "saltillo-laredo.colombia", "hermosillo-nogales.mariposa", "chihuahua-el-paso.ysleta-zaragoza",
    "reynosa-pharr.pharr-reynosa", "tijuana-otay-mesa.otay-mesa",
    "chihuahua-santa-teresa.santa-teresa", "saltillo-eagle-pass.camino-real",
)  # fmt: skip
INTERVALS = (30.0, 60.0, 120.0, 300.0)
Hook = Callable[["Trip"], None]


@dataclass(frozen=True)
class Incident:
    """What truly happened. names: the kinds of alert that name it rightly; acts: those on which
    somebody would look at this truck now. since, until: when it went on. grave: critical is due.
    """

    label: str
    family: str
    names: frozenset[str]
    acts: frozenset[str]
    since: datetime
    until: datetime
    grave: bool = True


@dataclass
class Case:
    """One shipment's life: what is declared, sent and done, and what should be told of it."""

    id: str
    document: dict[str, Any]
    opened_at: datetime
    messages: list[tuple[datetime, str, bytes]]
    commands: list[tuple[datetime, AnyCommand]]
    incidents: list[Incident]
    hours: float


@dataclass
class Trip:
    """A trip in the making. hooks: what an incident does at a stage of it: "plant", "mid",
    "compound", "inspection", "yard". A hook that sets `over` ends the journey there.
    """

    number: int
    rng: Generator
    start: datetime
    lane: str
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    words: list[SealWord] = field(default_factory=list)
    commands: list[tuple[datetime, AnyCommand]] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    others: list[Receiver] = field(default_factory=list)
    over: bool = False
    seals: int = 0

    def __post_init__(self) -> None:
        self.road: Road = road(self.lane, self.rng)
        zones = sorted(self.road.spans, key=self.road.middle)
        self.first, self.last = zones[0], zones[-1]
        self.driver = Driver(self.road, self.rng, along_m=self.road.middle(self.first))
        self.id, self.lock = f"T{self.number}", f"LOCK-{self.number}"
        self.crossing = self.lane.partition(".")[2]
        names = {zone.rpartition(".")[0] for zone in zones if zone.endswith(".mx-compound")}
        self.crossing = names.pop() if names else self.crossing
        self.seal = self.new_seal()

    def new_seal(self) -> str:
        self.seals += 1
        return f"MX{self.number:05d}{self.seals}"

    def at(self, second: float | None = None) -> datetime:
        return self.start + timedelta(seconds=self.driver.second if second is None else second)

    def say(self, state: str, event: str | None = None, **more: Any) -> None:
        """The lock says so now."""
        number = more.pop("number", self.seal if state == "sealed" else None)
        credential = more.pop("credential", None)
        second = more.pop("second", self.driver.second)
        self.words.append(SealWord(second, state, event, number, credential, more))

    def command(self, command: AnyCommand) -> None:
        self.commands.append((command.at, command))

    def tell(self, label: str, family: str, names: set[str], *, since: float, minutes: float = 60,
             acts: set[str] | None = None, grave: bool = True) -> None:  # fmt: skip
        self.incidents.append(
            Incident(
                label, family, frozenset(names), frozenset(names | (acts or set())),
                self.at(since), self.at(since) + timedelta(minutes=minutes), grave,
            )
        )  # fmt: skip

    def hook(self, stage: str) -> bool:
        """Let the incident act; whether the journey is over."""
        if stage in self.hooks:
            self.hooks[stage](self)
        return self.over


def made(trip: Trip) -> Case:
    """Drive it, and write down everything."""
    _plant(trip)
    if not trip.over:
        _long_haul(trip)
    if not trip.over:
        _border(trip)
    if not trip.over:
        _arrive(trip)
    options = _device(trip) | trip.options
    receiver = Receiver(trip.lock, trip.driver.way(), trip.words, trip.rng, **options)
    messages = [m for device in (receiver, *trip.others) for m in delivered(device, trip.start)]
    if trip.others:
        messages.sort(key=lambda message: message[0])
    document = {
        "id": trip.id,
        "vehicle": {"plates": f"45AK{trip.number % 100:02d}"},
        "custodians": [{"id": "norte", "role": "carrier"}, {"id": "cruces", "role": "transfer"}],
        "devices": [{"id": trip.lock}]
        + [{"id": other.id, "role": "tracker"} for other in trip.others],
        "seals": [{"number": f"MX{trip.number:05d}1", "device": trip.lock}],
        "credentials": ["card-88"],
        "crossing": trip.crossing,
        "legs": [{"from": trip.first, "to": trip.last, "corridor": trip.lane,
                  "custodian": "norte"}],
    } | trip.document  # fmt: skip
    return Case(
        id=trip.id, document=document, opened_at=trip.start - timedelta(minutes=5),
        messages=messages, commands=sorted(trip.commands, key=lambda item: item[0]),
        incidents=trip.incidents, hours=trip.driver.second / 3600,
    )  # fmt: skip


def _device(trip: Trip) -> dict[str, Any]:
    rng = trip.rng
    interval = float(rng.choice(INTERVALS))
    roofed = [(0.0, float(rng.uniform(60, 900)))] if rng.random() < 0.4 else []
    for _ in range(int(rng.integers(0, 3))):  # tunnels, canopies of toll plazas
        since = float(rng.uniform(0, trip.driver.second))
        roofed.append((since, since + float(rng.uniform(20, 150))))
    return {
        "interval_s": interval,
        "sleeps_s": float(rng.choice((900.0, 1200.0))) if rng.random() < 0.25 else None,
        "sigma_m": float(rng.choice((2.5, 4.0, 6.0, 15.0), p=(0.4, 0.35, 0.2, 0.05))),
        "roofed": roofed,
        "blind": _blind(trip),
        "skew_s": float(rng.uniform(-60, 60)) if rng.random() < 0.2 else 0.0,
        "vibrates_per_h": float(rng.choice((0.0, 0.5, 3.0))),
        "newest_first": bool(rng.random() < 0.3),
        "says_buffered": bool(rng.random() < 0.7),
    }


def _blind(trip: Trip) -> list[tuple[float, float]]:
    """Without coverage: the dead zones of this lane, listed, and some short gaps that are not."""
    rng, spells = trip.rng, list[tuple[float, float]]()
    lane = np.random.default_rng(_seed(trip.lane))
    features = []
    if trip.road.length_m > 100_000:
        for number in range(int(lane.integers(1, 4))):
            begins = float(lane.uniform(0.15, 0.75)) * trip.road.length_m
            ends = begins + float(lane.uniform(6_000, 22_000))
            spell = _between(trip, begins, ends)
            if spell:
                spells.append(spell)
            features.append(_dead_zone(trip.road, number, begins, ends))
    for _ in range(int(rng.integers(0, 4))):
        since = float(rng.uniform(0, trip.driver.second))
        spells.append((since, since + float(rng.uniform(60, 420))))
    if features:
        trip.document.setdefault("zones", []).extend(features)
    return spells


def _seed(text: str) -> int:
    total = 0
    for letter in text:
        total = (total * 31 + ord(letter)) % 2**32
    return total


def _between(trip: Trip, begins: float, ends: float) -> tuple[float, float] | None:
    """When the truck was there, by its way."""
    way = trip.driver.way()
    (lat, lon), (lat2, lon2) = trip.road.at(begins), trip.road.at(ends)
    first = np.hypot(way.lats - lat, (way.lons - lon) * 0.9)
    last = np.hypot(way.lats - lat2, (way.lons - lon2) * 0.9)
    a, b = int(first.argmin()), int(last.argmin())
    if first[a] > 0.01 or last[b] > 0.01 or b <= a:
        return None
    return float(way.seconds[a]), float(way.seconds[b])


def _dead_zone(road_: Road, number: int, begins: float, ends: float) -> dict[str, Any]:
    left, right = [], []
    for along in np.linspace(begins - 500, ends + 500, 24):
        lat, lon = road_.at(float(along))
        course = road_.course(float(along))
        left.append(moved(lat, lon, course - 90, 900))
        right.append(moved(lat, lon, course + 90, 900))
    ring = [[lon, lat] for lat, lon in (*left, *right[::-1], left[0])]
    minutes = math.ceil((ends - begins) / 1_000) + 15
    return {
        "type": "Feature", "id": f"dead-{number}",
        "properties": {"kind": "dead_zone", "name": f"dead {number}", "usual_minutes": minutes},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip


def _plant(trip: Trip) -> None:
    trip.say("unarmed", number=None)
    trip.driver.stand(float(trip.rng.uniform(10, 50)))
    if trip.hook("plant"):
        return
    if "unsealed" not in trip.options:
        trip.say("sealed", "sealed", lock_count=1)
        trip.driver.stand(float(trip.rng.uniform(4, 15)))
    else:
        trip.options.pop("unsealed")


def _long_haul(trip: Trip) -> None:
    driver, rng = trip.driver, trip.rng
    queue = trip.road.spans.get(f"{trip.crossing}.mx-queue", (trip.road.length_m * 0.7, 0.0))
    until = queue[0] - float(rng.uniform(200, 2_500))
    way = until - driver.along_m
    cuts = np.sort(rng.uniform(0.1, 0.95, int(rng.integers(1, 4)))) * way + driver.along_m
    middle = driver.along_m + way * float(rng.uniform(0.35, 0.6))
    for stop in sorted([*map(float, cuts), middle]):
        fast = 40.0 if way < 30_000 else float(rng.uniform(68, 92))
        driver.drive(max(stop, driver.along_m + 10), fast)
        if stop == middle:
            if trip.hook("mid"):
                return
        elif rng.random() < 0.6:
            driver.stand(float(rng.uniform(1, 11)))
        else:
            driver.crawl(min(driver.along_m + 1_500, until), float(rng.uniform(8, 25)))
    driver.drive(until, 55.0)


def _border(trip: Trip) -> None:
    driver, rng, spans, name = trip.driver, trip.rng, trip.road.spans, trip.crossing
    compound = spans.get(f"{name}.mx-compound")
    if compound is None:
        return
    driver.crawl(compound[0] + 10, float(np.clip(rng.lognormal(4.0, 0.8), 12, 360)))
    driver.crawl(sum(compound) / 2, 3.0)
    if trip.hook("compound"):
        return
    _inspected(trip, f"{name}.mx-compound", 0.4, float(rng.uniform(10, 60)), "aduana")
    bridge, primary = spans.get(f"{name}.bridge"), spans.get(f"{name}.cbp-primary")
    if bridge is not None:  # Santa Teresa and Mariposa have none
        driver.crawl(bridge[1] - 5, float(rng.uniform(6, 45)))
    if primary is not None:
        driver.crawl(sum(primary) / 2, float(rng.uniform(4, 20)))
        driver.stand(float(rng.uniform(2, 9)))
    secondary = spans.get(f"{name}.cbp-secondary")
    if secondary is not None and rng.random() < 0.3 and sum(secondary) / 2 > driver.along_m:
        driver.drive(sum(secondary) / 2, 15)
        _inspected(trip, f"{name}.cbp-secondary", 0.5, float(rng.uniform(25, 120)), "CBP")
    inspection = spans.get(f"{name}.us-inspection")
    if inspection is not None and sum(inspection) / 2 > driver.along_m:
        driver.drive(sum(inspection) / 2, 20)
        if trip.hook("inspection"):
            return
        driver.stand(float(rng.uniform(4, 40)))


def _inspected(trip: Trip, zone: str, chance: float, minutes: float, agency: str) -> None:
    """Perhaps opened by leave, and sealed anew before the truck goes on."""
    driver, rng = trip.driver, trip.rng
    if rng.random() >= chance:
        driver.stand(minutes)
        return
    driver.stand(minutes * 0.3)
    opened = trip.at()
    early = bool(rng.random() < 0.5)
    leave = Authorisation(zone=zone, agency=agency, reason="inspection", credential=CARD["id"])
    at = (
        opened - timedelta(minutes=4)
        if early
        else opened + timedelta(minutes=float(rng.uniform(1, 9)))
    )
    trip.command(Authorise(at=at, by="broker", authorisation=leave))
    trip.say("open", "opened", credential=CARD)
    driver.stand(minutes * 0.4)
    trip.seal = trip.new_seal()
    trip.command(
        RecordSeal(at=trip.at() + timedelta(minutes=1), by="broker", number=trip.seal, zone=zone,
                   officer="Officer", agency=agency, reason="inspection", verified=True)
    )  # fmt: skip
    driver.second += 120
    trip.say("sealed", "sealed", lock_count=trip.seals)
    driver.stand(minutes * 0.3 + 3)


def _arrive(trip: Trip) -> None:
    driver, rng = trip.driver, trip.rng
    end = trip.road.middle(trip.last)
    if end > driver.along_m:
        driver.drive(end, float(rng.uniform(35, 70)))
    driver.stand(30)  # a lock that sleeps has said by then where it is
    if trip.hook("yard"):
        return
    trip.command(
        CloseShipment(at=trip.at() - timedelta(minutes=3), by="dispatch", number=trip.seal)
    )
