"""The board in a real browser, while trucks speak: what happens is on it without a reload."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.browser import Browser, chromium
from tests.support.office import Office, message, reading, trip
from tests.support.waiting import wait_for
from tests.support.web import add_user, config_in, enter, listening
from tracker.config import Config
from tracker.domain.access import Role

pytestmark = pytest.mark.browser
SEALED = {"state": "sealed", "number": "MXL1"}
CUT = {"state": "cut", "number": "MXL1", "event": "cut"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.open(trip())
    office.hear(message("L1", reading(0, seal=SEALED)))
    yield office
    office.close()


@pytest.fixture
def config(tmp_path: Path, office: Office) -> Config:
    config = config_in(tmp_path)
    add_user(config, "ana", Role.DISPATCHER)
    return config


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with chromium(tmp_path / "profile") as browser:
        yield browser


def row(browser: Browser) -> Any:
    return browser.run(
        "const row = document.getElementById('row-S1');"
        "return row && {need: row.className, text: row.textContent,"
        " ack: !!row.querySelector('form.ack')}"
    )


def marked(browser: Browser) -> bool:
    return bool(browser.run("return window.unreloaded === true"))


def test_a_cut_appears_and_goes_from_all_when_one_acknowledges(
    office: Office, config: Config, browser: Browser
) -> None:
    with listening(config) as url:
        enter(browser, url, "ana")
        browser.run("window.unreloaded = true")
        assert row(browser)["need"] == "need-at_rest"
        office.hear(message("L1", reading(1, seal=CUT)))
        wait_for(lambda: row(browser)["need"] == "need-critical", what="the cut on the board")
        assert "seal" in row(browser)["text"]
        first = browser.driver.current_window_handle
        browser.driver.switch_to.new_window("tab")
        browser.driver.get(f"{url}/board")
        browser.run("document.getElementById('row-S1').focus()")
        assert row(browser)["ack"]
        browser.driver.switch_to.window(first)
        browser.run("document.querySelector('#row-S1 form.ack button').click()")
        wait_for(lambda: not row(browser)["ack"], what="the acknowledgement here")
        browser.driver.switch_to.window(browser.driver.window_handles[-1])
        wait_for(lambda: not row(browser)["ack"], what="the acknowledgement there")
        browser.driver.switch_to.window(first)
        assert marked(browser)
        assert [one for one in browser.errors() if "favicon" not in one] == []
    (alert,) = [one for one in office.journal.alerts() if one.kind == "seal_tampered"]
    assert alert.acknowledged_by == "ana"


def test_what_happened_while_the_server_was_gone_is_told_once(
    office: Office, config: Config, browser: Browser
) -> None:
    with listening(config) as url:
        port = int(url.rpartition(":")[2])
        again = msgspec.structs.replace(config, web=msgspec.structs.replace(config.web, port=port))
        enter(browser, url, "ana", "/shipments/S1")
        browser.run("window.unreloaded = true")
    office.hear(message("L1", reading(1, seal=CUT)))
    with listening(again):
        told = "return [...document.querySelectorAll('li.entry')].map(one => one.id)"
        wait_for(lambda: len(browser.run(told)) > 2, what="the entries of meanwhile")
        shown = browser.run(told)
        assert len(shown) == len(set(shown))
        cut = [e.index for e in office.journal.entries(scope="S1") if e.type == "alert_raised"]
        wait_for(lambda: {f"entry-{n}" for n in cut} <= set(browser.run(told)), what="the cut")
        assert marked(browser)


def test_the_keyboard_suffices(office: Office, config: Config, browser: Browser) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    office.hear(message("L1", reading(1, seal=CUT)))
    with listening(config) as url:
        enter(browser, url, "ana")
        press = ActionChains(browser.driver)
        press.send_keys("j").perform()
        assert browser.run("return document.activeElement.id") == "row-S1"
        ActionChains(browser.driver).send_keys("a").perform()
        wait_for(lambda: not row(browser)["ack"], what="the acknowledgement")
        ActionChains(browser.driver).send_keys("?").perform()
        assert browser.run("return document.getElementById('keys').open")
