"""The live map with 4,000 trucks in headless Chromium: how long a frame takes while they move.

The whole way is real: readings are judged into a database, the server reads it and tells the
browser, which draws. Chromium draws without a graphics card here, on the cores that judge as well.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from bench import load
from bench.stages import _NoInbox, _Silent
from geofences import library
from tracker import wiring
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.app.commands import CommandHandler
from tracker.app.ingest import Ingest
from tracker.app.planning import Geography
from tracker.config import Config
from tracker.config.sections import DatabaseSection, LogSection, WebSection
from tracker.domain.access import Role
from tracker.domain.policy import Policy
from tracker.ports import Message
from tracker.web import server

TRUCKS, CUT = 4_000, 40
SPOKEN = 1_000
"""Readings in one batch, one batch a second: each truck speaks every four seconds."""
WATCHED_S = 8.0
PASSWORD = "only for this bench"  # noqa: S105 - of a database that is thrown away
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
        _fleet(Path(name)) as config,
        _served(config) as address,
        _browser(Path(name) / "profile") as driver,
    ):
        _measure(driver, address)


@contextmanager
def _served(config: Config) -> Iterator[str]:
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
        _tell(what, gaps, f"{_spread(drawn)} to draw one ({len(drawn)} drawn)")
    driver.get("about:blank")
    gaps, _ = driver.execute_async_script(
        WATCH.replace("liveMap.view", "({times: []})") % "", WATCHED_S
    )
    _tell("an empty page, beside the same load", gaps, "")


def _tell(what: str, gaps: list[float], more: str) -> None:
    print(f"  {what:<36} {_spread(gaps)} from frame to frame; {more}".rstrip("; "))


def _spread(times: list[float]) -> str:
    return f"p50 {_part(times, 50):5.1f}, p95 {_part(times, 95):5.1f} ms"


def _part(times: list[float], percent: int) -> float:
    if len(times) < 2:
        return max(times, default=0.0)
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


@contextmanager
def _browser(profile: Path) -> Iterator[Any]:
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


@contextmanager
def _fleet(folder: Path) -> Iterator[Config]:
    """The configuration of a database in which TRUCKS drive on, as long as this lasts."""
    config = Config(
        database=DatabaseSection(url=f"sqlite:///{folder / 'tracker.db'}"),
        log=LogSection(
            origin="bench/log",
            key_file=str(folder / "log.key"),
            checkpoints=str(folder / "checkpoints.jsonl"),
        ),
        web=WebSection(port=0),
    )
    geography, clock = Geography(library.load(), Policy()), ManualClock(load.T0)
    with closing(SqlJournal.open(config.database.url)) as journal:
        commands = CommandHandler(
            journal=journal, clock=clock, geography=geography, origin="bench/log"
        )
        for truck in range(TRUCKS):
            document = {
                "id": f"BENCH-{truck:04}",
                "devices": [{"id": f"TRUCK-{truck:04}"}],
                "seals": [{"number": f"MX{truck:04}"}],
            }
            commands.open(msgspec.json.encode(document), by="bench")
        intake = Ingest(
            inbox=_NoInbox(),
            journal=journal,
            clock=clock,
            geography=geography,
            notifier=_Silent(),
            origin="bench/log",
        )
        spoken = _spoken(geography)
        for _ in range(TRUCKS // SPOKEN):
            intake.take(next(spoken))
        with wiring.accounts(config) as accounts:
            accounts.add("bench", Role.DISPATCHER, by="bench", password=PASSWORD, carrier=None)
        ended = threading.Event()

        def drive() -> None:
            while not ended.wait(1.0):
                intake.take(next(spoken))

        thread = threading.Thread(target=drive)
        thread.start()
        try:
            yield config
        finally:
            ended.set()
            thread.join()


def _spoken(geography: Geography) -> Iterator[list[Message]]:
    """Batches of readings of the trucks in turn, each some 600 m further along its road."""
    chance, roads = random.Random(1), list(geography.atlas.corridors.values())  # noqa: S311
    road = [chance.choice(roads) for _ in range(TRUCKS)]
    start = [chance.uniform(0, one.length_m) for one in road]
    turn = 0
    while True:
        for first in range(0, TRUCKS, SPOKEN):
            yield [
                _message(truck, turn, *_place(road[truck], start[truck], turn))
                for truck in range(first, first + SPOKEN)
            ]
        turn += 1


def _place(road: Any, start: float, turn: int) -> tuple[float, float]:
    gone = (start + 600.0 * turn) % (2 * road.length_m)
    lat, lon, _ = road.at(min(gone, 2 * road.length_m - gone))
    return lat, lon


def _message(truck: int, turn: int, lat: float, lon: float) -> Message:
    at = load.T0 + timedelta(seconds=30 * turn)
    state = "cut" if truck < CUT and turn else "sealed"
    said = {
        "time": at.isoformat(),
        "lat": round(lat, 6),
        "lon": round(lon, 6),
        "speed": 72.0,
        "seal": {"state": state, "number": f"MX{truck:04}"},
        "event_clock": "device",
    }
    return Message(
        topic=f"seals/v1/TRUCK-{truck:04}/telemetry",
        payload=json.dumps(said).encode(),
        received_at=at + timedelta(seconds=2),
    )
