"""IO elements in words: name, value with its unit, and where it goes in the Reading.

Names and units are those of the maker's list for the FMB, FMC and FT families; other families use
some ids otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

from devices.teltonika import elements as io_
from devices.teltonika.beacons import LISTS, Malformed, beacons

ABOUT: dict[int, tuple[str, str]] = {
    **{number: (f"digital input {number}", "") for number in (1, 2, 3, 4)},
    9: ("analog input 1", "mV"),
    10: ("analog input 2", "mV"),
    11: ("ICCID, first part", ""),
    14: ("ICCID, second part", ""),
    16: ("odometer", "m"),
    21: ("GSM signal", "of 5 bars"),
    24: ("speed", "km/h"),
    66: ("external voltage", "mV"),
    67: ("battery voltage", "mV"),
    68: ("battery current", "mA"),
    69: ("GNSS status", "(0 off, 1 fix, 2 no fix, 3 asleep)"),
    78: ("iButton", ""),
    80: ("data mode", ""),
    113: ("battery level", "%"),
    175: ("auto geofence", "(0 left, 1 entered)"),
    179: ("digital output 1", ""),
    180: ("digital output 2", ""),
    181: ("GNSS PDOP", "tenths"),
    182: ("GNSS HDOP", "tenths"),
    199: ("trip odometer", "m"),
    200: ("sleep mode", ""),
    205: ("GSM cell id", ""),
    206: ("GSM area code", ""),
    239: ("ignition", "(1 on)"),
    240: ("movement", "(1 moving)"),
    241: ("GSM operator", ""),
    246: ("towing", ""),
    249: ("jamming", ""),
    252: ("unplug", "(1 unplugged)"),
    256: ("VIN", ""),
    385: ("beacons", ""),
    548: ("advanced beacons", ""),
    636: ("UMTS/LTE cell id", ""),
    662: ("door", ""),
    10828: ("EYE sensors", ""),
    **{10808 + number: (f"EYE magnet {number + 1}", "") for number in range(4)},
}


FIELDS = {
    io_.RSSI: "cell.rssi",
    io_.BATTERY: "battery_pct",
    io_.HDOP: "position.hdop",
    io_.CELL_ID: "cell.cid",
    io_.LAC: "cell.lac",
    io_.OPERATOR: "cell.mcc, cell.mnc",
    io_.JAMMING: "jamming",
    io_.LTE_CELL_ID: "cell.cid",
    **dict.fromkeys(io_.MAGNETS, "seal.condition"),
}
"""Where an element goes, unless it is among those that the record leaves `unused`."""


class About(NamedTuple):
    name: str
    meaning: str
    into: str


def describe(id_: int, value: int | bytes, unused: frozenset[int] = frozenset()) -> About:
    """An element of a record. unused: those of its elements that no field of the Reading takes."""
    name, unit = ABOUT.get(id_, ("", ""))
    if isinstance(value, bytes):
        return _of_bytes(id_, name, value)
    field = FIELDS.get(id_) if id_ not in unused else None
    return About(name, _meaning(id_, value, unit), field or f"extra.{io_.NAMES[id_]}")


def _meaning(id_: int, value: int, unit: str) -> str:
    if id_ == io_.IBUTTON:
        return io_.ibutton(value) if value else "none"
    if id_ == io_.HDOP:
        return f"{value / 10:g}"
    if id_ == io_.JAMMING and value <= 1:
        return "jamming begins" if value else "no jamming"
    if id_ in io_.MAGNETS and value <= 1:
        return "magnet there: closed" if value else "no magnet: open"
    if id_ == io_.OPERATOR:
        mcc, mnc = io_.operator(value)
        return f"{value}" if mcc is None else f"MCC {mcc}, MNC {mnc}"
    return f"{value} {unit}".strip()


def _of_bytes(id_: int, name: str, value: bytes) -> About:
    into = f"extra.{io_.NAMES[id_]}"
    if id_ not in LISTS:
        return About(name, value.hex(), into)
    try:
        found = beacons(id_, value)
    except Malformed as fault:
        return About(name, str(fault), f"{into}, extra.{io_.NAMES[id_]}_fault")
    said = "; ".join(", ".join(f"{key} {said}" for key, said in beacon.items()) for beacon in found)
    into = f"{into}, extra.beacons"
    if any(beacon.get("magnet") in (0, 1) for beacon in found):
        into += ", seal.condition"
    return About(name, said or "no beacons", into)
