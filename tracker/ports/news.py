"""What machines are told, as JSON values: `Outgoing.data`, by the names of docs/json.md."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from tracker.domain.alert import Alert
from tracker.domain.codes import Code, Fact
from tracker.domain.notice import Update
from tracker.domain.shipment import Vehicle
from tracker.ports.notify import Place


class AlertDocument(Alert, frozen=True, kw_only=True):
    """An alert as `tracker alerts list --json` prints it. code, facts: of the first chapter."""

    code: Code | None = None
    facts: dict[str, Fact] = field(default_factory=dict)


class ShipmentNews(Struct, frozen=True, kw_only=True):
    """The shipment of an alert, as things stand. seal: the number in force; sealed: its state.
    place: where the alert is; now_at: where the truck was last believed to be, at seen_at.
    """

    id: str
    crossing: str | None = None
    vehicle: Vehicle | None = None
    trailer: Vehicle | None = None
    seal: str | None = None
    sealed: str | None = None
    place: Place | None = None
    now_at: Place | None = None
    seen_at: datetime | None = None


class News(Struct, frozen=True, kw_only=True):
    """One update. at: since when it is to be told. alert: None where it is of no single incident;
    alerts: all that a digest tells of.
    """

    update: Update
    number: int
    at: datetime
    alert: AlertDocument | None = None
    alerts: tuple[AlertDocument, ...] = ()
    shipment: ShipmentNews | None = None
