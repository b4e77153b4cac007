"""eSeal CT-C: lines written and read again, streams in any portions, any bytes at all."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices import eseal
from devices.common.frames import FrameError
from devices.eseal import line as eseal_line
from devices.eseal.decoder import EVENTS
from devices.eseal.line import Line
from devices.eseal.wire import LONGEST
from devices.reading import Fix, Reading, Rejected
from devices.wire import Frame, Noise, Session
from tests.devices.strategies import RECEIVED_AT
from tests.devices.vendor import fits, holds
from tests.support.eseal_encode import encode
from tests.support.growth import LINEAR, growth

TOPIC = "frames/eseal/1000821"
LINE = (
    b"##S,eSeal,1000821,256,3.0.8,Event-Door,34,2026-03-01,11:59:58,15,A,"
    b"27.4995N 99.5071W,12,82,Open,0.06,3E0A5DC4,3.72,-71,E##"
)
ACK = b"##S,eSeal,1000821,256,3.0.8,Event-Door ACK,34,E##\r\n"


def micro(low: int, high: int) -> st.SearchStrategy[float]:
    """Degrees to the sixth decimal, as a line has them."""
    return st.integers(low * 10**6, high * 10**6).map(lambda value: value / 1e6)


def tenths(high: int) -> st.SearchStrategy[float]:
    return st.integers(0, high * 10).map(lambda value: value / 10)


def _timed(said: dict[str, Any]) -> Line:
    moment: datetime = said.pop("moment")
    extra = said.pop("extra") | {"event": said["event"], "type": "eSeal", "customer": "256"}
    extra |= {"firmware": "3.0.8"}
    if said["door"] == "Ajar":
        extra["door"] = said["door"]
    return Line(**said, moment=moment, time=f"{moment:%Y-%m-%d %H:%M:%S}", extra=extra)


lines = st.fixed_dictionaries(
    {
        "id": st.text(string.digits, min_size=1, max_size=15),
        "event": st.sampled_from([*EVENTS, "Event-Door", "Normal", "Startup"]),
        "index": st.integers(0, 10**18 - 1),
        "moment": st.datetimes(datetime(1900, 1, 1), datetime(2090, 1, 1)).map(  # noqa: DTZ001
            lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
        ),
        "valid": st.booleans(),
        "door": st.sampled_from(["Open", "Close", "Ajar"]),
        "lat": micro(-90, 90),
        "lon": micro(-180, 180),
        "course": tenths(360),
        "speed": tenths(300),
        "card": st.none() | st.text("123456789ABCDEF", min_size=1, max_size=14),
        "rssi": st.integers(-140, 99),
        "extra": st.fixed_dictionaries(
            {
                "interval_min": st.integers(0, 1440),
                "acceleration": tenths(20),
                "battery_v": tenths(5),
            }
        ),
    }
).map(_timed)


@given(lines)
def test_a_line_written_is_read_as_it_was(said: Line) -> None:
    written = encode(said)
    assert eseal_line.parse(written.strip()) == said
    fits(written, eseal.explain(written))
    (found,) = holds(f"frames/eseal/{said.id}", written)
    if isinstance(found, Rejected):
        assert found.place == "time"
        return
    assert found.seq == said.index
    if isinstance(found.position, Fix):
        assert (found.position.lat, found.position.lon) == (said.lat, said.lon)


def test_every_field_of_a_line_is_explained_and_goes_where_it_says() -> None:
    (reading,) = eseal.decode(TOPIC, LINE, RECEIVED_AT)
    assert isinstance(reading, Reading)
    fields = eseal.explain(LINE)
    assert b",".join(field.raw for field in fields) == LINE
    into = {part.strip() for field in fields for part in field.into.split(",")}
    assert {name for name in into if name.startswith("extra.")} == {
        f"extra.{key}" for key in reading.extra if key != "event"
    }
    assert {name for name in into if not name.startswith("extra.")} == {
        *("", "device", "seal.events", "seq", "event_time", "position", "position.lat"),
        *("position.lon", "position.course_deg", "position.speed_kmh", "seal.condition"),
        *("seal.credential", "cell.rssi"),
    }


@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from(LINE.split(b",")) | st.binary(max_size=9)).map(b",".join)
    | st.lists(st.sampled_from([LINE, LINE[:40], b"\r\n", b"E##", b"##S", b","])).map(b"".join)
)
@example(b"")
@example(b"##S,,,,,,,,,,,,,,,,,,,E##")
def test_no_bytes_are_too_much(payload: bytes) -> None:
    holds(TOPIC, payload)
    eseal.device_of(payload)


@pytest.mark.parametrize("part", [b"E##", b"\n", b"##S,", LINE, b"x" * 99 + b"\n", b"\r"])
def test_a_mebibyte_of_it_is_one_rejection_at_a_cost_that_its_size_explains(part: bytes) -> None:
    def much(size: int) -> bytes:
        return part * (size // len(part))

    def read(payload: bytes) -> list[Reading | Rejected]:
        return holds(TOPIC, payload)

    def feed(payload: bytes) -> None:
        for item in eseal.session().feed(payload, RECEIVED_AT):
            assert len(item.payload) <= len(payload)

    assert len(read(much(2**20))) == 1
    assert growth(read, much, 2**20) < LINEAR
    assert growth(feed, much, 2**20) < LINEAR


def fed(session: Session, *parts: bytes) -> list[Frame | Noise]:
    return [item for part in parts for item in session.feed(part, RECEIVED_AT)]


@given(st.data())
def test_a_stream_is_cut_into_lines_however_it_arrives(data: st.DataObject) -> None:
    stream = LINE + b"\r\n" + LINE.replace(b",34,", b",35,") + LINE[:9] + b"\n" + LINE
    at = sorted(data.draw(st.sets(st.integers(0, len(stream)))))
    pieces = [stream[a:b] for a, b in zip([0, *at], [*at, len(stream)], strict=True)]
    first, second, noise, third = fed(eseal.session(), *pieces)
    assert first == third == Frame(payload=LINE, device="1000821", answer=ACK)
    assert isinstance(second, Frame)
    assert second.answer == ACK.replace(b",34,", b",35,")
    assert noise == Noise(payload=LINE[:9], reason="bytes before a line")


@pytest.mark.parametrize("event", ["Startup", "Normal", "Button-Normal", "Termination", "New"])
def test_every_event_is_acknowledged_with_its_prefix(event: str) -> None:
    (found,) = fed(eseal.session(), LINE.replace(b"Event-Door", event.encode()))
    assert isinstance(found, Frame)
    assert found.answer == f"##S,eSeal,1000821,256,3.0.8,{event} ACK,34,E##\r\n".encode()


def test_a_line_that_is_no_reading_is_published_all_the_same() -> None:
    wrong = LINE.replace(b",A,", b",X,")
    (found,) = fed(eseal.session(), wrong)
    assert found == Frame(payload=wrong, device="1000821", answer=ACK)


@pytest.mark.parametrize(
    "answer",
    [
        b"##S,eSeal,1000821,256,3.0.8,RC-Unlock ACK,E##",
        b"##S,eSeal,1000821,256,3.0.8,RC-Unlock ACK,1,E##",
    ],
)
def test_what_answers_a_command_is_no_reading_and_needs_no_answer(answer: bytes) -> None:
    (found,) = fed(eseal.session(), answer)
    assert found == Frame(payload=answer, device="1000821", publish=False)


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b"hello E##", "no ##S before E##"),
        (b"##S,E##", "its header has no id"),
        (b"##S,eSeal,1/2,256,3.0.8,Normal,1,E##", "its header has no id"),
        (b"##Sx,eSeal,1,256,3.0.8,Normal,1,E##", "the line begins with"),
        (b"##S,eSeal,1,256," + b"9" * LONGEST + b",Normal,1,E##", "too long"),
        (b"y" * (LONGEST + 1), f"no E## within {LONGEST} bytes"),
    ],
)
def test_noise_is_named_and_the_next_line_understood(stream: bytes, reason: str) -> None:
    noise, frame = fed(eseal.session(), stream, LINE)
    assert isinstance(noise, Noise)
    assert reason in noise.reason
    assert isinstance(frame, Frame)
    assert frame.payload == LINE


def test_the_unlock_command() -> None:
    (unlock,) = eseal.COMMANDS
    assert (unlock.name, unlock.unlocks) == ("unlock", True)
    frame = eseal.command("1000821", "unlock", {}, 7)
    assert frame == b"##S,eSeal,1000821,256,3.0.8,RC-Unlock,E##"


@pytest.mark.parametrize(
    ("device", "name", "arguments", "place"),
    [
        ("1000821", "lock", {}, "name"),
        ("1,E##", "unlock", {}, "device"),
        ("1000821", "unlock", {"x": "1"}, "x"),
    ],
)
def test_no_other_command_is_written(
    device: str, name: str, arguments: dict[str, str], place: str
) -> None:
    with pytest.raises(FrameError) as raised:
        eseal.command(device, name, arguments, 1)
    assert raised.value.place == place


def test_a_line_names_its_device() -> None:
    assert eseal.device_of(b"noise\r\n" + LINE) == "1000821"
    assert eseal.device_of(b"noise") is None
