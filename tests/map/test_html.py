"""The page carries everything it needs, and what comes from outside is never more than text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from tests.map.scenes import HOSTILE, hostile_scene, library_scene
from tracker.map.html import embedded, page


@pytest.fixture(scope="module")
def library_page() -> str:
    return page(library_scene())


def without_data(text: str) -> str:
    """A zone's source may well name a web page; the page itself may not."""
    return re.sub(r'(<script type="application/json" id="data">).*?(</script>)', r"\1\2", text)


@pytest.mark.parametrize(
    "outside",
    [r"https?:", r"//[a-z0-9-]+\.", r"@import", r"\ssrc\s*=", r"\shref\s*=", r"url\((?!#)",
     r"\bfetch\(", r"XMLHttpRequest", r"\bimport\(", r"WebSocket", r"sendBeacon"],
)  # fmt: skip
def test_nothing_outside_is_named(library_page: str, outside: str) -> None:
    assert not re.search(outside, without_data(library_page), re.IGNORECASE)


def test_the_data_are_the_scene(library_page: str) -> None:
    data = re.search(r'id="data">(.*?)</script>', library_page, re.DOTALL)
    assert data is not None
    found = json.loads(data[1])["scene"]
    assert {area["id"] for area in found["areas"]} == {one.id for one in library_scene().areas}


class Elements(HTMLParser):
    """Which elements a browser finds; scripts' texts by their order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.title = ""
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in = tag
        if tag == "script":
            self.scripts.append("")
        if tag == "style":
            self.styles.append("")
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "script":
            self.scripts[-1] += data
        elif self._in == "style":
            self.styles[-1] += data
        elif self._in == "title":
            self.title += data


def parsed(text: str) -> Elements:
    found = Elements()
    found.feed(text)
    return found


def test_hostile_names_add_no_element(library_page: str) -> None:
    hostile, decent = parsed(page(hostile_scene())), parsed(library_page)
    assert hostile.tags == decent.tags
    assert "img" not in hostile.tags
    assert hostile.title == HOSTILE
    data = json.loads(hostile.scripts[0])
    assert data["scene"]["areas"][0]["name"] == HOSTILE
    assert hostile.scripts[1] == decent.scripts[1]


def test_no_text_can_close_its_block() -> None:
    text = embedded({"a": "</script><!--<script>&\u2028\u2029"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"a": "</script><!--<script>&\u2028\u2029"}


def test_a_name_that_looks_like_a_place_of_the_template(library_page: str) -> None:
    import msgspec

    made = page(msgspec.structs.replace(hostile_scene(), title="@@script@@"))
    assert parsed(made).title == "@@script@@"
    assert parsed(made).scripts[1] == parsed(library_page).scripts[1]


def test_the_policy_allows_this_script_and_nothing_else(library_page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', library_page)
    assert policy is not None
    found = parsed(library_page)

    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    assert policy[1] == (
        f"default-src 'none'; script-src 'sha256-{digest(found.scripts[1])}'; "
        f"style-src 'sha256-{digest(found.styles[0])}'"
    )
