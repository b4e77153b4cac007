"""The scene as one web page that needs nothing else: no network, no server, no library.

Everything that came from outside (names, details) is in one JSON block and reaches the page as
text only. A content security policy holds the page to that: no request, no script but this one.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from importlib import resources

import msgspec

from tracker.map import style
from tracker.map.scene import Scene

SCRIPTS = ("shared/mercator.js", "geometry.js", "draw.js", "marks.js", "view.js", "panel.js")
"""In this order they are one script."""
EXPORT = re.compile(r"^export \{.*\};\n", re.MULTILINE)
"""In one script nothing is handed from file to file."""


class _Styles(msgspec.Struct, frozen=True):
    zones: dict[str, style.LayerStyle]
    alerts: dict[str, style.LayerStyle]
    seals: dict[str, style.LayerStyle]
    route: str
    tracks: tuple[str, ...]


class _Data(msgspec.Struct, frozen=True):
    scene: Scene
    styles: _Styles


def page(scene: Scene) -> str:
    """The whole page."""
    styles = _Styles(
        zones={kind.value: look for kind, look in style.ZONES.items()},
        alerts={severity.value: look for severity, look in style.ALERTS.items()},
        seals=style.SEALS,
        route=style.ROUTE,
        tracks=style.TRACKS,
    )
    css, script = _asset("map.css"), EXPORT.sub("", "".join(map(_asset, SCRIPTS)))
    script = f'"use strict";\n(() => {{\n{script}}})();\n'
    parts = {
        "policy": f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(css)}'",
        "title": html.escape(scene.title),
        "drawn": html.escape(scene.drawn),
        "style": css,
        "data": embedded(_Data(scene, styles)),
        "script": script,
    }
    # In one pass: what is put in is never searched for further places.
    return re.sub(r"@@(\w+)@@", lambda found: parts[found[1]], _asset("page.html"))


def embedded(value: object) -> str:
    """JSON that no HTML parser takes for an end of its block, or for a comment."""
    text = msgspec.json.encode(value).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _asset(name: str) -> str:
    return (resources.files("tracker.map") / "assets" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
