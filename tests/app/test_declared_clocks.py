"""How the clocks of devices are set, as shipments come, change and go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from devices.common.zones import ClockSetting
from tests.support.office import START, Office, trip
from tracker.app.declared_clocks import DeclaredClocks
from tracker.domain.command import CloseShipment
from tracker.ports import StoredShipment

MEXICO, EL_PASO = ClockSetting(zone="America/Mexico_City"), ClockSetting(zone="America/Denver")


def stored(name: str, device: str, *, closed: bool = False, **clock: Any) -> StoredShipment:
    document = {"id": name, "devices": [{"id": device, **clock}]}
    return StoredShipment(
        id=name,
        document=json.dumps(document).encode(),
        opened_at=START,
        closed_at=START if closed else None,
        devices=(device,),
        numbers=(),
    )


def test_an_open_shipment_goes_before_a_closed_one_and_that_before_the_configuration() -> None:
    clocks = DeclaredClocks({"L1": EL_PASO})
    clocks.know(stored("S1", "L1", time_zone="America/Mexico_City"))
    assert clocks.settings == {"L1": MEXICO}
    clocks.know(stored("S1", "L1", closed=True, time_zone="America/Mexico_City"))
    assert clocks.settings == {"L1": MEXICO}, "a clock is not set anew by a delivery"
    clocks.know(stored("S2", "L1", clock_offset_min=30))
    assert clocks.settings == {"L1": ClockSetting(offset_min=30.0)}
    clocks.forget("S2")
    assert clocks.settings == {"L1": MEXICO}
    clocks.forget("S1")
    assert clocks.settings == {"L1": EL_PASO}


def test_what_an_amendment_takes_away_no_longer_counts() -> None:
    clocks = DeclaredClocks({})
    asked = clocks.settings
    clocks.know(stored("S1", "L1", time_zone="America/Mexico_City"))
    clocks.know(stored("S1", "L2", time_zone="America/Denver"))
    assert asked == {"L2": EL_PASO}
    clocks.know(stored("S1", "L2"))
    assert asked == {}


def test_the_intake_follows_an_amendment_that_removes_a_time_zone(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.open(trip("S1", "L1") | {"devices": [{"id": "L1", "time_zone": "America/Denver"}]})
    office.ingest.tick()
    assert office.ingest.registry.clocks == {"L1": EL_PASO}
    office.commands.amend("S1", {"devices": [{"id": "L1"}]}, by="office", reason="it is in UTC")
    office.clock.set(office.clock.now().replace(minute=1))
    office.ingest.tick()
    assert office.ingest.registry.clocks == {}
    office.commands.submit("S1", CloseShipment(at=office.clock.now(), by="office"))
    office.close()
