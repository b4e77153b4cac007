"""The language of `tracker/rules/<rule>.cases.toml`: what goes in, and what must come of it.

    [[case]]
    name = "what it shows"
    row = "..."                # for the seal rules: the row and column of the state table
    shipment = { ... }         # merged over SHIPMENT below; "" takes a key away
    along = { ... }            # what the plan knows of the way, in km: origin = 0, goal = 240,
                               # rests = { stop = 30 }, ends = [44], queue = [190, 200],
                               # dead = { tunnel = [10, 25] }
    policy = { ... }           # thresholds that differ; seal_unheard_reports is 1000 if not said,
                               # for the steps of most cases leave the seal out
    steps = [ {...}, ... ]     # see `Play`
    alerts = ["critical seal_tampered", ...]   # open at the end, all of them, sorted
    seal = "TAMPERED"          # the live seal's state of L1 at the end
    leg, custodian = ...       # the shipment's at the end: legs completed; who holds it
    found = ["zone_entered zone=plant at=3", ...]  # findings that must occur
    absent = ["zone_left", ...]                # findings that must not, told the same way
    refused = "..."            # the last step is refused, with this in its error

A step is a reading, a tick or a command. Times are minutes after T0, kilometres run along a
meridian; the placement is given (`zones`, `off` m, `country`), for rules see no geometry.

    reading  at, km (or lat, lon), speed, zones, off, along (km of the corridor; default: km),
             country, accuracy, seal, jamming, seq,
             satellites, rssi, hdop, course, altitude, cell_m (beyond its cell's range),
             device, dialect, battery, buffered, retained, history,
             delivered (when the shipment was closed that this lock, shut since, was on),
             received (default: at), fix_at (default: at), no_fix (no_speed: what its receiver
             says of speed all the same); what is left out stays as it was (km, zones, off,
             country) or is absent; aside: leave those as they were; doubtful, passed: zones that
             the fix's accuracy, or the way to it, speaks of; clock (how its time was found),
             device_time, learnt (minutes)
    tick     { tick = minutes }
    command  { command = "authorise" | "amend" (its `seals`) | "seal" | "offer" | "accept" |
               "close" | "ack" | "delivery" | "close_alert" | "accept_alert" |
               "report_reject" | "report_number" | "excuse" (`until`: minutes) | "issue" | "void" |
               "redraw", at, ... its fields }
An expected alert may carry more: "critical seal_tampered late at=3 seen=4 count=2 km=5 zone=customs
device=L1 status=escalated ended", a finding "placed" (it says where); with "not-" before a word it
must not be so. After a tilde stands the code, of an alert those of all its chapters, with such of
their facts as matter:
"critical jamming ~ satellites_collapsed", "critical seal_release ~ released_before_last_leg;
released_number_differs read=X1 in_force='MX100, MX200'". None is "null".
"""

from __future__ import annotations

import hashlib
import shlex
from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from devices.reading import Cell, Clock, Fix, NoFix, NoFixReason, Reading, SealReport
from geofences.kinds import ZoneKind
from geofences.placement import Placement
from tests.support.declared import undeclared
from tracker import engine
from tracker.domain import command as commands
from tracker.domain.alert import Alert, AlertStatus
from tracker.domain.finding import Finding
from tracker.domain.plan import Place, Plan, PlannedLeg, Waypoint
from tracker.domain.policy import Policy
from tracker.domain.shipment import Authorisation, Seal, Shipment
from tracker.domain.state import DeviceState, Lane, ScopeState
from tracker.domain.stretch import Border, Stretch
from tracker.rules import ORDER
from tracker.rules.base import Rule

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""Noon of a Monday: any time would do."""

PLACES = {
    place.id: place
    for place in (
        Place("plant", "the plant", ZoneKind.PLANT, "MX"),
        Place("yard-mx", "the Mexican yard", ZoneKind.YARD, "MX"),
        Place("queue", "the queue", ZoneKind.APPROACH_QUEUE, "MX", "planned"),
        Place("customs", "the customs compound", ZoneKind.CUSTOMS_COMPOUND, "MX", "planned"),
        Place("bridge", "the bridge", ZoneKind.BRIDGE, None, "planned"),
        Place("primary", "CBP primary", ZoneKind.CBP_PRIMARY, "US", "planned"),
        Place("secondary", "CBP secondary", ZoneKind.CBP_SECONDARY, "US", "planned"),
        Place("dps", "the state inspection", ZoneKind.STATE_INSPECTION, "US", "planned"),
        Place("other-queue", "another queue", ZoneKind.APPROACH_QUEUE, "MX", "other"),
        Place("other-customs", "another compound", ZoneKind.CUSTOMS_COMPOUND, "MX", "other"),
        Place("other-bridge", "another bridge", ZoneKind.BRIDGE, None, "other"),
        Place("military", "the military checkpoint", ZoneKind.CHECKPOINT_MILITARY, "MX"),
        Place("rest", "the rest stop", ZoneKind.REST_STOP, "MX"),
        Place("forbidden", "the forbidden area", ZoneKind.RESTRICTED, "MX"),
        Place("risky", "the risky stretch", ZoneKind.HIGH_RISK, "MX"),
        Place("tunnel", "the dead zone", ZoneKind.DEAD_ZONE, "MX", None, 45.0),
        Place("yard-us", "the US yard", ZoneKind.YARD, "US"),
        Place("other-yard", "another yard", ZoneKind.YARD, "US"),
    )
}
SHIPMENT: dict[str, Any] = {
    "id": "S1",
    "devices": [{"id": "L1"}],
    "seals": [{"number": "MX100", "device": "L1"}],
    "custodians": [{"id": "shipper"}, {"id": "carrier"}],
    "crossing": "planned",
    "legs": [{"from": "plant", "to": "yard-us", "corridor": "road", "custodian": "shipper"}],
}
UNHEARD = {"seal_unheard_reports": 1000.0}
CORRIDOR_HALF_WIDTH_M = 500.0
ROAD_M = 1_000_000.0
WAYPOINTS = {"rest": 60.0, "military": 80.0, "yard-mx": 100.0}


def _spot(km: float) -> tuple[float, float]:
    return 20.0 + km / 111.195, -100.0


def _stretch(begins_km: float, ends_km: float, towards_km: float = 0.0, **more: Any) -> Stretch:
    """A part of the road, marked every kilometre, as plans mark it."""
    marks = list(range(int(begins_km - towards_km) - 1, int(ends_km) + 2))
    return Stretch(
        reach_m=700.0,
        lats=array("d", [_spot(km)[0] for km in marks]),
        lons=array("d", [_spot(km)[1] for km in marks]),
        left_m=array(
            "d", [-1 if km > ends_km else max(begins_km - km, 0.0) * 1_000 for km in marks]
        ),
        **more,
    )


def _dead(along: dict[str, Any]) -> tuple[Stretch, ...]:
    return tuple(
        _stretch(km[0], km[1], 25.0, zone=zone, usual_minutes=PLACES[zone].usual_minutes or 0.0)
        for zone, km in along.get("dead", {}).items()
    )


@dataclass
class Play:
    """Plays the steps of one case against the engine, with all rules or with those given.
    southbound: the corridor's line runs the other way.
    """

    case: dict[str, Any]
    rules: tuple[Rule, ...] = ORDER
    conflicts: dict[str, Any] = field(default_factory=dict)
    southbound: bool = False
    findings: list[Finding] = field(default_factory=list)
    alerts: dict[str, Alert] = field(default_factory=dict)

    def __post_init__(self) -> None:
        said = {**SHIPMENT, **self.case.get("shipment", {})}
        said = {key: value for key, value in said.items() if value != ""}
        self.shipment = msgspec.convert(said, Shipment)
        self.policy = Policy().overridden(UNHEARD | self.case.get("policy", {}))
        self.now = T0
        self.last: dict[str, Any] = {"km": 0.0, "zones": [], "off": 0.0, "country": "MX"}
        devices = {d.id: DeviceState(live=Lane(), heard_at=T0) for d in self.shipment.devices}
        self.state = ScopeState(scope="S1", devices=devices, custodian="shipper")
        if self.case.get("unassigned"):
            self.state = ScopeState(scope="device:L1")
        else:
            conflicts = self.case.get("conflicts", {})
            self.conflicts = msgspec.convert(conflicts, dict[str, commands.NumberConflict])
            self.step(commands.OpenShipment(at=T0, by="desk", conflicts=self.conflicts))

    def plan(self) -> Plan | None:
        if self.case.get("unassigned"):
            return None
        along = self.case.get("along", {})
        legs = tuple(
            PlannedLeg(
                _named(leg.from_zone),
                _named(leg.to_zone),
                _named(leg.corridor),
                CORRIDOR_HALF_WIDTH_M,
                leg.custodian,
                leg.earliest,
                leg.latest,
                backwards=self.southbound,
                waypoints=tuple(self._waypoint(str(zone)) for zone in leg.waypoints),
                dead=_dead(along),
            )
            for leg in self.shipment.legs
        )
        stops = {str(stop.zone): stop.minutes for stop in self.shipment.planned_stops}
        return Plan(
            shipment=self.shipment,
            opened_at=T0,
            legs=legs,
            stops=stops,
            authorisations=self.shipment.authorisations,
            shared=PLACES,
            border=Border(queues=(_stretch(*along["queue"]),)) if "queue" in along else None,
            origin=_spot(along["origin"]) if "origin" in along else None,
            goal=_spot(along["goal"]) if "goal" in along else None,
            rests=tuple((zone, *_spot(km)) for zone, km in along.get("rests", {}).items()),
            ends=tuple(_spot(km) for km in along.get("ends", ())),
        )

    def _waypoint(self, zone: str) -> Waypoint:
        """It ends where `WAYPOINTS` says, in km along the road."""
        end = 1000.0 * WAYPOINTS[zone]
        return Waypoint(zone, -(ROAD_M - end) if self.southbound else end)

    def step(self, what: engine.Input, placement: Placement | None = None) -> engine.Step:
        self.now = max(self.now, _taken(what))
        plan, rules = self.plan(), self.rules
        done = engine.step(self.state, what, placement, plan, self.policy, rules)
        stored = engine.decode(engine.encode(done.state), rules)
        assert stored == done.state, "the state survives storage"
        self.state = engine.with_deadline(done.state, plan, self.policy, rules).state
        for finding in done.findings:
            assert not undeclared(finding), f"{finding}: {undeclared(finding)}"
        self.findings += done.findings
        self.alerts.update((alert.id, alert) for alert in done.alerts)
        return done

    def play(self) -> None:
        for said in self.case["steps"]:
            if "tick" in said:
                self._tick(T0 + timedelta(minutes=said["tick"]))
            else:
                self.step(*self.input(said))

    def input(self, said: dict[str, Any]) -> tuple[engine.Input, Placement | None]:
        """What a step of the case is to the engine; a tick is one tick, whatever is due."""
        if "tick" in said:
            return engine.Tick(now=T0 + timedelta(minutes=said["tick"])), None
        if "command" in said:
            return self._command(dict(said)), None
        return self._reading(dict(said))

    def _tick(self, until: datetime) -> None:
        """As the intake does it: the engine is ticked at each time it asked for."""
        while self.state.wake_at is not None and self.state.wake_at <= until:
            due = self.state.wake_at
            self.step(engine.Tick(now=max(due, self.now)))
            assert self.state.wake_at is None or self.state.wake_at > due, "a timer never ends"
        self.step(engine.Tick(now=until))

    def _reading(self, said: dict[str, Any]) -> tuple[engine.HeardReading, Placement | None]:
        at = T0 + timedelta(minutes=said["at"])
        stays = ("km", "zones", "off", "along", "country")
        here = self.last | {key: said[key] for key in stays if key in said}
        if not said.get("aside"):
            self.last = here
        quality = {"satellites": said.get("satellites"), "hdop": said.get("hdop")}
        position: Fix | NoFix
        placement = None
        if said.get("no_fix"):
            position = NoFix(reason=NoFixReason.ABSENT, speed_kmh=said.get("no_speed"), **quality)
        else:
            position = Fix(
                lat=said.get("lat", 20.0 + here["km"] / 111.195),
                lon=said.get("lon", -100.0),
                time=T0 + timedelta(minutes=said.get("fix_at", said["at"])),
                speed_kmh=said.get("speed"),
                accuracy_m=said.get("accuracy"),
                course_deg=said.get("course"),
                altitude_m=said.get("altitude"),
                **quality,
            )
            placement = msgspec.structs.replace(
                self._placement(here, said.get("accuracy")),
                doubtful=tuple(said.get("doubtful", ())),
                passed=tuple(said.get("passed", ())),
                cell_m=said.get("cell_m"),
            )
        rssi = said.get("rssi")
        reading = Reading(
            device=said.get("device", "L1"),
            dialect=said.get("dialect", "native"),
            event_time=at,
            received_at=T0 + timedelta(minutes=said.get("received", said["at"])),
            position=position,
            seal=_report(said["seal"]) if "seal" in said else None,
            battery_pct=said.get("battery"),
            jamming=said.get("jamming"),
            seq=said.get("seq"),
            buffered=said.get("buffered", False),
            cell=Cell(rssi=rssi) if rssi is not None else None,
        )
        shown = T0 + timedelta(minutes=said["device_time"]) if "device_time" in said else None
        reading = msgspec.structs.replace(
            reading,
            clock=Clock(said.get("clock", "device")),
            extra=({"device_time": shown.isoformat()} if shown else {})
            | ({"clock": "unset"} if said.get("unset") else {}),
        )
        identity = hashlib.sha256(msgspec.json.encode(reading)).hexdigest()[:32]
        told: dict[str, Any] = {key: bool(said.get(key)) for key in ("retained", "history")}
        told["learnt_min"] = said.get("learnt", 0)
        if "delivered" in said:
            told["delivered_at"] = T0 + timedelta(minutes=said["delivered"])
        return engine.HeardReading(reading=reading, identity=identity, **told), placement

    def _placement(self, here: dict[str, Any], accuracy: float | None) -> Placement:
        off, along = float(here["off"]), 1000.0 * float(here.get("along", here["km"]))
        if not any(leg.corridor for leg in self.shipment.legs):
            return Placement(
                zones=tuple(sorted(here["zones"])), country=here["country"], uncertainty_m=accuracy
            )
        return Placement(
            zones=tuple(sorted(here["zones"])),
            country=here["country"],
            corridor="road",
            on_corridor=off <= CORRIDOR_HALF_WIDTH_M,
            offset_m=off,
            progress_m=ROAD_M - along if self.southbound else along,
            uncertainty_m=accuracy,
        )

    def _command(self, said: dict[str, Any]) -> commands.AnyCommand:
        name, at = said.pop("command"), T0 + timedelta(minutes=said.pop("at"))
        said = {"by": "somebody", **said}
        if name == "excuse":
            said["until"] = T0 + timedelta(minutes=said["until"])
        if name == "authorise":
            for key in ("from", "until"):
                if key in said:
                    said[key] = (T0 + timedelta(minutes=said[key])).isoformat()
            by = said.pop("by")
            leave = msgspec.convert(said, Authorisation)
            self.shipment = msgspec.structs.replace(
                self.shipment, authorisations=(*self.shipment.authorisations, leave)
            )
            return commands.Authorise(at=at, by=by, authorisation=leave)
        if name == "amend":
            seals = msgspec.convert(said.pop("seals"), tuple[Seal, ...])
            self.shipment = msgspec.structs.replace(self.shipment, seals=seals)
            said |= {"changed": ["seals"], "reason": "corrected", "document_sha256": ""}
        if name == "delivery":
            given = {"notice": "A-1", "update": "raised", "delivery": f"A-1/1.{at:%H%M}", **said}
            return msgspec.convert(
                {"type": "RecordDelivery", "at": at, "occurred_at": at, **given},
                commands.RecordDelivery,
            )
        kinds = {
            "amend": commands.AmendShipment,
            "seal": commands.RecordSeal,
            "excuse": commands.ExcuseDelay,
            "offer": commands.OfferCustody,
            "accept": commands.AcceptCustody,
            "close": commands.CloseShipment,
            "ack": commands.AcknowledgeAlert,
            "close_alert": commands.CloseAlert,
            "accept_alert": commands.AcceptAlert,
            "report_reject": commands.ReportReject,
            "report_number": commands.ReportNumber,
            "issue": commands.IssueSeals,
            "void": commands.VoidSeal,
            "redraw": commands.RedrawZones,
        }
        return kinds[name](at=at, **said)  # type: ignore[no-any-return]

    def outcome(self) -> list[tuple[str, dict[str, Any]]]:
        """The alerts still open: "severity kind", and what else may be asked of each."""
        open_ = (a for a in self.alerts.values() if a.status is not AlertStatus.CLOSED)
        return sorted(
            ((f"{alert.severity} {alert.kind}", _facts(alert)) for alert in open_),
            key=lambda pair: (pair[0], pair[1]["at"]),
        )


def _named(place: str | dict[str, Any] | None) -> str | None:
    """Of a case's shipment, whose places all have names here: none is drawn in it."""
    assert not isinstance(place, dict)
    return place


def _facts(alert: Alert) -> dict[str, Any]:
    return {
        "late": alert.late,
        "ended": alert.ended_at is not None,
        "at": (alert.occurred_at - T0).total_seconds() / 60,
        "seen": (alert.last_seen - T0).total_seconds() / 60,
        "count": alert.count,
        "status": str(alert.status),
        "km": None if alert.lat is None else round((alert.lat - 20.0) * 111.195, 3),
        "zone": alert.zone,
        "device": alert.device,
        "part": alert.part_of is not None,
        "told": [(chapter.code, chapter.facts) for chapter in alert.chapters],
    }


def expected(text: str) -> tuple[str, dict[str, Any]]:
    """ "critical jamming late at=3" -> ("critical jamming", {"late": True, "at": 3.0})"""
    text, _, told = text.partition(" ~ ")
    severity, kind, *more = text.split()
    return f"{severity} {kind}", _wanted(more) | _told(told)


def _told(text: str) -> dict[str, Any]:
    """ "off_corridor minutes=11; ..." -> {"told": [("off_corridor", {"minutes": "11"}), ...]}"""
    if not text:
        return {}
    chapters = (shlex.split(one) for one in text.split(";"))
    pairs = [(code, [word.partition("=") for word in facts]) for code, *facts in chapters]
    return {"told": [(code, {name: value for name, _, value in facts}) for code, facts in pairs]}


def _wanted(words: list[str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for word in words:
        key, _, value = word.partition("=")
        if value:
            facts[key] = value if key in ("status", "zone", "device", "clock") else float(value)
        else:
            facts[key.removeprefix("not-")] = not key.startswith("not-")
    return facts


def agrees(facts: dict[str, Any], wants: dict[str, Any]) -> bool:
    """Everything wanted is so."""
    return all(
        _tells(facts["told"], wanted) if key == "told" else facts[key] == wanted
        for key, wanted in wants.items()
    )


def _tells(told: list[tuple[str, Any]], wanted: list[tuple[str, dict[str, str]]]) -> bool:
    """These codes, all of them, with these of their facts."""
    return [code for code, _ in told] == [code for code, _ in wanted] and all(
        str("null" if facts[name] is None else facts[name]) == value
        for (_, facts), (_, wants) in zip(told, wanted, strict=True)
        for name, value in wants.items()
    )


def matches(finding: Finding, text: str) -> bool:
    """ "zone_entered zone=plant at=3": is this that finding?"""
    text, _, told = text.partition(" ~ ")
    type_, *more = text.split()
    facts = {
        "at": (finding.occurred_at - T0).total_seconds() / 60,
        "late": finding.late,
        "zone": finding.zone,
        "device": finding.device,
        "placed": finding.lat is not None,
        "clock": finding.facts.get("clock"),
        "told": [(finding.code, finding.facts)],
    }
    return finding.type == type_ and agrees(facts, _wanted(more) | _told(told))


def _taken(what: engine.Input) -> datetime:
    """When the tracker took this input."""
    if isinstance(what, engine.HeardReading):
        return what.reading.received_at
    return what.now if isinstance(what, engine.Tick) else what.at


def _report(said: dict[str, Any]) -> SealReport:
    said = dict(said)
    events = said.pop("events", [])
    if "event" in said:
        events = [*events, said.pop("event")]
    if "state" in said:
        said["condition"] = said.pop("state")
    return msgspec.convert({**said, "events": events}, SealReport)
