"""The map, in a real browser: it draws, it moves, it tells, and it asks the network for nothing."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.map.scenes import HOSTILE, bad_day, crowded_scene, hostile_scene, library_scene, scene_of
from tests.support.browser import Browser, chromium
from tests.support.waiting import wait_for
from tracker.domain.geo import metres_between
from tracker.map.html import page
from tracker.map.scene import Scene

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

Show = Callable[[Scene], Browser]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Opens a scene. At the end: no complaint in the console, and no request but for the file."""
    file = tmp_path / "map.html"

    def opened(scene: Scene) -> Browser:
        file.write_text(page(scene), encoding="utf-8")
        browser.prefers("light")
        browser.requests()
        browser.open(file)
        until(lambda: count(browser, "#layer-names > *") > 0, "the map is drawn")
        return browser

    yield opened
    assert browser.errors() == []
    assert browser.requests() == [file.as_uri()]


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    office = bad_day(tmp_path_factory.mktemp("office"))
    scene = scene_of(office)
    office.close()
    return scene


def until(condition: Callable[[], object], what: str) -> None:
    wait_for(condition, what=what)


def count(browser: Browser, selector: str) -> int:
    return int(browser.run("return document.querySelectorAll(arguments[0]).length", selector))


def is_off(browser: Browser, selector: str) -> bool:
    return count(browser, selector) == 0


def text(browser: Browser, selector: str) -> str:
    return str(browser.run("return document.querySelector(arguments[0]).textContent", selector))


def drawn(browser: Browser) -> str:
    """How the world lies on the screen: whatever moves it changes this."""
    return str(
        browser.run(
            "return document.querySelector('#world').getAttribute('transform') +"
            " document.querySelector('.route, .area, .track').getAttribute('d')"
        )
    )


def changed(browser: Browser, before: str) -> str:
    until(lambda: drawn(browser) != before, "the map moves")
    return drawn(browser)


def keys(browser: Browser, selector: str, *pressed: str) -> None:
    from selenium.webdriver.common.by import By

    browser.driver.find_element(By.CSS_SELECTOR, selector).send_keys(*pressed)


def pointer(browser: Browser, kind: str, x: float, y: float, **more: Any) -> None:
    """A real event of the mouse, at pixels of the window."""
    browser.driver.execute_cdp_cmd(
        "Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **more}
    )


def centre_of(browser: Browser, selector: str) -> tuple[float, float]:
    x, y = browser.run(
        "const b = document.querySelector(arguments[0]).getBoundingClientRect();"
        "return [b.x + b.width / 2, b.y + b.height / 2]",
        selector,
    )
    return x, y


def tip(browser: Browser) -> str:
    """The tooltip's text, "" if none is shown."""
    return str(
        browser.run("const t = document.getElementById('tip'); return t.hidden ? '' : t.innerText")
    )


def km(browser: Browser) -> float:
    return float(text(browser, "#scale-text").removesuffix(" km"))


def test_a_shipment_is_drawn_with_all_it_has(show: Show, bad: Scene) -> None:
    browser = show(bad)
    assert count(browser, "#layer-zones .area") == 3
    assert count(browser, "#layer-zones .hatch") == 1  # the place of high risk
    assert count(browser, "#layer-routes .route") == 1
    assert count(browser, "#layer-tracks .track") == 1
    assert browser.run("return document.querySelector('.gap').getAttribute('d')").count("M") == 1
    assert count(browser, "#layer-tracks .late") == 2  # the rings and their insides
    assert count(browser, "#layer-tracks .stop") == 1
    assert count(browser, "#layer-marks .mark.alerts") == sum(
        mark.layer == "alerts" for mark in bad.marks
    )
    assert count(browser, "#layer-marks .mark") == len(bad.marks)
    assert count(browser, "#timeline .item") == len(bad.timeline)
    assert "seal tampered" in text(browser, "#layer-marks")


def test_the_library_is_drawn_and_listed(show: Show) -> None:
    scene = library_scene()
    browser = show(scene)
    assert count(browser, "#layer-routes .route") == len(scene.routes)
    listed = min(300, len(scene.areas) + len(scene.routes))
    assert count(browser, "#features .item") == listed
    assert browser.run("return document.querySelector('#story').hidden")
    assert "Monterrey" in text(browser, "#layer-names")


def test_wheel_buttons_and_drag(show: Show) -> None:
    browser = show(library_scene())
    now, scale = drawn(browser), km(browser)
    pointer(browser, "mouseWheel", 400, 300, deltaX=0, deltaY=-600)
    now = changed(browser, now)
    assert km(browser) < scale
    browser.run("document.getElementById('out').click()")
    now = changed(browser, now)
    pointer(browser, "mousePressed", 400, 300, button="left", clickCount=1)
    pointer(browser, "mouseMoved", 300, 260, button="left")
    pointer(browser, "mouseReleased", 300, 260, button="left", clickCount=1)
    now = changed(browser, now)
    browser.run("document.getElementById('fit').click()")
    changed(browser, now)
    assert km(browser) == scale


def test_what_is_under_the_pointer_stays_under_it(show: Show) -> None:
    browser = show(library_scene())
    pointer(browser, "mouseMoved", 500, 200)
    until(lambda: text(browser, "#where") != "", "the position is told")
    before, now = text(browser, "#where"), drawn(browser)
    pointer(browser, "mouseWheel", 500, 200, deltaX=0, deltaY=-900)
    changed(browser, now)
    pointer(browser, "mouseMoved", 500, 200)
    lat, lon = (float(part) for part in text(browser, "#where").split(","))
    lat0, lon0 = (float(part) for part in before.split(","))
    assert abs(lat - lat0) < 1e-4
    assert abs(lon - lon0) < 1e-4


def test_the_scale_bar_is_true(show: Show) -> None:
    browser = show(library_scene(crossing="laredo-world-trade"))
    places = []
    for x in (300, 700):
        pointer(browser, "mouseMoved", x, centre_of(browser, "#map")[1])
        places.append([float(part) for part in text(browser, "#where").split(",")])
    metres = metres_between(*places[0], *places[1]) / 400
    bar = browser.run("return document.querySelector('#scale-bar').getBBox().width")
    assert bar * metres == pytest.approx(1_000 * km(browser), rel=0.01)


def test_pinch(show: Show) -> None:
    browser = show(library_scene())
    now, scale = drawn(browser), km(browser)

    def touch(kind: str, *places: tuple[int, int]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        browser.driver.execute_cdp_cmd(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": points}
        )

    touch("touchStart", (350, 300), (450, 300))
    for apart in (80, 140, 200):
        touch("touchMove", (400 - apart, 300), (400 + apart, 300))
    touch("touchEnd")
    changed(browser, now)
    assert km(browser) < scale


def test_the_keyboard(show: Show) -> None:
    from selenium.webdriver.common.keys import Keys

    browser = show(library_scene())
    now, scale = drawn(browser), km(browser)
    for pressed in (Keys.ARROW_LEFT, Keys.ARROW_UP, "+", "+", "+"):
        keys(browser, "#map", pressed)
        now = changed(browser, now)
    assert km(browser) < scale
    keys(browser, "#map", "0")
    changed(browser, now)
    assert km(browser) == scale


def test_every_mark_can_be_reached_and_read_by_keyboard(show: Show, bad: Scene) -> None:
    from selenium.webdriver.common.keys import Keys

    browser = show(bad)
    keys(browser, "#map", Keys.TAB)
    assert "mark" in browser.run("return document.activeElement.getAttribute('class')")
    label = browser.run("return document.activeElement.getAttribute('aria-label')")
    assert label.split(",")[0] in tip(browser)
    now = drawn(browser)
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    changed(browser, now)
    assert browser.run("return document.activeElement.getAttribute('aria-label')") == label
    assert label.split(",")[0] in text(browser, "#status")


def test_tooltips_of_marks_zones_and_fixes(show: Show, bad: Scene) -> None:
    browser = show(bad)
    pointer(browser, "mouseMoved", *centre_of(browser, ".mark.Critical .foot"))
    until(lambda: "06:52:00 CST" in tip(browser), "the alert is told")
    assert "seal tampered" in tip(browser)
    hall = next(area for area in bad.areas if area.id == "S1/hall")
    browser.run(
        "[...document.querySelectorAll('#features .item')]"
        ".find((one) => one.textContent.includes(arguments[0])).click()",
        hall.name,
    )
    assert hall.name in tip(browser)
    pointer(browser, "mouseMoved", 20, 600)
    until(lambda: tip(browser) == "", "nothing is told of nothing")
    pointer(browser, "mouseMoved", *centre_of(browser, "#map"))
    until(lambda: "S1/hall" in tip(browser), "the zone is told")
    browser.run("document.getElementById('fit').click()")
    until(lambda: count(browser, "#layer-zones .area") == 3, "all is drawn again")
    late = next(i for i in bad.tracks[0].late)
    row = bad.tracks[0].times[late]
    browser.run(
        "document.querySelector('#map').dispatchEvent(new PointerEvent('pointermove',"
        " {clientX: 0, clientY: 0, bubbles: true}))"
    )
    x, y = browser.run(
        "const d = document.querySelector('.late').getAttribute('d').slice(1).split('h')[0];"
        "const [x, y] = d.split(' ').map(Number);"
        "const m = document.querySelector('#world').getCTM();"
        "return [x * m.a + m.e, y * m.d + m.f]"
    )
    pointer(browser, "mouseMoved", x, y)
    until(lambda: row in tip(browser), "the late fix is told")
    assert "backlog" in tip(browser)


def test_the_timeline_leads_to_its_place(show: Show, bad: Scene) -> None:
    browser = show(bad)
    now = drawn(browser)
    browser.run(
        "[...document.querySelectorAll('#timeline .item')]"
        ".find((one) => one.textContent.includes('alert raised')).click()"
    )
    changed(browser, now)
    x, y = centre_of(browser, "#map")
    pointer(browser, "mouseMoved", x, y)
    until(lambda: "seal tampered" in tip(browser), "the alert is in the middle")


def test_a_layer_can_be_switched_off(show: Show, bad: Scene) -> None:
    browser = show(bad)
    for layer, selector in (
        ("alerts", ".mark.alerts"),
        ("seals", ".mark.seals"),
        ("tracks", ".track"),
        ("gaps", "#layer-tracks .gap"),
        ("late", "#layer-tracks .late"),
        ("routes", "#layer-routes .route"),
        ("plant", ".area[fill='#2f7d4f']"),
        ("grid", "#layer-grid .grid"),
        ("names", "#layer-names .town"),
        ("border", "#layer-border .border"),
    ):
        switch = f"document.querySelector('[data-layer={layer}]').click()"
        browser.run(switch)
        until(partial(is_off, browser, f"#world {selector}"), f"{layer} is off")
        if layer == "tracks":
            browser.run(switch)


def test_a_list_is_searched(show: Show) -> None:
    from selenium.webdriver.common.by import By

    browser = show(library_scene())
    field = browser.driver.find_element(By.CSS_SELECTOR, "#features .search")
    field.send_keys("Laredo-World-TRADE.cbp")
    until(lambda: count(browser, "#features .item") == 2, "two zones are left")
    field.send_keys(" nonsense")
    until(lambda: text(browser, "#features .more") == "nothing found", "none is left")


def test_dark_and_light(show: Show, bad: Scene) -> None:
    browser = show(bad)
    ground = "return getComputedStyle(document.querySelector('#map')).backgroundColor"
    light = browser.run(ground)
    browser.prefers("dark")
    until(lambda: browser.run(ground) != light, "it follows the system")
    dark = browser.run(ground)
    browser.run("document.getElementById('theme').click()")
    assert browser.run(ground) == light
    browser.run("document.getElementById('theme').click()")
    assert browser.run(ground) == dark


def test_it_prints(show: Show, bad: Scene) -> None:
    import base64

    browser = show(bad)
    browser.prefers("dark")
    assert count(browser, "#picture #scale-bar") == 1  # it is scaled with the picture
    sheet = browser.driver.execute_cdp_cmd("Page.printToPDF", {"landscape": True})
    assert base64.b64decode(sheet["data"]).startswith(b"%PDF")
    assert browser.run("return document.documentElement.dataset.theme") == "dark"


def test_hostile_names_are_text(show: Show) -> None:
    browser = show(hostile_scene())
    assert browser.driver.title == HOSTILE.replace("\u2028", " ") or browser.driver.title == HOSTILE
    assert count(browser, "img") == 0
    assert "<img src=x onerror=" in text(browser, "#layer-names")
    assert "<img src=x onerror=" in text(browser, "#features")
    pointer(browser, "mouseMoved", *centre_of(browser, "#map"))
    until(lambda: "<img src=x onerror=" in tip(browser), "it is told as text")


ZOOM = """
const done = arguments[0], began = performance.now();
document.getElementById("in").click();
requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
"""


def zooming(browser: Browser) -> float:
    """Milliseconds that a zoom takes, until it is on the screen: the middle one of eight."""
    took = []
    for _ in range(8):
        before = drawn(browser)
        took.append(float(browser.driver.execute_async_script(ZOOM)))
        changed(browser, before)
    return statistics.median(took)


def test_ten_thousand_zones_and_a_long_track_stay_usable(show: Show, bad: Scene) -> None:
    """On two shared cores, without a graphics card, a zoom takes some 60 ms: three times as long as
    one of a usual map.
    """
    usual = zooming(show(bad))
    browser = show(crowded_scene())
    assert count(browser, "#layer-zones .area") <= 1_500
    crowded = zooming(browser)
    print(f"\na zoom takes {crowded:.0f} ms, {crowded / usual:.1f} times one of a usual map")
    assert crowded < 15 * usual
    assert count(browser, "#world *") < 8_000
    assert "search" in text(browser, "#features .more")
