"""The fields of a JT701's frames in words, and where each goes in the Reading.

By field name: what its value means, and the places that it may go to, of which a reading has those
that it filled. Names and widths are in the layouts of the decoder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devices.common import jointech_seal
from devices.common.jointech_codes import KINDS
from devices.common.jointech_point import COURSE_DEG, SPEED_KMH
from devices.jt701.binary import CHARGING, NO_BYTE, NO_RSSI
from devices.reading import SealEvent

Words = Callable[[Any], str]


def _flags(table: jointech_seal.Bits) -> str:
    """Where the bits of a table go: to the seal, and by name to `extra`."""
    whats = (table.get(bit, f"bit_{bit}") for bit in range(16))
    names = (what for what in whats if not isinstance(what, SealEvent))
    return "seal.condition seal.events seal.credential " + " ".join(f"extra.{n}" for n in names)


def _clock(raw: bytes) -> str:
    text = raw.hex()
    day, month, year, hour, minute, second = (text[at : at + 2] for at in range(0, 12, 2))
    return f"20{year}-{month}-{day} {hour}:{minute}:{second} UTC"


def _lat(raw: bytes) -> str:
    text = raw.hex()
    return f"{text[:2]} degrees {text[2:4]}.{text[4:]} minutes"


def _lon(raw: bytes) -> str:
    text, flags = raw.hex(), raw[4]
    fix = "fix" if flags & 1 else "no fix"
    north, east = "north" if flags & 2 else "south", "east" if flags & 4 else "west"
    return f"{text[:3]} degrees {text[3:5]}.{text[5:9]} minutes; {fix}, {north}, {east}"


def kind(byte: int) -> str:
    what = KINDS.get(byte & 0x0F, f"unknown ({byte & 0x0F})").replace("_", "-")
    return f"type {byte >> 4}, {what}"


def _battery(percent: int) -> str:
    return "charging" if percent == CHARGING else f"{percent} %"


def _rssi(value: int) -> str:
    return "no signal measured" if value == NO_RSSI else f"signal {value} (GSM scale)"


def _wake(byte: int) -> str:
    return f"woken by: {jointech_seal.WAKE.get(byte & 0x0F, byte & 0x0F)}"


def _temperature(value: int) -> str:
    if value == 0xFFFF:
        return "no temperature"
    return f"{'-' if value >> 12 else ''}{(value & 0x0FFF) / 10} degrees C"


def _events(table: jointech_seal.Bits) -> Words:
    return lambda word: jointech_seal.bit_names(word, table)


def _plain(text: str) -> Words:
    return lambda value: text.format(value.hex() if isinstance(value, bytes) else value)


POINT: tuple[tuple[str, int, Words, str], ...] = (
    ("time", 6, _clock, "extra.device_time position.time event_time"),
    ("lat", 4, _lat, "position.lat extra.lat position.reason"),
    ("lon", 5, _lon, "position.lon extra.lon position.reason"),
    ("speed", 1, lambda b: f"{b[0]} knots, {SPEED_KMH[b[0]]} km/h", "position.speed_kmh"),
    ("course", 1, lambda b: f"{COURSE_DEG[b[0]]} degrees", "position.course_deg extra.course"),
)
"""Name, bytes, words and places of the 17 bytes that say when and where."""

BINARY: dict[str, tuple[Words, str]] = {
    "mileage": (_plain("{:,} km"), "extra.mileage_km"),
    "satellites": (_plain("{} satellites"), "position.satellites"),
    "vehicle": (_plain("bound to the vehicle card {:010d} (0: none)"), "extra.vehicle_card"),
    "status": (
        _events(jointech_seal.STATUS),
        _flags(jointech_seal.STATUS) + " extra.wrong_passwords position.accuracy_m",
    ),
    "battery": (_battery, "battery_pct extra.charging extra.battery"),
    "cell": (_plain("cell {} (in long frames the low half)"), "cell.cid"),
    "lac": (_plain("location area {}"), "cell.lac"),
    "rssi": (_rssi, "cell.rssi"),
    "fence": (_plain("fence {} (0: none)"), "extra.fence_id"),
    "wake": (_wake, "extra.wake extra.wake_high"),
    "mnc_high": (
        lambda v: "no high byte" if v == NO_BYTE else f"network code, high byte {v}",
        "cell.mnc",
    ),
    "reserved": (
        lambda v: f"second status {v:08b}{': charging' if v & 1 else ''}",
        "extra.charging extra.reserved",
    ),
    "imei": (_plain("IMEI {} (0f: none)"), "extra.imei"),
    "cell_high": (_plain("cell, high half {}"), "cell.cid"),
    "mcc": (_plain("country code {}"), "cell.mcc extra.mcc"),
    "mnc": (_plain("network code {}"), "cell.mnc"),
    "power": (_plain("power {}, its unit is not known"), "extra.power"),
    "flags": (_plain("flags {:08b}, not known"), "extra.flags"),
    "altitude": (_plain("{} m"), "position.altitude_m extra.altitude"),
    "fuel_high": (_plain("fuel, high byte {}"), "extra.fuel"),
    "states": (_plain("status {}, not known"), "extra.status"),
    "odometer": (_plain("{:,} km"), "extra.mileage_km"),
    "fuel_low": (_plain("fuel, low byte {}"), "extra.fuel"),
    "fuels": (
        _plain("{}: three fuel levels of 12 bits, 20 bits of km, 24 of status"),
        "extra.fuels extra.mileage_km extra.status",
    ),
    "sensor_time": (_clock, "extra.sensor_time extra.device_time event_time"),
    "sensor": (_plain("the sensor's id {}"), "device"),
    "serial": (_plain("serial {}"), "seq message_id"),
    "voltage": (lambda v: f"{v / 100} V", "extra.battery_v"),
    "radio_rssi": (_plain("radio signal {}"), "extra.radio_rssi"),
    "type": (_plain("sensor of type {}"), "extra.sensor_type"),
    "temperature": (_temperature, "extra.temperature_c"),
    "humidity": (_plain("{} %"), "extra.humidity"),
    "count": (_plain("{}"), "extra.count"),
    "sensor_status": (
        _events(jointech_seal.SUBLOCK_STATUS),
        _flags(jointech_seal.SUBLOCK_STATUS) + " extra.sensor_status",
    ),
    "event": (_events(jointech_seal.SUBLOCK), _flags(jointech_seal.SUBLOCK)),
    "newer_event": (_events(jointech_seal.SUBLOCK_NEWER), _flags(jointech_seal.SUBLOCK_NEWER)),
    "lock_count": (_plain("locked {} times"), "seal.lock_count"),
    "gateway_status": (
        _plain("{}: 1 sent again, 2 contact lost, 4 low voltage"),
        "extra.gateway_status extra.contact_lost extra.gateway_low_voltage",
    ),
    "sensor_card": (_plain("card {:010d} (0: none)"), "seal.credential.id extra.card"),
    "rest": (_plain("{}, not known"), "extra.rest"),
}

ASCII: dict[str, tuple[str, str]] = {
    "id": ("the device's id", "device"),
    "command": ("what kind of message this is", "extra.message"),
    "date": ("DDMMYY, UTC", "extra.device_time position.time event_time"),
    "time": ("hhmmss, UTC", "extra.device_time position.time event_time"),
    "lat": ("latitude", "position.lat extra.lat position.reason"),
    "ns": ("north or south", "position.lat extra.ns position.reason"),
    "lon": ("longitude", "position.lon extra.lon position.reason"),
    "ew": ("east or west", "position.lon extra.ew position.reason"),
    "valid": ("A or T: a fix; V or F: none", "position.reason"),
    "speed": ("km/h", "position.speed_kmh extra.speed"),
    "course": ("degrees", "position.course_deg extra.course"),
    "source": (
        "1 RFID, 2 illegal RFID, 3 a vehicle's card is bound, 4 static password, 5 locked by "
        "itself, 6 dynamic password, 7 Bluetooth",
        "extra.source seal.condition seal.events seal.credential",
    ),
    "unlock": (
        "1 to 10: opened in that fence; 98: opened, no fence set; 99: refused outside; 0: refused",
        "extra.unlock extra.fence_id seal.condition seal.events",
    ),
    "card": ("the card", "seal.credential.id extra.card extra.vehicle_card"),
    "password_ok": ("1: the password was right", "extra.password_ok seal.events"),
    "wrong_passwords": ("how many were wrong", "extra.wrong_passwords"),
    "serial": ("serial", "seq message_id extra.serial"),
    "mileage_km": ("km", "extra.mileage_km"),
    "alarm": ("alarm, its code is not known", "extra.alarm"),
    "satellites": ("satellites", "position.satellites extra.satellites"),
    "battery": ("percent; 255: charging", "battery_pct extra.charging extra.battery"),
    "status": ("bits, their order is not known", "extra.status"),
    "cid": ("cell", "cell.cid extra.cid"),
    "lac": ("location area", "cell.lac extra.lac"),
    "rssi": ("signal, GSM scale; 99: none", "cell.rssi extra.rssi"),
    "power": ("power, its unit is not known", "extra.power"),
    "gps": ("GPS signal", "extra.gps"),
    "gsm": ("GSM signal", "extra.gsm"),
    "alert": ("alert, its code is not known", "extra.alert"),
    "rest": ("not known", "extra.rest"),
}
"""The same of the fields of the messages in brackets."""
