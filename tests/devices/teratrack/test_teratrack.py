"""TeraTrack: streams in any portions, any JSON at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices import teratrack
from devices.reading import Reading
from devices.teratrack.decoder import NAMES
from devices.teratrack.wire import LONGEST
from devices.wire import Frame, Noise
from tests.devices.strategies import RECEIVED_AT, documents, write
from tests.devices.vendor import holds, messages
from tests.support.growth import LINEAR, growth

TOPIC = "frames/teratrack/022043750001"
MESSAGE = (
    b'{"MDeviceID":"022043750001","DateTime":"2026-03-01 11:59:58","Latitude":"27.5",'
    b'"Longitude":"99.5","LatitudeState":"1","LongitudeState":"0","Speed":"82","LockOpen":"0",'
    b'"LockStatus":"1","LockRope":"1","CoverStatus":"1","LowPower":"1","CardNo":"17",'
    b'"Power":"79","GSM":"16","Index":"20","Text":"a } brace, \\" a quote","MessageAck":"1",'
    b'"Slave":[{}]}'
)
KEYS = [*NAMES, "IMEI", "Slave"]


@given(
    st.binary(max_size=100)
    | documents.map(lambda found: write(found, ascii_only=False).encode())
    | messages(*KEYS)
    | messages(*KEYS).map(lambda raw: raw[:1] + b'"DateTime":"2026-03-01 11:59:58",' + raw[1:])
)
@example(b"")
@example(b'{"DateTime":"9999-12-31 23:59:59.9999999"}')
def test_no_payload_is_too_much(payload: bytes) -> None:
    (found,) = holds(TOPIC, payload)
    assert found.device == "022043750001"


def test_the_fields_cover_what_was_used() -> None:
    (reading,) = teratrack.decode(TOPIC, MESSAGE, RECEIVED_AT)
    assert isinstance(reading, Reading)
    into = {field.name: field.into for field in teratrack.explain(MESSAGE)}
    used = {name for name, where in into.items() if where and not where.startswith("extra.")}
    assert used == into.keys() - reading.extra.keys() - {"CoverStatus"}
    assert into["CoverStatus"] == "extra.cover_closed"
    assert {into[key] for key in into.keys() & reading.extra.keys()} == {
        "extra.Text",
        "extra.Slave",
        "",
    }


@given(st.data())
def test_a_stream_is_cut_into_messages_however_it_arrives(data: st.DataObject) -> None:
    quiet = MESSAGE.replace(b'"MessageAck":"1"', b'"MessageAck":"0"')
    stream = b"\r\n" + MESSAGE + quiet + b" junk\\" + MESSAGE
    at = sorted(data.draw(st.sets(st.integers(0, len(stream)))))
    session = teratrack.session()
    pieces = [stream[a:b] for a, b in zip([0, *at], [*at, len(stream)], strict=True)]
    found = [item for piece in pieces for item in session.feed(piece, RECEIVED_AT)]
    frames = [item for item in found if isinstance(item, Frame)]
    acknowledged = Frame(payload=MESSAGE, device="022043750001", answer=b"{01}")
    assert frames == [acknowledged, Frame(payload=quiet, device="022043750001"), acknowledged]
    noise = b"".join(item.payload for item in found if isinstance(item, Noise))
    assert noise.replace(b" ", b"") == b"junk\\"


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b'{"MDeviceID":"1","MDeviceID":"2"}', "given twice"),
        (b'{"MDeviceID":"../etc"}', "names no device"),
        (b'{"IMEI":"1"}', "names no device"),
        (b"{]}", "not JSON"),
        (b'{"MDeviceID":"1","x":"' + b"9" * LONGEST + b'"}', "more than"),
        (b'{"MDeviceID":"1","x":"' + b"9" * LONGEST, "too long"),
    ],
)
def test_noise_is_named_and_the_next_message_understood(stream: bytes, reason: str) -> None:
    session = teratrack.session()
    noise, frame = session.feed(stream, RECEIVED_AT) + session.feed(MESSAGE, RECEIVED_AT)
    assert isinstance(noise, Noise)
    assert reason in noise.reason
    assert isinstance(frame, Frame)
    assert frame.payload == MESSAGE


@pytest.mark.parametrize("part", [b"{", b"{}", b'{"', b'"', b"\\", b'{"a":', b"[", b'{"a":"\\'])
def test_what_much_of_it_costs_grows_with_its_size_alone(part: bytes) -> None:
    def much(size: int) -> bytes:
        return part * (size // len(part))

    def read(payload: bytes) -> None:
        assert len(holds(TOPIC, payload)) == 1

    def feed(payload: bytes) -> None:
        session = teratrack.session()
        for start in range(0, len(payload), 4096):
            session.feed(payload[start : start + 4096], RECEIVED_AT)

    assert growth(read, much, 2**18) < LINEAR
    assert growth(feed, much, 2**18) < LINEAR


def test_a_message_names_its_device() -> None:
    assert teratrack.device_of(MESSAGE) == "022043750001"
    assert teratrack.device_of(b"{") is None
    assert teratrack.session().refusal() == b""
