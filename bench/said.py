"""One report of a truck after the other in each dialect, and the same in native JSON."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from devices import catalogue, native
from devices.jt701 import encoder as jt701_encoder
from devices.jtt808 import encoder as jtt808_encoder
from devices.reading import Cell, Reading
from devices.teltonika import encoder as teltonika_encoder

COUNT = 64
"""Different payloads of each kind: what a decoder remembers from one to the next must differ."""
T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECEIVED_AT = T0 + timedelta(days=1)
LOCK, IMEI = "7502104023", "352093086403655"
MX = Cell(mcc=334, mnc=20, lac=1201, cid=77123, rssi=24)


class Said(NamedTuple):
    """`payloads` in a dialect, and each in native JSON (an array, where it is several readings)."""

    name: str
    topic: str
    payloads: list[bytes]
    native: list[bytes]
    binary: bool = True

    @property
    def each(self) -> int:
        """Readings of one payload."""
        return len(catalogue.decode(self.topic, self.payloads[0], RECEIVED_AT))


def everything() -> list[Said]:
    """Binary dialects with what a lock usually says; the others as their first vector has it."""
    return [
        _many("jt701 long", f"frames/jt701/{LOCK}", _long),
        _many("jt701 P45", f"frames/jt701/{LOCK}", _lock_event),
        _many("jtt808 0200", f"frames/jtt808/{LOCK}", _position),
        _many("teltonika 8E", f"frames/teltonika/{IMEI}", lambda turn: _avl([turn])),
        _many(
            "teltonika 8E of 10",
            f"frames/teltonika/{IMEI}",
            lambda turn: _avl(range(10 * turn, 10 * turn + 10)),
        ),
        *map(_first, ("eseal", "flespi", "jointech_json", "teltonika_json", "teratrack")),
        *map(_first, ("owntracks", "native")),
    ]


def _many(name: str, topic: str, make: Callable[[int], bytes]) -> Said:
    return _said(name, topic, [make(turn) for turn in range(COUNT)])


def _said(
    name: str, topic: str, payloads: list[bytes], *, at: datetime = RECEIVED_AT, binary: bool = True
) -> Said:
    spoken = []
    for payload in payloads:
        readings = catalogue.decode(topic, payload, at)
        if any(not isinstance(one, Reading) for one in readings):
            raise SystemExit(f"the {name} of the measurement is no reading: {readings}")
        said = [native.encode(one) for one in readings if isinstance(one, Reading)]
        spoken.append(msgspec.json.encode(said if len(said) > 1 else said[0]))
    return Said(name, topic, payloads, spoken, binary)


def _first(dialect: str) -> Said:
    text = catalogue.dialects()[dialect].vectors.read_text(encoding="utf-8")
    document: dict[str, Any] = tomllib.loads(text)
    vector = document["vector"][0]
    payloads = [vector["payload"].encode()] * COUNT
    topic = vector.get("topic", document["topic"])
    return _said(dialect, topic, payloads, at=document["received_at"], binary=False)


def _where(turn: int) -> tuple[datetime, float, float]:
    """30 s and some 600 m after the one before."""
    return T0 + timedelta(seconds=30 * turn), 25.6866 + 0.005 * turn, -100.3161 + 0.003 * turn


def _long(turn: int) -> bytes:
    return jt701_encoder.long_frame(
        LOCK,
        *_where(turn),
        serial=turn,
        status=jt701_encoder.status_word("rope_in", "motor_locked"),
        speed_kmh=72.0 + turn % 9,
        course_deg=12.0,
        mileage_km=74_565,
        satellites=11,
        battery_pct=87,
        cell=MX,
        imei="861234567890123",
    )


def _lock_event(turn: int) -> bytes:
    return jt701_encoder.lock_event(
        LOCK, *_where(turn), serial=turn, source=1, unlock=1, card="0009551234", speed_kmh=0.0
    )


def _position(turn: int) -> bytes:
    time, lat, lon = _where(turn)
    said = jtt808_encoder.Position(
        time=time,
        lat=lat,
        lon=lon,
        altitude_m=540,
        speed_kmh=72.0 + turn % 9,
        course_deg=12,
        statuses=jtt808_encoder.lock_bits(rope_in=True, motor_locked=True),
        tlvs=(
            jtt808_encoder.battery(87),
            (0xD5, (402).to_bytes(2)),
            (0x30, bytes([24])),
            (0x31, bytes([11])),
            jtt808_encoder.cell(334, 20, 1201, 77123),
            (0xFE, (74_565).to_bytes(4)),
            (0xFC, bytes([0])),
        ),
    )
    return jtt808_encoder.frame(LOCK, turn, 0x0200, jtt808_encoder.position(said))


def _avl(turns: range | list[int]) -> bytes:
    return teltonika_encoder.packet([_record(turn) for turn in turns])


def _record(turn: int) -> teltonika_encoder.Record:
    """With twelve elements: ignition, movement, signal, GNSS, sleep, battery; voltages, DOPs."""
    time, lat, lon = _where(turn)
    return teltonika_encoder.Record(
        time_ms=int(time.timestamp() * 1000),
        lat=round(lat * 1e7),
        lon=round(lon * 1e7),
        altitude=540,
        course=12,
        satellites=11,
        speed=72 + turn % 9,
        one={239: 1, 240: 1, 21: 4, 69: 1, 200: 0, 113: 87},
        two={66: 24_079, 67: 4_100, 181: 11, 182: 9},
        four={241: 334_020, 16: 74_565_000 + turn},
    )
