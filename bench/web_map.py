"""The live map with 4,000 trucks in headless Chromium: how long a frame takes while they move.

The whole way is real: readings are judged into a database, the server reads it and tells the
browser, which draws. Chromium draws without a graphics card here, on the cores that judge as well.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.web_fleet import PASSWORD, fleet
from tracker.config import Config
from tracker.web import server

TRUCKS = 4_000
SPOKEN = 1_000
"""Readings in one batch, one batch a second: each truck speaks every four seconds."""
WATCHED_S = 8.0
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--window-size=1300,850")
MOVES = {
    "at rest": "",
    "dragged": "liveMap.camera.panBy(4 * Math.cos(now / 900), 4 * Math.sin(now / 700), 'hand');",
    "zoomed": "liveMap.camera.zoomBy(0.02 * Math.sin(now / 1500));",
}
WATCH = """
const [seconds, done] = [arguments[0], arguments[arguments.length - 1]], gaps = [];
liveMap.view.times.length = 0;
let last = null;
const began = performance.now();
(function frame(now) {
  if (last !== null) gaps.push(now - last);
  last = now;
  %s
  if (now - began < seconds * 1000) requestAnimationFrame(frame);
  else done([gaps, liveMap.view.times.map((one) => one[1])]);
})(began);
"""


def report() -> None:
    """Prints the frames' times while nothing moves the map, while it is dragged, and zoomed."""
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        print("web-map: needs Chromium: apt-get install chromium chromium-driver")
        return
    with (
        tempfile.TemporaryDirectory() as name,
        fleet(Path(name), trucks=TRUCKS, each=SPOKEN, every_s=1.0) as config,
        served(config) as address,
        browser(Path(name) / "profile") as driver,
    ):
        _measure(driver, address)


@contextmanager
def served(config: Config) -> Iterator[str]:
    with server.listening(config) as (opened, address):
        running = server.made(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [opened]})
        thread.start()
        try:
            yield address.rstrip("/")
        finally:
            running.should_exit = True
            thread.join()


def _measure(driver: Any, address: str) -> None:
    driver.get(f"{address}/login?next=/map")
    for field, value in (("name", "bench"), ("password", PASSWORD)):
        driver.find_element("name", field).send_keys(value)
    driver.find_element("css selector", "button.main").click()
    began = time.monotonic()
    known = "return globalThis.liveMap ? liveMap.trucks.all.size : 0"
    while driver.execute_script(known) < TRUCKS:
        if time.monotonic() - began > 60:
            raise SystemExit("web-map: the trucks do not come")
        time.sleep(0.1)
    print(f"the live map with {TRUCKS:,} trucks, {SPOKEN:,} of them heard a second")
    for what, move in MOVES.items():
        driver.execute_script("document.getElementById('all').click()")
        gaps, drawn = driver.execute_async_script(WATCH % move, WATCHED_S)
        _tell(what, gaps, f"{spread(drawn)} to draw one ({len(drawn)} drawn)")
    driver.get("about:blank")
    gaps, _ = driver.execute_async_script(
        WATCH.replace("liveMap.view", "({times: []})") % "", WATCHED_S
    )
    _tell("an empty page, beside the same load", gaps, "")


def _tell(what: str, gaps: list[float], more: str) -> None:
    print(f"  {what:<36} {spread(gaps)} from frame to frame; {more}".rstrip("; "))


def spread(times: list[float]) -> str:
    return f"p50 {part(times, 50):5.1f}, p95 {part(times, 95):5.1f} ms"


def part(times: list[float], percent: int) -> float:
    if len(times) < 2:
        return max(times, default=0.0)
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


@contextmanager
def browser(profile: Path) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_script_timeout(10 * WATCHED_S)
    try:
        yield driver
    finally:
        driver.quit()
