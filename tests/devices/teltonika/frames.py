"""Teltonika records and packets of every kind, for the tests of its decoder and its wire."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import strategies as st

from devices import catalogue
from devices.common.clocks import BEHIND
from devices.teltonika.encoder import (
    CODEC_8,
    CODEC_8_EXTENDED,
    CODEC_16,
    Record,
    login,
    packet,
)
from devices.teltonika.wire import text_packet
from tests.devices.strategies import RECEIVED_AT
from tests.support.teltonika_encode import udp_packet

IMEI = "352093086403655"
TOPIC = f"frames/teltonika/{IMEI}"
NOW_MS = int(RECEIVED_AT.timestamp() * 1000)
EARLIEST_MS = NOW_MS - int(BEHIND.total_seconds() * 1000)
CODECS = (CODEC_8, CODEC_8_EXTENDED, CODEC_16)

A_FIX = Record(
    time_ms=NOW_MS - 2000,
    lat=274_995_000,
    lon=-995_071_000,
    altitude=140,
    course=12,
    satellites=11,
    speed=82,
)


def vectors() -> list[dict[str, Any]]:
    """Those of teltonika.vectors.toml, `payload` in bytes."""
    text = catalogue.dialects()["teltonika"].vectors.read_text(encoding="utf-8")
    document = tomllib.loads(text)
    found = document.pop("vector")
    return [document | one | {"payload": bytes.fromhex(one["payload_hex"])} for one in found]


@st.composite
def records(draw: st.DrawFn, codec: int) -> Record:
    """A record that this codec can say; its position and time are possible ones."""
    highest = 255 if codec == CODEC_8 else 65_535
    ids = draw(st.lists(st.integers(0, highest), unique=True, max_size=12))
    parts: list[dict[int, int]] = [{}, {}, {}, {}]
    variable: dict[int, bytes] = {}
    for id_ in ids:
        width = draw(st.integers(0, 4 if codec == CODEC_8_EXTENDED else 3))
        if width == 4:
            variable[id_] = draw(st.binary(max_size=40))
        else:
            parts[width][id_] = draw(st.integers(0, 256**2**width - 1))
    return Record(
        time_ms=draw(st.integers(EARLIEST_MS, NOW_MS)),
        lat=draw(st.integers(-900_000_000, 900_000_000)),
        lon=draw(st.integers(-1_800_000_000, 1_800_000_000)),
        altitude=draw(st.integers(-(2**15), 2**15 - 1)),
        course=draw(st.integers(0, 65_535)),
        satellites=draw(st.integers(0, 255)),
        speed=draw(st.integers(0, 65_535)),
        priority=draw(st.integers(0, 255)),
        event=draw(st.integers(0, highest)),
        generation=draw(st.integers(0, 255)) if codec == CODEC_16 else 0,
        one=parts[0],
        two=parts[1],
        four=parts[2],
        eight=parts[3],
        variable=variable,
    )


@st.composite
def batches(draw: st.DrawFn) -> tuple[int, list[Record]]:
    """A codec, and 1 to 4 records for one packet in it."""
    codec = draw(st.sampled_from(CODECS))
    return codec, draw(st.lists(records(codec), min_size=1, max_size=4))


tcp_packets = batches().map(lambda batch: packet(batch[1], batch[0]))
udp_packets = batches().map(lambda batch: udp_packet(IMEI, batch[1], batch[0]))
logins = st.just(login(IMEI))
pings = st.just(b"\xff")
texts = st.binary(max_size=20).map(lambda text: text_packet(text, kind=0x06))


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A packet with some of its bytes changed, cut or doubled."""
    data = bytearray(draw(tcp_packets | udp_packets | logins | texts))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = draw(st.integers(at, len(data)))
        data[at:end] = draw(st.binary(max_size=6))
    return bytes(data)
