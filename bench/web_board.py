"""The board with 4,000 open shipments: how long the server takes, and Chromium to paint it."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.web_fleet import PASSWORD, fleet
from bench.web_map import browser, served
from tracker import wiring

TRUCKS, TIMES = 4_000, 7
PAINTED = """
const [done] = [arguments[arguments.length - 1]];
const told = () => {
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  const [page] = performance.getEntriesByType("navigation");
  if (!paint) return setTimeout(told, 20);
  done([paint.startTime - page.responseEnd, paint.startTime, page.responseEnd - page.requestStart]);
};
told();
"""


def report() -> None:
    """Prints the medians of some requests, and of some visits of a browser."""
    with (
        tempfile.TemporaryDirectory() as name,
        fleet(Path(name), trucks=TRUCKS, each=1_000, every_s=1e9) as config,
        served(config) as address,
    ):
        with wiring.accounts(config) as accounts:
            token = accounts.new_token("bench", "bench", by="bench", days=None)
        print(f"the board with {TRUCKS:,} open shipments")
        answers = [_asked(f"{address}/board", token) for _ in range(TIMES)]
        size = answers[0][1]
        print(f"  the server's answer    {_told([one[0] for one in answers])}, {size / 1e6:.1f} MB")
        if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
            print("  the browser: needs Chromium: apt-get install chromium chromium-driver")
            return
        with browser(Path(name) / "profile") as driver:
            _visited(driver, address)


def _asked(url: str, token: str) -> tuple[float, int]:
    """Milliseconds, and bytes."""
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"})  # noqa: S310
    began = time.perf_counter()
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - of the server just started
        body = answer.read()
    return (time.perf_counter() - began) * 1e3, len(body)


def _visited(driver: Any, address: str) -> None:
    driver.get(f"{address}/login?next=/board")
    for field, value in (("name", "bench"), ("password", PASSWORD)):
        driver.find_element("name", field).send_keys(value)
    driver.find_element("css selector", "button.main").click()
    painted = list[list[float]]()
    for _ in range(TIMES):
        driver.get(f"{address}/board")
        painted.append(driver.execute_async_script(PAINTED))
    print(f"  first paint beyond it  {_told([one[0] for one in painted])} (aim: 1,000)")
    print(f"  from request to paint  {_told([one[1] for one in painted])}")


def _told(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} ms ({min(values):.0f} to {max(values):.0f})"
