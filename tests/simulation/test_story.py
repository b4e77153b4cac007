"""The demonstration's story: complete, lawful on paper, and the same every time."""

from __future__ import annotations

import msgspec
import pytest

from geofences import library
from tracker.domain.shipment import Shipment
from tracker.simulation.devices import deliveries
from tracker.simulation.journeys import Drive
from tracker.simulation.story import START, WORLD_TRADE, Declaration, DemoStory, spans
from tracker.simulation.story_mishaps import tell

SET = library.load()


@pytest.fixture(scope="module")
def story() -> DemoStory:
    return tell(SET)


def test_every_document_is_a_shipment_whose_lock_is_the_trucks(story: DemoStory) -> None:
    for truck in story.trucks:
        shipment = msgspec.json.decode(truck.document, type=Shipment)
        assert shipment.id == truck.shipment
        assert [device.id for device in shipment.devices] == [truck.journey.device]


def test_only_the_honest_truck_is_due_no_alert(story: DemoStory) -> None:
    assert [not truck.due for truck in story.trucks] == [True] + [False] * 5
    assert story.honest == "MTY-LRD-001"


def test_what_is_declared_lies_within_the_journey_and_in_order(story: DemoStory) -> None:
    for truck in story.trucks:
        times = [one.at for one in truck.declarations]
        assert times == sorted(times)
        assert all(START < time < story.until for time in times)
    assert all(isinstance(one, Declaration) for one in story.trucks[0].declarations)


def test_the_same_seed_tells_the_same_story_and_another_another(story: DemoStory) -> None:
    said = [deliveries(truck.journey) for truck in story.trucks]
    assert said == [deliveries(truck.journey) for truck in tell(SET).trucks]
    assert said != [deliveries(truck.journey) for truck in tell(SET, seed=2).trucks]


def test_spans_are_where_the_road_is_in_the_zones(story: DemoStory) -> None:
    road = next(one for one in SET.corridors if one.id == WORLD_TRADE)
    found = spans(road, SET.zones)
    northbound = ("monterrey.plant", "sabinas-hidalgo.rest", "nuevo-laredo.yard",
                  "laredo-world-trade.mx-queue", "laredo-world-trade.mx-compound",
                  "laredo-world-trade.bridge", "laredo-world-trade.cbp-primary",
                  "laredo-world-trade.us-inspection", "laredo.yard")  # fmt: skip
    entered = [found[zone][0] for zone in northbound]
    assert entered == sorted(entered)
    assert not any(zone.startswith("laredo-colombia") for zone in found)
    assert all(0 <= enters < leaves <= road.length_m for enters, leaves in found.values())


def test_the_honest_truck_is_where_its_papers_say_when_it_is_opened(story: DemoStory) -> None:
    drive = Drive(story.trucks[0].journey)
    compound = spans(drive.journey.road, SET.zones)["laredo-world-trade.mx-compound"]
    opened = next(act for act in drive.journey.seal if act.event == "opened")
    there = drive.at(drive.second(opened.when))
    assert compound[0] < there.progress_m < compound[1]
    assert there.speed_kmh == 0
