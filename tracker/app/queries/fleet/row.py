"""What a row says of one shipment, and from what it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from tracker.app.planning import Planned
from tracker.app.queries.fleet.need import Need, of_alerts, of_seals
from tracker.app.queries.fleet.where import Where, where
from tracker.app.queries.shipment_view import BREACHES
from tracker.domain.access import custodians
from tracker.domain.alert import Alert, AlertStatus, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.seal import SealState
from tracker.domain.shipment import DeviceRole
from tracker.domain.state import Lane, ScopeState
from tracker.ports import StoredShipment


class FleetAlert(Struct, frozen=True, kw_only=True):
    """An open alert, as a row shows it. code, facts: of its first chapter."""

    id: str
    kind: str
    severity: str
    status: str
    occurred_at: datetime
    code: Code | None = None
    facts: dict[str, Fact] = {}


class Position(Struct, frozen=True, kw_only=True):
    """Where one device was last believed to be, at `at` by its clock. speed_kmh: as it said."""

    device: str
    role: str
    lat: float
    lon: float
    at: datetime
    speed_kmh: float | None = None
    lost: bool = False


class FleetRow(Struct, frozen=True, kw_only=True):
    """One open shipment. seal_state, seal_number: of the lock that gives most concern. breached: an
    open critical alert speaks against a seal, whatever its lock says now. heard_at:
    receipt of the newest word of any device. lane: the names of where it comes from and goes to.
    custodians: ids of all who have custody at some time, for who may see it.
    """

    id: str
    need: Need
    opened_at: datetime
    alerts: tuple[FleetAlert, ...] = ()
    seal_state: SealState = SealState.UNASSIGNED
    seal_number: str | None = None
    breached: bool = False
    where: Where = Where()
    positions: tuple[Position, ...] = ()
    heard_at: datetime | None = None
    moving: bool = False
    custodian: str | None = None
    custodians: frozenset[str] = frozenset()
    crossing: str | None = None
    lane: tuple[str | None, str | None] = (None, None)
    plates: str | None = None
    trailer: str | None = None
    leg: int = 0
    legs: int = 0
    latest: datetime | None = None

    @property
    def attended(self) -> bool:
        """Somebody sees to the gravest of its alerts."""
        return bool(self.alerts) and self.alerts[0].status == AlertStatus.ACKNOWLEDGED

    @property
    def order(self) -> tuple[int, bool, float, str]:
        """By need; of one need those first to which nobody sees, and of these the one whose
        incident is oldest.
        """
        since = min((alert.occurred_at for alert in self.alerts), default=self.opened_at)
        return self.need.rank, self.attended, since.timestamp(), self.id


CONCERN = (
    SealState.TAMPERED,
    SealState.OPEN_UNAUTHORISED,
    SealState.FAULT,
    SealState.UNKNOWN,
    SealState.OPEN_AUTHORISED,
    SealState.UNASSIGNED,
    SealState.ARMED,
    SealState.SEALED,
    SealState.RELEASED,
)
"""Of several locks the one is shown whose state stands first here."""


def fleet_row(
    stored: StoredShipment, state: ScopeState, planned: Planned, lengths_m: dict[str, float]
) -> FleetRow:
    """lengths_m: of corridors, by id."""
    plan, shipment = planned.plan, planned.plan.shipment
    lanes = {device: known.live for device, known in state.devices.items()}
    lead = _lead(lanes)
    place = where(lead, planned, lengths_m) if lead is not None else Where()
    seals = [lanes[lock].seal for lock in plan.locks if lock in lanes]
    seal = min(seals, key=lambda one: CONCERN.index(one.state), default=None)
    alerts = tuple(alert for alert in state.alerts.values() if alert.part_of is None)
    legs = plan.legs
    return FleetRow(
        id=stored.id,
        need=_need(alerts, lead, place, [one.state for one in seals], state, len(legs)),
        opened_at=stored.opened_at,
        alerts=tuple(_alerts(alerts)),
        seal_state=seal.state if seal else SealState.UNASSIGNED,
        seal_number=seal.number if seal else None,
        breached=any(a.severity is Severity.CRITICAL and a.kind in BREACHES for a in alerts),
        where=place,
        positions=tuple(_positions(lanes, planned)),
        heard_at=_heard(state),
        moving=lead is not None and lead.moving,
        custodian=state.custodian,
        custodians=custodians(shipment),
        crossing=shipment.crossing,
        lane=(_named(planned, plan.loading), _named(planned, plan.destination)),
        plates=shipment.vehicle.plates if shipment.vehicle else None,
        trailer=shipment.trailer.plates if shipment.trailer else None,
        leg=state.leg,
        legs=len(legs),
        latest=next((leg.latest for leg in legs[state.leg :] if leg.latest), None),
    )


def _need(
    alerts: Iterable[Alert],
    lead: Lane | None,
    place: Where,
    seals: list[SealState],
    state: ScopeState,
    legs: int,
) -> Need:
    arrived = legs > 0 and state.leg >= legs
    open_need = of_alerts(alerts) or of_seals(seals)
    if open_need is not None:
        return open_need
    if arrived:
        return Need.ARRIVED
    if lead is None:
        return Need.WAITING
    if place.at_border:
        return Need.QUEUEING
    return Need.UNDER_WAY if lead.moving else Need.AT_REST


def _lead(lanes: dict[str, Lane]) -> Lane | None:
    """Of the device whose believed position is newest."""
    placed = [lane for lane in lanes.values() if lane.fix is not None]
    return max(placed, key=lambda lane: lane.fix.time if lane.fix else 0, default=None)


def _heard(state: ScopeState) -> datetime | None:
    heard = [known.heard_at for known in state.devices.values() if known.live.at is not None]
    return max(heard, default=None)


def _alerts(alerts: Iterable[Alert]) -> Iterator[FleetAlert]:
    """The gravest first, then the oldest."""
    open_ones = [alert for alert in alerts if alert.status is not AlertStatus.CLOSED]
    for alert in sorted(open_ones, key=lambda one: (-one.severity.rank, one.occurred_at, one.id)):
        first = alert.chapters[0] if alert.chapters else None
        yield FleetAlert(
            id=alert.id,
            kind=alert.kind,
            severity=alert.severity,
            status=alert.status,
            occurred_at=alert.occurred_at,
            code=first.code if first else None,
            facts=first.facts if first else {},
        )


def _positions(lanes: dict[str, Lane], planned: Planned) -> Iterator[Position]:
    roles = {device.id: device.role for device in planned.plan.shipment.devices}
    for device, lane in lanes.items():
        if lane.fix is not None:
            yield Position(
                device=device,
                role=roles.get(device, DeviceRole.LOCK),
                lat=round(lane.fix.lat, 6),
                lon=round(lane.fix.lon, 6),
                at=lane.fix.time,
                speed_kmh=lane.fix.speed_kmh,
                lost=lane.lost,
            )


def _named(planned: Planned, zone: str | None) -> str | None:
    place = planned.plan.place(zone) if zone else None
    return place.name if place else zone
