"""Whole trips, north and south. The stages at which an incident may strike, in order: "plant"
(unsealed yet), "sealed", "leaving", "dead_zone", "mid", "handover", "queue", "compound",
"resealed", "inspection", "last_mile", "arrived".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from bench.detection import border, places
from bench.detection.delivery import delivered
from bench.detection.equipment import equipped, trackers
from bench.detection.haul import haul
from bench.detection.receiver import Receiver
from bench.detection.roads import kinds
from bench.detection.seal_words import CARD
from bench.detection.trip import Amend, Case, Trip
from geofences.kinds import ZoneKind
from tracker.domain.command import CloseShipment

LANES = (
    "monterrey-laredo.world-trade", "monterrey-laredo.colombia", "monterrey-pharr.pharr-reynosa",
    "saltillo-laredo.colombia", "hermosillo-nogales.mariposa", "chihuahua-el-paso.ysleta-zaragoza",
    "chihuahua-santa-teresa.santa-teresa", "saltillo-eagle-pass.camino-real",
    "monterrey-san-antonio.world-trade", "hermosillo-phoenix.mariposa",
    "reynosa-san-antonio.pharr-reynosa", "matamoros-san-antonio.veterans",
    "queretaro-laredo.world-trade", "tijuana-los-angeles.otay-mesa",
    "reynosa-pharr.pharr-reynosa", "tijuana-otay-mesa.otay-mesa", "juarez-el-paso.ysleta-zaragoza",
    "mexicali-calexico.calexico-east",
)  # fmt: skip
LONG = LANES[:8]
"""Long on the Mexican side: room for everything that can go wrong on a road."""


def made(trip: Trip) -> Case:
    """Drive it, and write down everything."""
    _load(trip)
    for part in (_southbound,) if trip.south else (_northbound,):
        if not trip.over:
            part(trip)
    if not trip.over:
        _arrive(trip)
    way = trip.driver.way()
    options = equipped(trip, way)
    _keep_zone(trip, options.get("clock"))
    lock = Receiver(trip.lock, way, trip.words, trip.rng, **options)
    devices = [lock, *trackers(trip, way, options), *trip.others]
    messages = [m for device in devices for m in delivered(device, trip.start)]
    messages.sort(key=lambda message: message[0])
    opened_at = _opened_at(trip)
    return Case(
        id=trip.id, document=_document(trip, devices), opened_at=opened_at,
        starts=max(trip.start, opened_at), ends=trip.at(), messages=messages,
        declared=sorted(trip.declared, key=lambda item: item[0]), incidents=trip.incidents,
        traits=trip.traits,
    )  # fmt: skip


def _keep_zone(trip: Trip, zone: str | None) -> None:
    """Whoever lists the devices anew, for another tractor, lists the lock as it was declared: with
    the time zone of its clock.
    """
    if zone is None or "undeclared clock" in trip.traits:
        return
    for _, command in trip.declared:
        for entry in command.changes.get("devices", ()) if isinstance(command, Amend) else ():
            if entry["id"] == trip.lock:
                entry["time_zone"] = zone


def _opened_at(trip: Trip) -> datetime:
    """Before the lock hangs there; where that takes hours, when the papers are ready."""
    loaded = trip.spells["loaded"][0][1]
    if loaded > 100 * 60:
        return trip.at(loaded - 60 * trip.between(10, 100))
    return trip.start - timedelta(minutes=5)


def _load(trip: Trip) -> None:
    """At the dock: the lock hangs there unarmed, is shaken by forklifts, and is closed at last."""
    driver = trip.driver
    trip.say("unarmed", number=None)
    since = driver.second
    if trip.chance(0.03, "roof for hours"):
        driver.stand(480)
        trip.spell("roofed", since, driver.second)
    else:
        driver.stand(trip.between(10, 90))
        if trip.chance(0.4, "dock roof"):
            trip.spell("roofed", since, since + 60 * trip.between(1, 15))
    trip.spell("loaded", since, driver.second)
    if trip.hook("plant"):
        return
    if trip.options.pop("unsealed", False):
        return
    trip.say("sealed", "sealed", lock_count=1)
    driver.stand(trip.between(4, 25))
    if trip.chance(0.04, "waits sealed under a roof"):
        since = driver.second
        driver.stand(trip.between(60, 240))
        trip.spell("roofed", since, driver.second)
        driver.stand(3)
    trip.hook("sealed")


def _northbound(trip: Trip) -> None:
    driver, spans, name = trip.driver, trip.road.spans, trip.crossing
    queue = spans[f"{name}.mx-queue"][0] - trip.between(200, 2_500)
    swap = _swap_place(trip, queue)
    for until, zone in [*([swap] if swap else []), (queue, None)]:
        if until > driver.along_m:
            haul(trip, until, main=until - driver.along_m > 0.5 * queue)
        if trip.over:
            return
        if zone is not None:
            border.handed_over(trip, zone)
        if trip.over:
            return
    if trip.hook("before_border"):
        return
    border.north(trip)
    end = trip.road.middle(trip.last)
    if not trip.over and end - driver.along_m > 60_000:
        haul(trip, end - 3_000, main=False)


def _southbound(trip: Trip) -> None:
    """The load was sealed in a US yard; some are opened and sealed anew in a warehouse before the
    bridge, by leave.
    """
    driver = trip.driver
    first = min(a for zone, (a, _) in trip.road.spans.items() if trip.crossing in zone)
    if first - driver.along_m > 4_500 and trip.chance(0.35, "warehouse reseal"):
        at = driver.along_m + (first - driver.along_m) * 0.6
        trip.zones.append(trip.area("warehouse", "yard", at, country="US"))
        trip.stops.append({"zone": "warehouse", "minutes": 120, "reason": "inspection"})
        haul(trip, at, main=False)
        if not trip.over:
            border.inspected(trip, "warehouse", trip.between(30, 90), "customs broker")
    if not trip.over:
        haul(trip, first - 300, main=False)
    if not trip.over:
        border.south(trip)
    if trip.over:
        return
    end = trip.road.middle(trip.last) - 3_000
    swap = _swap_place(trip, end)
    if swap and swap[0] > driver.along_m:
        driver.drive(swap[0], 40)
        border.handed_over(trip, swap[1])
    if not trip.over and end > driver.along_m:
        haul(trip, end, main=end - driver.along_m > 60_000)


def _swap_place(trip: Trip, until: float) -> tuple[float, str] | None:
    """A yard on the Mexican side where another carrier takes over: the lane's, or one drawn."""
    road, needed = trip.road, "swap" in trip.wants
    if road.length_m < 60_000 or not (trip.chance(0.45, "swap") or needed):
        return None
    for zone in road.ordered():
        near = road.middle(zone)
        ends = zone in (trip.first, trip.last)
        if kinds()[zone] is ZoneKind.YARD and not ends and trip.driver.along_m < near < until:
            trip.vias.append((near, zone))
            trip.swap_zone = zone
            return near, zone
    if trip.south:
        compound = road.spans[f"{trip.crossing}.mx-queue"][1]
        at = compound + trip.between(3_000, 6_000)
    else:
        at = until - trip.between(4_000, 9_000)
    trip.zones.append(trip.area("transfer-yard", "yard", at, country="MX"))
    trip.vias.append((at, "transfer-yard"))
    trip.swap_zone = "transfer-yard"
    return at, "transfer-yard"


def _arrive(trip: Trip) -> None:
    driver = trip.driver
    end = trip.road.middle(trip.last)
    if trip.hook("last_mile"):
        return
    if end > driver.along_m:
        driver.drive(end, trip.between(30, 60))
    driver.stand(30)  # a lock that sleeps has said by then where it is
    if trip.hook("arrived") or not trip.closes:
        return
    trip.command(CloseShipment(at=trip.at(), by="dispatch", number=trip.seal))
    if trip.chance(0.2, "speaks after delivery"):
        driver.stand(2.5)
        trip.say("open", "opened", number=None, credential=CARD)
        driver.stand(2)


def _keep_clocks(trip: Trip, listed: list[dict[str, Any]]) -> None:
    """Who amends the list of devices takes over what it says of those that stay."""
    zones = {entry["id"]: entry["time_zone"] for entry in listed if "time_zone" in entry}
    for _, command in trip.declared:
        for entry in command.changes.get("devices", ()) if isinstance(command, Amend) else ():
            if entry["id"] in zones:
                entry["time_zone"] = zones[entry["id"]]


def _document(trip: Trip, devices: list[Receiver]) -> dict[str, Any]:
    """What its parties declare at the start: legs from yard to yard, with their custodians."""
    line = places.corridor(trip.road)
    ends = [trip.first, *(zone for _, zone in sorted(trip.vias)), trip.last]
    legs: list[dict[str, Any]] = []
    holder = "norte"
    for start, end in pairwise(ends):
        holder = "cruces" if start == trip.swap_zone else holder
        legs.append({"from": start, "to": end, "corridor": line, "custodian": holder})
    listed: list[dict[str, Any]] = []
    for device in devices:
        if device.id.endswith("-2"):  # its shipment is told of it on the way
            continue
        entry: dict[str, Any] = {"id": device.id}
        if not device.lock:
            entry["role"] = "tracker"
        if device.clock is not None and "undeclared clock" not in trip.traits:
            entry["time_zone"] = device.clock
        listed.append(entry)
    _keep_clocks(trip, listed)
    document = {
        "id": trip.id,
        "vehicle": {"plates": f"45AK{trip.number % 100:02d}"},
        "custodians": [{"id": "norte", "role": "carrier"}, {"id": "cruces", "role": "transfer"}],
        "devices": listed,
        "seals": [{"number": f"MX{trip.number:06d}1", "device": trip.lock}],
        "credentials": ["card-88"],
        "crossing": trip.crossing,
        "planned_stops": trip.stops,
        "zones": trip.zones,
        "legs": legs,
    }
    changes = dict(trip.document)
    for leg in legs:
        leg.update(changes.get("every_leg", {}))
    changes.pop("every_leg", None)
    return document | changes
