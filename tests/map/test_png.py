"""The PNG: of its size, with all that the scene has, readable without system fonts too."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.map.scenes import bad_day, crowded_scene, hostile_scene, library_scene, scene_of
from tracker.domain.alert import Severity
from tracker.domain.errors import UsageError
from tracker.map import style
from tracker.map.lettering import FILES, Letters
from tracker.map.png import HEIGHT, PANEL, WIDTH, picture
from tracker.map.scene import Scene


def opened(scene: Scene) -> Image.Image:
    image = Image.open(io.BytesIO(picture(scene)))
    image.load()
    assert image.format == "PNG"
    return image.convert("RGB")


def count(image: Image.Image, colour: str) -> int:
    """Pixels of this colour, but for what the reduction blends in."""
    wanted = bytes.fromhex(colour[1:])
    pixels = np.asarray(image, dtype=int)
    return int((np.abs(pixels - list(wanted)).max(axis=2) < 16).sum())


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Image.Image:
    office = bad_day(tmp_path_factory.mktemp("office"))
    image = opened(scene_of(office))
    office.close()
    return image


def test_its_size_and_that_it_is_not_blank(bad: Image.Image) -> None:
    assert bad.size == (WIDTH, HEIGHT)
    assert len(bad.getcolors(1 << 24) or ()) > 500


def test_alerts_seals_track_and_late_fixes_are_on_the_map(bad: Image.Image) -> None:
    mapped = bad.crop((0, 0, WIDTH - PANEL, HEIGHT))
    for look in (style.ALERTS[Severity.CRITICAL], style.SEALS["cut"], style.SEALS["sealed"]):
        assert count(mapped, look.colour) > 100, look
    assert count(mapped, style.TRACKS[0]) > 300
    assert count(mapped, "#d06a00") > 20


def test_the_legend_names_what_is_there(bad: Image.Image) -> None:
    panel = bad.crop((WIDTH - PANEL, 0, WIDTH, HEIGHT))
    assert count(panel, style.ALERTS[Severity.CRITICAL].colour) > 100
    assert count(panel, style.ALERTS[Severity.WARNING].colour) == 0
    assert count(panel, "#1b2126") > 300


def test_the_library() -> None:
    image = opened(library_scene())
    mapped = image.crop((0, 0, WIDTH - PANEL, HEIGHT))
    assert count(mapped, style.ROUTE) > 500
    assert count(mapped, "#dfe8ee") > 1_000  # the sea
    crossing = opened(library_scene(crossing="laredo-world-trade"))
    assert crossing.tobytes() != image.tobytes()


def test_thousands_of_zones_and_names_from_anywhere() -> None:
    assert len(opened(crowded_scene(zones=2_000, fixes=2_000)).getcolors(1 << 24) or ()) > 100
    assert opened(hostile_scene()).size == (WIDTH, HEIGHT)


def test_letters_with_and_without_a_system_font() -> None:
    bare = Letters(20, files=())
    assert bare.own
    assert bare.readable("Ciudad Juárez · Treviño\n") == "Ciudad Juarez - Trevino"
    chosen = Letters(20, files=FILES)
    assert chosen.readable("a\nb") == "a b"
    assert chosen.own or chosen.readable("Juárez") == "Juárez"
    assert chosen.cut("a long name of a zone", 60).endswith("...")
    assert chosen.width(chosen.cut("a long name of a zone", 60)) <= 60


def test_without_pillow_it_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(UsageError, match="Pillow") as told:
        picture(library_scene())
    assert told.value.mend == "pip install 'pillow>=10.1'"


def test_a_page_needs_no_pillow(tmp_path: Path) -> None:
    import subprocess
    import sys

    program = (
        "import sys; sys.modules['PIL'] = None\n"
        "from tests.map.scenes import library_scene\n"
        "from tracker.map.html import page\n"
        "print(len(page(library_scene())) > 10_000)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "True\n"
