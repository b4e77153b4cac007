"""`tracker devices`: who is heard, in which languages, and what frames say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices import catalogue
from devices.eseal.line import Line
from devices.teltonika import encoder as teltonika_encoder
from tests.cli.conftest import Run
from tests.support import eseal_encode, works
from tests.support.teltonika_encode import udp_packet
from tests.support.toy import toy_dialect
from tracker import wiring
from tracker.config import load
from tracker.ports import Work
from tracker.simulation.tongues import tongue

IMEI = "356307042441013"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def record(minute: int = 0, **more: object) -> teltonika_encoder.Record:
    said = {"lat": 257_000_000, "lon": -1_003_000_000, "satellites": 9, "speed": 60, **more}
    moment = AT + timedelta(minutes=minute)
    return teltonika_encoder.Record(time_ms=int(moment.timestamp() * 1000), **said)  # type: ignore[arg-type]


PACKET = teltonika_encoder.packet([record(0), record(1, one={113: 90})])
LOGIN = teltonika_encoder.login(IMEI)
UDP = udp_packet(IMEI, [record()])
BROKEN = PACKET[:-1] + bytes([PACKET[-1] ^ 1])
LINE = eseal_encode.encode(
    Line(id="1000821", event="Event-Door", index=34, moment=AT, valid=True, lat=27.4995,
         lon=-99.5071, course=12.0, speed=82.0, door="Open", card=None, rssi=-71,
         time="2026-03-01 12:00:00", extra={})
)  # fmt: skip

SAID = {"time": AT.isoformat(), "lat": 25.9, "lon": -100.1, "seal": {"state": "sealed"}}
LOCK = tongue("jt701", "7010000001").frame(SAID, 7)
LOCKED = tongue("jt701", "7010000001").frame(SAID | {"seal": {"event": "sealed"}}, 8)
JT709 = tongue("jtt808", "808000000001").frame(SAID, 9)


@pytest.fixture
def toy() -> Iterator[None]:
    with toy_dialect():
        yield


def decode(run: Run, *lines: bytes, arguments: tuple[str, ...] = (), code: int = 0) -> list[dict]:  # type: ignore[type-arg]
    text = "\n".join(line.hex(" ") for line in lines) + "\n"
    return run("devices", "decode", "--hex", "--json", *arguments, stdin=text, code=code).documents


# decode


@pytest.mark.parametrize(
    ("frame", "device"),
    [
        (LINE, "1000821"), (LOCK, "7010000001"), (LOCKED, "7010000001"), (JT709, "808000000001"),
        (UDP, IMEI),
    ],
)  # fmt: skip
def test_a_frame_says_its_dialect_and_its_device(run: Run, frame: bytes, device: str) -> None:
    (found,) = decode(run, frame)
    assert found["device"] == device


def test_a_broken_frame_still_says_its_dialect(run: Run) -> None:
    (found,) = decode(run, LINE, BROKEN, code=1)[1:]
    assert found["rejected"]["dialect"] == "teltonika"


def test_json_says_its_dialect_too(run: Run) -> None:
    said = '{"_type":"location","tst":1772366398,"lat":25.7,"lon":-100.3}'
    (found,) = run("devices", "decode", "--json", stdin=said).documents
    assert (found["device"], found["lat"]) == ("unknown/unknown", 25.7)


def test_several_lines_are_several_frames_of_one_conversation(run: Run) -> None:
    """Who logged in on the first line says what is on the next."""
    found = decode(run, LOGIN, PACKET, LINE)
    assert [one["device"] for one in found] == [IMEI, IMEI, "1000821"]


def test_one_file_may_hold_the_whole_stream(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stream").write_bytes(LOGIN + b"\xff" + PACKET + PACKET)
    found = run("devices", "decode", "stream", "--json").documents
    assert [one["device"] for one in found] == [IMEI] * 4


def test_a_packet_without_login_is_of_an_unknown_device(run: Run) -> None:
    assert {one["device"] for one in decode(run, PACKET)} == {"unknown"}
    named = decode(run, PACKET, arguments=("--dialect", "teltonika", "--device", IMEI))
    assert {one["device"] for one in named} == {IMEI}


def test_what_is_rejected_is_told_with_its_reason(run: Run) -> None:
    arguments = ("--dialect", "teltonika")
    good, _, bad = decode(run, PACKET, BROKEN, arguments=arguments, code=1)
    assert good["satellites"] == 9
    assert "CRC" in bad["rejected"]["reason"]
    (cut,) = decode(run, PACKET[:40], arguments=arguments, code=1)
    assert cut["rejected"]["reason"]
    assert cut["rejected"]["device"] is None
    (cut,) = decode(run, LOCK[:40], arguments=("--dialect", "jt701"), code=1)
    assert "ends after 40 bytes" in cut["rejected"]["reason"]


def test_a_cut_off_tail_is_not_passed_over(run: Run) -> None:
    *whole, tail = decode(run, LOGIN + PACKET + PACKET[:40], code=1,
                          arguments=("--dialect", "teltonika"))  # fmt: skip
    assert [one["device"] for one in whole] == [IMEI] * 2
    assert "rejected" in tail


def test_a_line_that_is_not_hexadecimal_is_named(run: Run) -> None:
    ran = run("devices", "decode", "--hex", stdin=f"{LINE.hex()}\n\nxyz\n", code=2)
    assert "-, line 3: not hexadecimal" in ran.err


def test_a_line_that_nobody_speaks_is_named(run: Run) -> None:
    ran = run("devices", "decode", "--hex", stdin=f"{LINE.hex()}\n00\n", code=2)
    assert "-, line 2: no dialect is made out" in ran.err


def test_every_field_is_explained(run: Run) -> None:
    out = run("devices", "decode", "--hex", stdin=LINE.hex()).out
    assert "eseal, frames/eseal/1000821" in out
    assert "OFFSET" in out
    (line,) = [line for line in out.splitlines() if "position.lat" in line]
    assert "27.4995" in line
    assert "the device is told" in out
    assert "ACK" in out
    assert "27.49950,-99.50710" in out, "and then the reading"


def test_a_login_is_explained_and_is_no_reading(run: Run) -> None:
    ran = run("devices", "decode", "--hex", stdin=LOGIN.hex())
    assert IMEI in ran.out
    assert "the device is told 01" in ran.out
    assert "no reading in it" in ran.out
    assert decode(run, LOGIN) == []


@pytest.mark.usefixtures("toy")
def test_a_dialect_that_does_not_explain_itself(run: Run) -> None:
    ran = run("devices", "decode", stdin="A1:x\n", code=1)
    assert "OFFSET" not in ran.out
    assert "a toy" in ran.out


@pytest.mark.parametrize("text", ["", "00", "rubbish"])
def test_what_nobody_speaks(run: Run, text: str) -> None:
    assert "--dialect" in run("devices", "decode", stdin=text, code=2).err


# list, dialects


def test_health(started: Run, tmp_path: Path) -> None:
    readings = [works.stored(n) for n in range(3)] + [works.stored(-60, late=True)]
    rejects = [works.reject(1), works.reject(2, device="MUTE-1")]
    with wiring.journal(load(tmp_path / "tracker.toml", {})) as journal:
        journal.commit(Work(readings=readings, rejects=rejects), {})
    lock, mute = started("devices", "list", "--json").documents
    assert (lock["readings"], lock["late"], lock["rejects"]) == (4, 1, 1)
    assert lock["skew_s"] == pytest.approx(3.0, abs=0.001)
    assert (mute["device"], mute["readings"], mute["rejects"]) == ("MUTE-1", 0, 1)
    assert mute["last_event_at"] is None
    out = started("devices", "list").out
    assert "3.0 s" in out
    assert "MUTE-1" in out


def test_the_dialects(run: Run) -> None:
    found = {one["dialect"]: one for one in run("devices", "dialects", "--json").documents}
    assert list(found) == list(catalogue.dialects())
    assert (found["teltonika"]["tcp"], found["teltonika"]["udp"]) == (True, True)
    assert (found["native"]["tcp"], found["native"]["commands"]) == (False, {})
    assert "unlock" in found["jtt808"]["commands"]
    assert "frames/jt701/+" in run("devices", "dialects").out
