"""Chromium, headless, with a profile of its own and what it said and asked for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

INSTALL = "apt-get install chromium chromium-driver"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1300,850",
)


class Browser:
    """`driver` is Selenium's."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, file: Path) -> None:
        self.driver.get(file.resolve().as_uri())

    def run(self, script: str, *arguments: Any) -> Any:
        """The body of a function; what it returns."""
        return self.driver.execute_script(script, *arguments)

    def errors(self) -> list[str]:
        """What the console has complained of since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Every address that was asked for since it was asked last, the page's own included."""
        said = (json.loads(row["message"])["message"] for row in self.driver.get_log("performance"))
        return [
            message["params"]["request"]["url"]
            for message in said
            if message["method"] == "Network.requestWillBeSent"
        ]

    def prefers(self, scheme: str) -> None:
        """A system in "light" or "dark"."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """`profile`: an empty folder."""
    program, control = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or control is None:
        pytest.skip(f"Chromium and its driver are not installed: {INSTALL}")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(control))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
