"""Zones change under a running tracker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from geofences import formats, library
from tests.app.commands.conftest import T0
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.adapters.notifiers import Silent
from tracker.adapters.zone_files import ZoneFiles
from tracker.app.commands import CommandHandler
from tracker.app.ingest import Ingest
from tracker.app.planning import Geography
from tracker.domain.command import CloseShipment
from tracker.domain.policy import Policy
from tracker.domain.state import ZONES_SCOPE
from tracker.log import leaf
from tracker.ports import Message

LAT, LON = 24.5, -100.5
"""Nowhere near a zone of the library."""


def square(name: str, half: float) -> dict[str, Any]:
    west, east, south, north = LON - half, LON + half, LAT - half, LAT + half
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"id": name, "name": name, "kind": "rest_stop"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


class Inbox:
    """Gives what it is handed; always settled."""

    def __init__(self) -> None:
        self.handed: list[Message] = []

    def receive(self, timeout: float, limit: int = 4096) -> list[Message]:
        handed, self.handed = self.handed, []
        return handed

    def acknowledge(self, messages: Any) -> None: ...

    @property
    def trouble(self) -> str:
        return ""

    def settled(self) -> bool:
        return True

    def wake(self) -> None: ...

    def close(self) -> None: ...


class Scene:
    def __init__(self, folder: Path, journal: SqlJournal) -> None:
        self.file, self.journal = folder / "zones.geojson", journal
        self.clock, self.inbox = ManualClock(T0), Inbox()
        self.draw()
        self.commands = CommandHandler(
            journal=journal, clock=self.clock, geography=self.load(), origin="t/log"
        )
        self.started()

    def draw(self, *features: dict[str, Any]) -> None:
        text = json.dumps({"type": "FeatureCollection", "features": features})
        self.file.write_text(text, encoding="utf-8")

    def load(self) -> Geography:
        shipped, own = library.load(), formats.read(self.file)
        return Geography(
            formats.GeofenceSet(shipped.zones + own.zones, shipped.corridors + own.corridors),
            Policy(),
        )

    def started(self) -> None:
        self.ingest = Ingest(
            inbox=self.inbox,
            journal=self.journal,
            clock=self.clock,
            geography=self.load(),
            origin="t/log",
            notifier=Silent(),
            watched=ZoneFiles(None, lambda: [self.file], self.load),
        )

    def hear(self, minute: float) -> None:
        """The truck stands, and says so."""
        self.clock.set(T0 + timedelta(minutes=minute))
        said = {"time": self.clock.now().isoformat(), "lat": LAT, "lon": LON, "speed": 0}
        topic = "seals/v1/L1/telemetry"
        self.inbox.handed.append(
            Message(topic=topic, payload=json.dumps(said).encode(), received_at=self.clock.now())
        )
        self.ingest.once(0)

    def types(self, scope: str) -> list[str]:
        return [row.type for row in self.journal.entries(scope=scope)]

    def zones(self) -> set[str]:
        return set(self.ingest.registry.state("S1").devices["L1"].live.zones)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with closing(SqlJournal.open(f"sqlite:///{tmp_path / 'tracker.db'}")) as journal:
        made = Scene(tmp_path, journal)
        made.commands.open(json.dumps({"id": "S1", "devices": [{"id": "L1"}]}).encode(), by="d")
        yield made


def test_a_zone_drawn_around_a_standing_truck_is_neither_entered_nor_left(scene: Scene) -> None:
    for minute in range(3):
        scene.hear(minute)
    scene.draw(square("new", 0.01))
    for minute in range(3, 7):
        scene.hear(minute)
    assert scene.zones() == {"new"}
    scene.draw(square("other", 0.01))
    for minute in range(7, 11):
        scene.hear(minute)
    assert scene.zones() == {"other"}
    types = scene.types("S1")
    assert types.count("zones_redrawn") == 2
    assert "zone_entered" not in types
    assert "zone_left" not in types


def test_every_version_in_force_is_an_entry_and_is_kept(scene: Scene) -> None:
    scene.hear(0)
    scene.draw(square("new", 0.01))
    scene.hear(1)
    scene.draw()
    scene.hear(2)
    facts = [
        leaf.parse(row.leaf)["payload"]["facts"] for row in scene.journal.entries(scope=ZONES_SCOPE)
    ]
    kept = [geography.version for geography in scene.journal.geographies()]
    first, second = kept
    assert [fact["version"] for fact in facts] == [first, second, first]
    assert [fact["previous"] for fact in facts] == [None, first, second]
    old = Geography.of_content(scene.journal.geographies()[1].content, Policy())
    assert old.version == second
    assert old.atlas.locate([LAT], [LON])[0].zones == ("new",)
    last = list(scene.journal.entries(scope="S1"))[-1]
    assert leaf.parse(last.leaf)["zones"] == first, "a later entry names the version in force"


def test_zones_that_changed_while_the_tracker_was_down(scene: Scene) -> None:
    for minute in range(3):
        scene.hear(minute)
    scene.draw(square("new", 0.01))
    scene.started()
    for minute in range(3, 6):
        scene.hear(minute)
    assert scene.zones() == {"new"}
    assert "zone_entered" not in scene.types("S1")


def test_a_file_that_cannot_be_used_changes_nothing(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    from geofences.errors import GeoFault
    from tracker.domain.errors import UsageError

    def load() -> Geography:
        try:
            return Scene.load(scene)
        except GeoFault as fault:
            raise UsageError(fault.what, where=fault.where, mend=fault.mend) from None

    scene.ingest._watched = ZoneFiles(None, lambda: [scene.file], load)
    scene.hear(0)
    scene.file.write_text("{", encoding="utf-8")
    scene.hear(1)
    scene.hear(2)
    assert len(scene.types(ZONES_SCOPE)) == 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "zones.geojson" in caplog.text


def test_starting_again_with_the_same_zones_says_nothing(scene: Scene) -> None:
    before = scene.journal.version()
    scene.started()
    assert scene.journal.version() == before


def test_a_shipment_that_is_closed_gets_no_entry_of_zones_drawn_later(scene: Scene) -> None:
    for minute in range(3):
        scene.hear(minute)
    scene.commands.submit("S1", CloseShipment(at=scene.clock.now(), by="consignee"))
    scene.hear(3)
    before = scene.types("S1")
    scene.draw(square("new", 0.01))
    scene.hear(4)
    scene.hear(5)
    assert len(scene.types(ZONES_SCOPE)) == 2, "the zones are in force"
    assert scene.types("S1") == before
