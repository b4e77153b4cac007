"""JT/T 808 frames of every kind, sound and unsound."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from devices import jtt808
from devices.jtt808 import encoder as encode
from devices.jtt808.messages import WITH_READINGS
from devices.jtt808.stream import split
from devices.reading import Decoded, Reading
from tests.devices.strategies import RECEIVED_AT
from tests.devices.test_vectors import load, payload_of

DEVICE = "7091234567"
TOPIC = f"frames/jtt808/{DEVICE}"
VECTORS = load("jtt808")

times = st.datetimes(datetime(2025, 9, 4), datetime(2026, 3, 1, 11)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
free_bits = st.frozensets(st.sampled_from([0, 10, 22, 23]))
tags = st.sampled_from([0x02, 0x14, 0x25, 0xE1, 0xE7, 0xFF])
unknown_tlvs = st.lists(
    st.tuples(tags, st.binary(max_size=6)), max_size=3, unique_by=lambda t: t[0]
)
positions = st.builds(
    encode.Position,
    time=times,
    lat=st.integers(-90_000_000, 90_000_000).filter(bool).map(lambda n: n / 1e6),
    lon=st.integers(-180_000_000, 180_000_000).map(lambda n: n / 1e6),
    altitude_m=st.integers(-500, 9000),
    speed_kmh=st.integers(0, 2500).map(lambda n: n / 10),
    course_deg=st.integers(0, 360),
    alarms=st.frozensets(st.integers(0, 31)),
    statuses=free_bits,
    tlvs=unknown_tlvs.map(tuple),
)
frames = st.builds(
    lambda said, serial: encode.frame(DEVICE, serial, 0x0200, encode.position(said)),
    positions,
    st.integers(0, 0xFFFF),
)
chunks = st.sampled_from([payload_of(vector) for vector in VECTORS]) | st.binary(max_size=24)
loose_bytes = st.sampled_from([b"\x7e", b"\xe7", b"\x7d\x02", b"\xe6\x01", b"(", b")", b"\x02\x00"])
whole = [payload_of(vector) for vector in VECTORS if vector["case"] in ("valid", "no-fix")]
bodies = st.sampled_from(
    [one.message.body for payload in whole for one in split(payload) if one.message]
)


@st.composite
def sound_frames(draw: st.DrawFn) -> bytes:
    """Frames with nothing wrong but their body: a vector's, changed, cut and lengthened."""
    body = bytearray(draw(bodies))
    changes = st.tuples(
        st.integers(0, 200), st.sampled_from([0, 1, 0x7E, 0xFF]) | st.integers(0, 255)
    )
    for at, byte in draw(st.lists(changes, max_size=4)):
        if at < len(body):
            body[at] = byte
    end = draw(st.none() | st.integers(0, len(body)))
    body = body[:end] + draw(st.binary(max_size=8))
    msg = draw(st.sampled_from([0x0001, 0x0100, *sorted(WITH_READINGS)]))
    return encode.frame(DEVICE, draw(st.integers(0, 255)), msg, bytes(body))


streams = st.lists(chunks | loose_bytes, max_size=6).map(b"".join)


def decode(payload: bytes, received_at: datetime = RECEIVED_AT) -> Decoded:
    return jtt808.decode(TOPIC, payload, received_at)


def one(payload: bytes) -> Reading:
    (found,) = decode(payload)
    assert isinstance(found, Reading), found
    return found
