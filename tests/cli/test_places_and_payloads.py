"""`tracker zones`, `devices` and `rejects`."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from devices.reading import Rejected
from tests.cli.conftest import SHIPMENT, Run
from tracker import wiring
from tracker.config import load
from tracker.ports import Work

BRIDGE = ("27.5970", "-99.5370")
READING = {"time": "2025-03-01T08:00:00Z", "lat": 27.5, "lon": -99.5, "speed": 60}


def square(lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    """A zone some 2 km wide around a position."""
    ring = [[lon - 0.01, lat - 0.01], [lon + 0.01, lat - 0.01], [lon + 0.01, lat + 0.01]]
    ring += [[lon - 0.01, lat + 0.01], ring[0]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


# Zones


def test_the_library_is_listed_without_a_configuration(run: Run) -> None:
    listed = {zone["id"] for zone in run("zones", "list", "--json").documents}
    assert {"laredo-world-trade.bridge", "monterrey-laredo.world-trade"} <= listed


def test_configured_files_are_listed_too(started: Run, tmp_path: Path) -> None:
    mine = square(-100.3, 25.7, id="my.yard", kind="yard", country="MX")
    (tmp_path / "mine.geojson").write_text(collection(mine))
    config = tmp_path / "tracker.toml"
    config.write_text(config.read_text().replace("# files = []", 'files = ["mine.geojson"]'))
    assert "my.yard" in started("zones", "list").out
    assert "my.yard" in started("zones", "locate", "25.7", "-100.3").out


def test_a_sound_file(run: Run, tmp_path: Path) -> None:
    sound = square(-100.3, 25.7, id="a", kind="yard", country="MX", source="mine")
    (tmp_path / "sound.geojson").write_text(collection(sound))
    assert run("zones", "check", "sound.geojson", "--json").documents == []


def test_a_faulty_file_ends_with_1_and_says_where(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.geojson").write_text(collection(square(-100.3, 25.7, id="a", kind="yrd")))
    (fault,) = run("zones", "check", "bad.geojson", "--json", code=1).documents
    assert fault["file"] == "bad.geojson"
    assert "(a)" in fault["feature"]
    assert fault["place"] == "kind"
    assert "yard" in fault["mend"]


def test_a_file_that_is_not_there_ends_with_2(run: Run) -> None:
    assert "none.geojson" in run("zones", "check", "none.geojson", code=2).err


def test_a_position_with_its_negative_longitude(run: Run) -> None:
    (found,) = run("zones", "locate", *BRIDGE, "--json").documents
    assert found["zones"] == ["laredo-world-trade.bridge"]
    assert found["offset_m"] is None


def test_a_position_against_a_corridor(run: Run) -> None:
    asked = ["zones", "locate", *BRIDGE, "--corridor", "monterrey-laredo.world-trade", "--json"]
    (found,) = run(*asked).documents
    assert found["on_corridor"] is True
    assert 0 <= found["offset_m"] < 500
    assert 200_000 < found["progress_m"] < 240_000
    assert "no corridor x" in run("zones", "locate", *BRIDGE, "--corridor", "x", code=2).err


def test_many_positions_from_standard_input(run: Run) -> None:
    text = "lat,lon\n27.5970,-99.5370\n\n25.78,-100.18\n"
    found = run("zones", "locate", "--json", stdin=text).documents
    assert [one["country"] for one in found] == ["bridge", "MX"]


@pytest.mark.parametrize("line", ["27.5", "91,0", "x,y", "27,nan"])
def test_a_line_that_is_no_position(run: Run, line: str) -> None:
    err = run("zones", "locate", stdin=f"27,-99\n{line}\n", code=2).err
    assert "standard input, line 2" in err


def test_half_a_position(run: Run) -> None:
    run("zones", "locate", "27.5", code=2)


def test_a_shipment_s_own_zones_and_corridor(started: Run) -> None:
    own = square(-100.3, 25.7, id="gate")
    shipment = {**SHIPMENT, "legs": [{**SHIPMENT["legs"][0], "from": own}]}  # type: ignore[dict-item]
    started("shipment", "open", "-", stdin=json.dumps(shipment))
    asked = ["zones", "locate", "25.7", "-100.3"]
    (found,) = started(*asked, "--shipment", "TRIP-1", "--json").documents
    assert found["zones"] == ["TRIP-1/gate"]
    assert found["corridor"] == "monterrey-laredo.world-trade"
    (without,) = started(*asked, "--json").documents
    assert without["zones"] == []


# Devices


@pytest.mark.parametrize(
    "who",
    [["--topic", "seals/v1/SEAL-1/telemetry"], ["--dialect", "native", "--device", "SEAL-1"]],
)
def test_a_payload_is_decoded(run: Run, tmp_path: Path, who: list[str]) -> None:
    (tmp_path / "payload").write_text(json.dumps(READING))
    (found,) = run("devices", "decode", *who, "payload", "--json").documents
    assert found == {"device": "SEAL-1", **READING, "time": found["time"]}
    assert "27.50000,-99.50000" in run("devices", "decode", *who, "payload").out


def test_a_device_of_two_parts(run: Run) -> None:
    said = {"_type": "location", "lat": 27.5, "lon": -99.5, "tst": 1740816000}
    who = ["--dialect", "owntracks", "--device", "ana/phone"]
    (found,) = run("devices", "decode", *who, "--json", stdin=json.dumps(said)).documents
    assert found["lat"] == 27.5
    assert "ana" in found["device"]


@pytest.mark.parametrize(
    ("dialect", "said", "device"),
    [
        ("owntracks", {"_type": "location", "tst": 1740816000}, "unknown/unknown"),
        ("owntracks", {"_type": "location", "tst": 1740816000, "topic": "owntracks/ana/phone"},
         "ana/phone"),
        ("teltonika_json", {"state": {"reported": {"ts": 1740816000000}}}, "unknown"),
        ("flespi", {"timestamp": 1740816000}, "unknown"),
        ("native", {"time": 1740816000}, "unknown"),
        ("native", {"time": 1740816000, "device": "SEAL-1"}, "SEAL-1"),
    ],
)  # fmt: skip
def test_nobody_need_say_whose_it_is(
    run: Run, dialect: str, said: dict[str, object], device: str
) -> None:
    text = json.dumps(said)
    (found,) = run("devices", "decode", "--dialect", dialect, "--json", stdin=text).documents
    assert found["device"] == device


@pytest.mark.parametrize("form", ["0x{}", "0X{}"])
def test_hexadecimal_as_programs_write_it(run: Run, form: str) -> None:
    text = form.format(json.dumps(READING).encode().hex().upper())
    who = ["devices", "decode", "--dialect", "native", "--hex", "--json"]
    assert run(*who, stdin=text).documents[0]["speed"] == 60


def test_a_payload_in_hexadecimal(run: Run) -> None:
    text = json.dumps(READING).encode().hex(" ")
    who = ["devices", "decode", "--topic", "seals/v1/SEAL-1/telemetry", "--hex", "--json"]
    assert run(*who, stdin=text).documents[0]["speed"] == 60
    assert "not hexadecimal" in run(*who, stdin="zz", code=2).err


def test_good_and_bad_together_end_with_1(run: Run) -> None:
    both = json.dumps([READING, 5])
    who = ["devices", "decode", "--topic", "seals/v1/SEAL-1/telemetry"]
    good, bad = run(*who, "--json", stdin=both, code=1).documents
    assert good["lat"] == 27.5
    assert bad["rejected"]["place"] == "[1]"
    assert "expected a JSON object" in run(*who, stdin=both, code=1).out


def test_what_cannot_be_is_named_and_costs_itself_alone(run: Run) -> None:
    dirty = json.dumps({**READING, "lat": 91, "seal": {"event": "cut"}})
    who = ["devices", "decode", "--topic", "seals/v1/SEAL-1/telemetry"]
    (said,) = run(*who, "--json", stdin=dirty).documents
    assert said["seal"] == {"event": "cut"}
    assert said["refused"]["lat"]["value"] == 91
    assert run(*who, stdin=dirty).out.rstrip().endswith("lat")


@pytest.mark.parametrize(
    ("who", "what"),
    [
        ([], "--topic"),
        (["--dialect", "nativ", "--device", "A"], "native, owntracks"),
        (["--dialect", "owntracks", "--device", "A"], "owntracks/+/+"),
    ],
)
def test_who_says_it_is_needed(run: Run, who: list[str], what: str) -> None:
    assert what in run("devices", "decode", *who, stdin="{}", code=2).err


# Rejects


@pytest.fixture
def rejected(started: Run, tmp_path: Path) -> Run:
    """With one payload that nobody could read."""
    reject = Rejected(
        topic="seals/v1/SEAL-1/telemetry",
        payload=b"\x00{not json" * 4,
        reason="not JSON",
        received_at=datetime(2025, 3, 1, tzinfo=UTC),
        dialect="native",
        device="SEAL-1",
    )
    with wiring.journal(load(tmp_path / "tracker.toml", {})) as journal:
        journal.commit(Work(rejects=[reject]), {})
    return started


def test_what_nobody_could_read_is_there_with_its_bytes(rejected: Run) -> None:
    (found,) = rejected("rejects", "list", "--json").documents
    assert base64.b64decode(found["payload"]) == b"\x00{not json" * 4
    assert rejected("rejects", "show", str(found["id"]), "--json").documents == [found]
    shown = rejected("rejects", "show", str(found["id"])).out
    assert "00 7b 6e 6f 74" in shown
    assert ".{not json.{not" in shown
    assert rejected("rejects", "list", "--device", "SEAL-9", "--json").documents == []
    assert "no reject 99" in rejected("rejects", "show", "99", code=2).err
