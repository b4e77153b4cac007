"""How many rows a viewer sees: counted once for all who see the same, and anew when rows change."""

from __future__ import annotations

from pathlib import Path

from tests.support.office import START, Office, message, reading, trip
from tests.support.web import config_in
from tracker.app.queries.fleet import Fleet
from tracker.domain.access import Role, Viewer
from tracker.web.live.hub import Counts
from tracker.web.office import Office as WebOffice

ALL = Viewer(name="ana", role=Role.DISPATCHER)
ACME = Viewer(name="bob", role=Role.CARRIER, carrier="acme")


def test_each_kind_of_viewer_is_counted_for_what_it_sees(tmp_path: Path) -> None:
    office, config = Office(tmp_path), config_in(tmp_path)
    office.open(trip(custodians=[{"id": "acme", "name": "Acme", "role": "carrier"}]))
    office.open(trip("S2", "L2"))
    office.hear(message("L1", reading(0, seal={"state": "sealed", "number": "MXL1"})))
    fleet, counts = Fleet(WebOffice(config, office.clock).geography), Counts()
    fleet.refresh(office.journal)
    assert counts.of(ALL, fleet.rows) == (2, 0)
    assert counts.of(ACME, fleet.rows) == (1, 0)
    office.clock.set(START)
    cut = {"state": "cut", "number": "MXL1", "event": "cut"}
    office.hear(message("L1", reading(1, seal=cut)))
    assert counts.of(ALL, fleet.rows) == (2, 0), "nothing is counted while no row has changed"
    fleet.refresh(office.journal)
    assert counts.of(ALL, fleet.rows) == (2, 1)
    assert counts.of(ACME, fleet.rows) == (1, 1)
    office.close()
