"""Lists of Bluetooth beacons in Teltonika's elements of variable length.

385, "Beacon": a byte that says which part of how many this is (4 bits each), then beacons:

    flags u8 | iBeacon (high nibble not 0): UUID 16, major u16, minor u16
             | Eddystone (high nibble 0): namespace 10, instance 6
    rssi i8 dBm | flags b1: battery u16, 0.01 V | flags b2: temperature u16

548, 10828, 10829 and 11317, "Advanced BLE beacon data" and EYE sensors: the same first byte, then
beacons, each of a length u8 and as many bytes of parameters (id u8, length u8, value):

    0 rssi i8 dBm | 1 id | 2 data as the beacon sent it | 5 name | 6 temperature i16, 0.01 degrees C
    7 humidity u8 % | 8 magnet u8 (1 field detected) | 9 movement u8 | 10 movement count u16
    11 pitch i8 degrees | 12 roll i16 degrees | 13 low battery u8 | 14 battery u16 mV | 15 MAC

Other parameters are kept as "p<id>", in hexadecimal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from struct import Struct, error
from typing import Any

SIMPLE = 385
LISTS = frozenset({SIMPLE, 548, 10828, 10829, 11317})

_IBEACON = Struct(">16sHH")
_EDDYSTONE = Struct(">10s6s")


class Malformed(ValueError):
    """Why the bytes are no list of beacons."""


def _signed(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)


def _unsigned(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


PARAMETERS: dict[int, tuple[str, int | None, Callable[[bytes], Any]]] = {
    0: ("rssi", 1, _signed),
    1: ("id", None, bytes.hex),
    2: ("data", None, bytes.hex),
    5: ("name", None, _text),
    6: ("temperature", 2, _signed),
    7: ("humidity", 1, _unsigned),
    8: ("magnet", 1, _unsigned),
    9: ("movement", 1, _unsigned),
    10: ("movement_count", 2, _unsigned),
    11: ("pitch", 1, _signed),
    12: ("roll", 2, _signed),
    13: ("low_battery", 1, _unsigned),
    14: ("battery_mv", 2, _unsigned),
    15: ("mac", 6, bytes.hex),
}
"""id -> key, length in bytes (None: any), how it is read."""


def beacons(id_: int, data: bytes) -> list[dict[str, Any]]:
    """The beacons of one element, each as its keys; numbers as sent. Raises Malformed."""
    if not data:
        raise Malformed("an empty list of beacons, expected its part at least")
    return list(_simple(data) if id_ == SIMPLE else _advanced(data))


def _simple(data: bytes) -> Iterator[dict[str, Any]]:
    at, count = 1, 0
    try:
        while at < len(data):
            flags = data[at]
            beacon: dict[str, Any]
            if flags >> 4:
                uuid, major, minor = _IBEACON.unpack_from(data, at + 1)
                beacon = {"uuid": uuid.hex(), "major": major, "minor": minor}
                at += 1 + _IBEACON.size
            else:
                namespace, instance = _EDDYSTONE.unpack_from(data, at + 1)
                beacon = {"namespace": namespace.hex(), "instance": instance.hex()}
                at += 1 + _EDDYSTONE.size
            beacon["rssi"] = _signed(_take(data, at, 1))
            at += 1
            for bit, key in ((2, "battery"), (4, "temperature")):
                if flags & bit:
                    beacon[key] = _unsigned(_take(data, at, 2))
                    at += 2
            count += 1
            yield beacon
    except error:
        raise Malformed(f"beacon {count + 1} is cut off") from None


def _take(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise error
    return data[at : at + size]


def _advanced(data: bytes) -> Iterator[dict[str, Any]]:
    at, count = 1, 0
    while at < len(data):
        end = at + 1 + data[at]
        count += 1
        if end > len(data):
            raise Malformed(f"beacon {count} is cut off")
        yield _parameters(data[at + 1 : end], count)
        at = end


def _parameters(data: bytes, count: int) -> dict[str, Any]:
    beacon: dict[str, Any] = {}
    at = 0
    while at < len(data):
        end = at + 2 + data[at + 1] if at + 1 < len(data) else len(data) + 1
        if end > len(data):
            raise Malformed(f"a parameter of beacon {count} is cut off")
        value = data[at + 2 : end]
        key, size, read = PARAMETERS.get(data[at], (f"p{data[at]}", None, bytes.hex))
        if key in beacon:
            raise Malformed(f"{key} of beacon {count} is given twice")
        beacon[key] = read(value) if size in (None, len(value)) else value.hex()
        at = end
    return beacon
