"""`tracker zones show`: which files are written, of what, and how it fails."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import SHIPMENT, Run
from tests.cli.test_places_and_payloads import collection, square
from tests.cli.test_startup import ENVIRONMENT, PROGRAM

PNG = b"\x89PNG\r\n\x1a\n"


def test_the_library_without_a_configuration(run: Run, tmp_path: Path) -> None:
    said = run("zones", "show").out
    assert "map.html" in said
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "laredo-world-trade.bridge" in text
    assert [file.name for file in tmp_path.iterdir()] == ["map.html"]


def test_both_files_where_they_are_wanted(run: Run, tmp_path: Path) -> None:
    run("zones", "show", "--crossing", "laredo-world-trade", "-o", "a.html", "--png", "a.png")
    assert "Crossing laredo-world-trade" in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)
    run("zones", "show", "--zone", "laredo.yard", "--png", "b.png")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.html", "a.png", "b.png"]


def test_a_shipment(opened: Run, tmp_path: Path) -> None:
    said = opened("--tz", "America/Monterrey", "zones", "show", "--shipment", "TRIP-1").out
    assert "Shipment TRIP-1" in said
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])["scene"]
    assert [route["id"] for route in data["routes"]] == ["monterrey-laredo.world-trade"]
    ids = {area["id"] for area in data["areas"]}
    assert {"monterrey.plant", "laredo.yard", "laredo-world-trade.mx-compound"} <= ids
    assert not any(one.startswith("laredo-colombia") for one in ids)
    rows = [row["word"] for row in data["timeline"]]
    assert rows[:2] == ["shipment opened", "seal state"]
    assert data["drawn"].endswith("CST")


def test_a_shipment_and_where_to_look(opened: Run, tmp_path: Path) -> None:
    look = ["zones", "show", "--shipment", "TRIP-1", "--crossing", "laredo-colombia"]
    opened(*look)
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])["scene"]
    assert "laredo-colombia.bridge" in {area["id"] for area in data["areas"]}
    assert data["focus"][2] - data["focus"][0] < 0.2


def test_a_shipment_whose_places_are_gone(started: Run, tmp_path: Path) -> None:
    """What the database knows is drawn, and what is missing is said."""
    (tmp_path / "mine.geojson").write_text(
        collection(square(-100.3, 25.7, id="my.yard", name="Mine", kind="yard", country="MX"))
    )
    config = tmp_path / "tracker.toml"
    plain = config.read_text()
    config.write_text(plain.replace("# files = []", 'files = ["mine.geojson"]'))
    shipment = {**SHIPMENT, "legs": [{**SHIPMENT["legs"][0], "to": "my.yard"}]}  # type: ignore[dict-item]
    started("shipment", "open", "-", stdin=json.dumps(shipment))
    config.write_text(plain)
    ran = started("zones", "show", "--shipment", "TRIP-1")
    assert "my.yard" in ran.err
    assert "Shipment TRIP-1" in ran.out


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--shipment", "NONE"], "no shipment NONE"),
        (["--zone", "nowhere"], "no zone or corridor nowhere"),
        (["--crossing", "nowhere"], "laredo-world-trade"),
        (["--crossing", "laredo-colombia", "--zone", "laredo.yard"], "exclude"),
        (["-o", "no/such/folder.html"], "cannot be written"),
    ],
)
def test_what_cannot_be_drawn_ends_with_2(started: Run, arguments: list[str], what: str) -> None:
    assert what in started("zones", "show", *arguments, code=2).err


def test_it_is_opened_in_the_users_browser(tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > "$0.asked"\n')
    browser.chmod(0o755)
    subprocess.run(
        [*PROGRAM, "zones", "show", "--open"],
        cwd=tmp_path,
        env={**ENVIRONMENT, "BROWSER": str(browser), "PATH": os.environ["PATH"]},
        check=True,
        capture_output=True,
    )
    asked = (tmp_path / "browser.asked").read_text().strip()
    assert asked == (tmp_path / "map.html").as_uri()
