"""The live map in a real browser: a truck appears and moves by itself; it is followed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.browser import Browser, chromium
from tests.support.office import START, Office, message, reading, trip
from tests.support.waiting import wait_for
from tests.support.web import add_user, config_in, enter, listening
from tracker.config import Config
from tracker.domain.access import Role

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


class World:
    """A tracker that hears what the test says, and the address of the application beside it."""

    def __init__(self, office: Office, config: Config, address: str) -> None:
        self.office, self.config, self.address = office, config, address

    def hear(self, minute: float, km: float, device: str = "L1", **more: Any) -> None:
        now = START + timedelta(minutes=minute)
        self.office.clock.set(now)
        told = reading(minute, north_km=km, speed=60, **more)
        self.office.hear(message(device, told, at=now))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    config = config_in(folder, live_ms=50.0, port=0)
    office = Office(folder)
    office.open(trip())
    office.open(trip("S2", "L2"))
    add_user(config, "ana", Role.DISPATCHER)
    with listening(config) as address:
        world = World(office, config, address)
        world.hear(0, 0)
        yield world
    office.close()


@pytest.fixture
def shown(browser: Browser, world: World) -> Iterator[Browser]:
    """Logged in. At the end: no complaint in the console, and nothing asked for elsewhere."""
    browser.driver.get(f"{world.address}/board")
    if "/login" in browser.driver.current_url:
        enter(browser, world.address, "ana")
    browser.errors()
    browser.requests()
    yield browser
    assert browser.errors() == []
    assert {asked for asked in browser.requests() if not asked.startswith(world.address)} == set()


def opened(browser: Browser, world: World, query: str = "") -> None:
    browser.driver.get(f"{world.address}/map{query}")
    wait_for(lambda: "S1" in drawn(browser), what=lambda: f"S1 is on the map: {_seen(browser)}")


def _seen(browser: Browser) -> str:
    """What there is instead, for whoever reads of a failure."""
    told: str = browser.run(
        "return JSON.stringify({address: location.href, ready: document.readyState,"
        " shown: document.visibilityState, map: globalThis.liveMap && {frames:"
        " liveMap.view.times.length, box: liveMap.camera.box, trucks: [...liveMap.trucks.all],"
        " items: liveMap.items}, text: document.body.innerText.slice(0, 300)})"
    )
    return f"{told} {browser.errors()}"


def drawn(browser: Browser) -> dict[str, list[float]]:
    """Where each truck that is drawn by itself is, in pixels."""
    found: dict[str, list[float]] = browser.run(
        "return Object.fromEntries(globalThis.liveMap ? liveMap.items.filter((i) => i.truck)"
        ".map((i) => [i.truck.id, [i.px, i.py]]) : [])"
    )
    return found


def ids_listed(browser: Browser) -> list[str]:
    rows = browser.driver.find_elements("css selector", "#here button[data-id]")
    return [row.get_attribute("data-id") for row in rows]


def test_a_truck_moves_without_a_reload(shown: Browser, world: World) -> None:
    opened(shown, world, "?lat=26.1&lon=-100&z=10")
    shown.run("window.stays = true")
    _, before = drawn(shown)["S1"]
    world.hear(10, 10)
    wait_for(lambda: drawn(shown)["S1"][1] < before - 20, what="S1 is drawn further north")
    assert shown.run("return window.stays") is True
    trail = shown.run("return liveMap.trucks.trails.get('S1').length / 2")
    assert trail == 2


def test_a_truck_that_is_heard_the_first_time_appears(shown: Browser, world: World) -> None:
    opened(shown, world, "?lat=26.1&lon=-100&z=10")
    assert "S2" not in drawn(shown)
    world.hear(12, 2, "L2", seal={"state": "sealed", "number": "MXL2"})
    wait_for(lambda: "S2" in drawn(shown), what="S2 is on the map")
    wait_for(lambda: set(ids_listed(shown)) == {"S1", "S2"}, what="both are in the list")


def test_who_is_cut_is_a_red_triangle_and_first_in_the_list(shown: Browser, world: World) -> None:
    opened(shown, world, "?lat=26.1&lon=-100&z=10")
    world.hear(20, 12, seal={"state": "sealed", "number": "MXL1"})
    world.hear(21, 13, seal={"state": "cut", "number": "MXL1", "event": "cut"})
    wait_for(
        lambda: shown.run("return liveMap.trucks.all.get('S1').need") == "critical",
        what="S1 needs a person",
    )
    wait_for(lambda: ids_listed(shown)[:1] == ["S1"], what="S1 is the first in the list")
    said = shown.driver.find_element("css selector", "#here button[data-id=S1]")
    wait_for(lambda: "TAMPERED" in said.text, what="the list says what became of the seal")


def test_the_view_goes_with_a_truck_that_is_followed(shown: Browser, world: World) -> None:
    opened(shown, world, "?follow=S1")
    middle = shown.run("return [liveMap.camera.width / 2, liveMap.camera.height / 2]")
    lat = shown.run("return liveMap.camera.lat")
    world.hear(40, 30)
    wait_for(
        lambda: shown.run("return liveMap.camera.lat") > lat + 0.1, what="the view has moved north"
    )
    wait_for(lambda: drawn(shown)["S1"] == pytest.approx(middle, abs=2), what="S1 is in the middle")
    assert "follow=S1" in wait_for(
        lambda: shown.driver.current_url if "lat=" in shown.driver.current_url else "",
        what="the address says what is seen",
    )
    shown.driver.find_element("id", "map").send_keys("\ue012")  # the arrow to the left
    assert shown.run("return liveMap.followed") is None


def test_zones_are_switched_off_by_kind_and_all_at_once(shown: Browser, world: World) -> None:
    shown.driver.get(f"{world.address}/map?lat=27.597&lon=-99.537&z=14")  # a bridge at Laredo
    wait_for(
        lambda: shown.run("return globalThis.liveMap?.ground.areas.length ?? 0") > 100,
        what="the zones are there",
    )
    seen = "return liveMap.ground.areas.filter((one) => liveMap.ground.shows(one)).length"
    everything = shown.run(seen)
    shown.run("document.getElementById('layer-bridge').click()")
    assert 0 < shown.run(seen) < everything
    shown.run("document.getElementById('layer-zones').click()")
    assert shown.run(seen) == 0


def test_keys_choose_a_truck_and_show_its_track(shown: Browser, world: World) -> None:
    opened(shown, world, "?lat=26.1&lon=-100&z=9")
    wait_for(lambda: "S1" in ids_listed(shown), what="the list is there")
    canvas = shown.driver.find_element("id", "map")
    canvas.send_keys("n")
    assert shown.run("return liveMap.selected") == "S1"
    status = shown.driver.find_element("id", "status")
    wait_for(lambda: "S1" in status.text, what="it is said who is chosen")
    canvas.send_keys("t")
    button = shown.driver.find_element("id", "show-track")
    wait_for(lambda: button.get_attribute("aria-pressed") == "true", what="the track is shown")


def test_a_journey_is_played_back_and_joined_to_the_timeline(shown: Browser, world: World) -> None:
    world.office.clock.set(START + timedelta(minutes=50))
    world.office.open(trip("S3", "L3"))
    for minute, km, condition in (
        (50, 0, "sealed"),
        (60, 6, "sealed"),
        (71, 13, "cut"),
        (110, 45, "cut"),
    ):
        world.hear(minute, km, "L3", seal={"state": condition, "number": "MXL3"})
    shown.driver.get(f"{world.address}/shipments/S3")
    shown.run("document.getElementById('playback').scrollIntoView()")
    wait_for(
        lambda: shown.run("return !!globalThis.playback?.journey"), what="the journey is there"
    )
    start, end = shown.run("return [playback.journey.start, playback.journey.end]")
    assert end - start == 60 * 60

    shown.run("playback.seek(arguments[0])", start + 5 * 60)
    halfway = shown.run("return playback.journey.at(playback.journey.tracks[0], playback.moment)")
    first, second = shown.run(
        "return [...playback.journey.tracks[0].points].filter((n, i) => i % 2).slice(0, 2)"
    )
    assert halfway["y"] == pytest.approx((first + second) / 2)

    cut = "playback.journey.events.findIndex((one) => one.look === 'cut')"
    shown.run(
        f"document.getElementById('playback-events').children[{cut}].firstElementChild.click()"
    )
    assert shown.run("return playback.moment") == start + 21 * 60
    assert shown.run("return playback.journey.sealAt(playback.moment)") == "tampered"
    marked = shown.driver.find_elements("css selector", "[id^='entry-'][aria-current=true]")
    assert [one.get_attribute("id") for one in marked] == [
        shown.run(f"return 'entry-' + playback.journey.events[{cut}].index")
    ]

    shown.driver.find_element("id", "playback-play").click()
    wait_for(lambda: shown.run("return playback.moment") > start + 22 * 60, what="time passes")
    shown.driver.find_element("id", "playback-play").click()
    assert shown.run("return playback.playing") is False
