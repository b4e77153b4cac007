"""axe-core over every page, in light and dark: no finding that is serious."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser import Browser, chromium
from tests.support.office import Office, message, reading, trip
from tests.support.web import add_user, config_in, enter, listening
from tracker.config import Config
from tracker.domain.access import Role

pytestmark = pytest.mark.browser
PAGES = (
    "/login",
    "/board",
    "/map",
    "/shipments",
    "/shipments/S1",
    "/shipments/S1/do/authorise",
    "/shipments/S1/share",
    "/alerts",
    "/alerts/S1-1",
    "/alerts/S1-1/do/close",
    "/audit",
    "/audit/shipments/S1",
    "/people",
)
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = Path(tmp_path_factory.mktemp("axe"))
    office = Office(folder)
    office.open(trip())
    sealed = {"state": "sealed", "number": "MXL1"}
    office.hear(message("L1", reading(0, seal=sealed)))
    office.hear(message("L1", reading(1, seal={**sealed, "state": "cut", "event": "cut"})))
    assert [alert.id for alert in office.journal.alerts()] == ["S1-1"]
    office.close()
    config = config_in(folder)
    add_user(config, "ana", Role.ADMINISTRATOR)
    return config


@pytest.fixture(scope="module")
def browser(
    config: Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Browser, str]]:
    profile = Path(tmp_path_factory.mktemp("profile"))
    with listening(config) as url, chromium(profile) as browser:
        enter(browser, url, "ana")
        yield browser, url


@pytest.fixture(scope="module")
def axe() -> str:
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    (script,) = Path(spec.origin).parent.rglob("axe.min.js")
    return script.read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_grave_stands_in_anybodys_way(
    browser: tuple[Browser, str], axe: str, path: str, scheme: str
) -> None:
    page, url = browser
    page.prefers(scheme)
    page.driver.get(url + path)
    page.run(axe)
    found = page.driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
        ".then(done, (error) => done({violations: [{impact: 'critical', id: String(error)}]}));"
    )
    grave = [
        (one["id"], [node["html"][:120] for node in one.get("nodes", ())])
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]
    assert grave == []
