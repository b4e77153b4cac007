"""What a sensor or sub-lock told a lock by radio: `(id,1,nnn,WLNET,5,2,<binary>)`.

The binary part is escaped (3D15 "(", 3D14 ")", 3D11 ",", 3D00 "="). Big-endian:

     0-16   point          of the lock that passes it on; see `common/jointech_point`
    17-22   sensor time    DDMMYYhhmmss, decimals, UTC: when it happened
    23-27   sensor         its id, 5 bytes in hexadecimal (E017260004)
    28      serial
    29-30   voltage        0.01 V
    31      battery        percent
    32      rssi           of the radio
    33      type           1 thermometer, 4 sub-lock (JT709), 5 and 6 newer sub-locks, 9 valve lock
    34-     type 1         temperature (high nibble sign, 0.1 degrees C, FFFF none), humidity %,
                           count u16, status u8
            type 4, 5, 6   event u16 (b15 it is sent again), status u16 (b0 rope out, b1 motor
                           unlocked, b2 cover open, b3 charging), lock count u16, gateway's status
                           u8 (b0 sent again, b1 contact lost, b2 low voltage), and from firmware
                           20230703 on the card u32

A sub-lock has a seal, serials and a battery of its own, apart from those of the lock that passes
them on. So it is a device of its own too: "<lock>/<sensor>", under the one that vouches for it.
The event's time is the sensor's, the fix's time the lock's.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from devices.common import jointech_point, jointech_seal
from devices.common.clocks import Told
from devices.common.frames import FrameError
from devices.common.refusal import KEY as REFUSED
from devices.jt701.layout import Layout
from devices.reading import Clock, Reading, SealReport

DIALECT = "jt701"
SERIAL = 28
_ESCAPED = re.compile(rb"=[\x15\x14\x11\x00]|.", re.DOTALL)
ESCAPE = 0x3D
HEAD = Layout("sensor_time 6s, sensor 5s, serial B, voltage H, battery B, radio_rssi B, type B")
"""What is behind the point, whatever the type."""
THERMOMETER = Layout("temperature H, humidity B, count H, sensor_status B")
_TAIL = "sensor_status H, lock_count H, gateway_status B, sensor_card I"
SUBLOCK, NEWER = Layout(f"event H, {_TAIL}"), Layout(f"newer_event H, {_TAIL}")
BODIES = {1: THERMOMETER, 4: SUBLOCK, 5: NEWER, 6: NEWER}
"""What is behind the head, by type."""

HEAD_END = jointech_point.SIZE + HEAD.size
_NO_TEMPERATURE, _CHARGING = 0xFFFF, 0xFF
_FORM = [b"WLNET", b"5", b"2"]
_HUNDREDTHS, _TENTHS = 100, 10
_AGAIN = 1 << 15
GATEWAY = {1: "contact_lost", 2: "gateway_low_voltage"}
"""What the gateway says of its sub-lock; bit 0, that it sends again, is `buffered`."""


def binary(frame: bytes) -> bytes:
    """The binary part, unescaped. Raises FrameError where the message has none."""
    fields = frame[1:-1].split(b",", 6)
    if len(fields) < 7 or fields[3:6] != _FORM:
        form = b",".join(fields[3:6]).decode("latin-1")
        raise FrameError("command", f"the message is {form!a}, expected WLNET,5,2 and its data")
    return unescape(travelling(fields[6]))


def travelling(raw: bytes) -> list[bytes]:
    """The bytes of a binary part as they travel: one byte each, or an escape of two."""
    found: list[bytes] = _ESCAPED.findall(raw)
    return found


def unescape(found: list[bytes]) -> bytes:
    return bytes(byte[0] if len(byte) == 1 else byte[1] ^ ESCAPE for byte in found)


def read(frame: bytes, device: str, received_at: datetime) -> Reading:
    """The reading of a WLNET message. Raises FrameError."""
    data = binary(frame)
    if len(data) < HEAD_END:
        raise FrameError("data", f"it has {len(data)} bytes of data, expected {HEAD_END} or more")
    said = dict(zip(HEAD.names, HEAD.struct.unpack_from(data, jointech_point.SIZE), strict=True))
    extra: dict[str, Any] = {"message": "WLNET", "sensor_type": said["type"]}
    sensor = said["sensor"].hex().upper()
    at_point, position = jointech_point.position(data, 0, received_at, extra)
    told = _told(said["sensor_time"], at_point, received_at, extra)
    battery = said["battery"]
    if battery > 100:
        extra |= {"charging": True} if battery == _CHARGING else {"battery": battery}
    extra["battery_v"] = said["voltage"] / _HUNDREDTHS
    extra["radio_rssi"] = said["radio_rssi"]
    seal, again = _body(said["type"], data[HEAD_END:], extra)
    jointech_point.stands(told, seal, extra, "sensor_time")
    serial = said["serial"]
    return Reading(
        device=f"{device}/{sensor}",
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=position,
        seal=seal,
        battery_pct=float(battery) if battery <= 100 else None,
        buffered=again,
        seq=serial,
        message_id=str(serial) if told.clock is Clock.RECEIPT else None,
        clock=told.clock,
        extra=extra,
    )


def _told(raw: bytes, at_point: Told, received_at: datetime, extra: dict[str, Any]) -> Told:
    """When it happened: the sensor's time, or the lock's where the sensor has none."""
    here: dict[str, Any] = {}
    fixed = at_point.time if at_point.clock is Clock.DEVICE else None
    told = jointech_point.when(raw, received_at, here, place="sensor_time", fixed=fixed)
    if (clock := here.pop("clock", None)) is not None:
        here |= {"sensor_clock": clock, "sensor_time": here["device_time"]}
    extra.setdefault(REFUSED, {}).update(here.pop(REFUSED, {}))
    if not extra[REFUSED]:
        del extra[REFUSED]
    extra |= here
    return told


def _body(kind: int, raw: bytes, extra: dict[str, Any]) -> tuple[SealReport | None, bool]:
    """What the sensor itself says, and whether it says it again; a body that ends early is read as
    far as whole fields go.
    """
    layout = BODIES.get(kind)
    found, rest = layout.partly(raw) if layout else ((), raw)
    names = layout.names if layout else ()
    values = {name: value for name, value in zip(names, found, strict=True) if value is not None}
    if rest:
        extra["rest"] = rest.hex()
    event = values.pop("event", None) if layout is SUBLOCK else values.pop("newer_event", None)
    lock_count, card = values.pop("lock_count", None), values.pop("sensor_card", 0)
    if (temperature := values.pop("temperature", _NO_TEMPERATURE)) != _NO_TEMPERATURE:
        sign = -1 if temperature >> 12 else 1
        extra["temperature_c"] = sign * (temperature & 0x0FFF) / _TENTHS
    gateway = values.get("gateway_status", 0)
    again = bool((event or 0) & _AGAIN) or bool(gateway & 1)
    extra |= {name: True for bit, name in GATEWAY.items() if gateway >> bit & 1}
    if "gateway_status" in values:
        values["gateway_status"] = gateway & ~1
    extra |= values
    if layout not in (SUBLOCK, NEWER):
        return None, again
    if event is None:
        raise FrameError("event", "the sub-lock's event is missing behind its type")
    report, flags = jointech_seal.sublock(
        kind, event & ~_AGAIN, lock_count, values.get("sensor_status"), card
    )
    extra |= flags
    return report, again
