"""The keys of Jointech's SDK: where each goes in the Reading, for `explain`."""

from __future__ import annotations

from devices.common.jsonexplain import Names

_BODY = {
    "GpsTime": ("event_time", "UTC"),
    "DateTime": ("event_time", "UTC"),
    "Latitude": ("position.lat", "degrees"),
    "Longitude": ("position.lon", "degrees"),
    "LocationType": ("position", "0 none, 1 satellites, 2 cells"),
    "Speed": ("position.speed_kmh", "km/h"),
    "Direction": ("position.course_deg", "degrees"),
    "Altitude": ("position.altitude_m", "m"),
    "GpsSignal": ("position.satellites", ""),
    "GSMSignal": ("cell.rssi", "GSM scale"),
    "MCC": ("cell.mcc", ""),
    "MNC": ("cell.mnc", ""),
    "LAC": ("cell.lac", ""),
    "CELLID": ("cell.cid", ""),
    "Battery": ("battery_pct", "percent, 255 charging"),
    "Power": ("battery_pct", "percent, 255 charging"),
    "LockStatus": ("seal.condition", "0 locked, 1 open"),
    "LockRope": ("seal.condition", "0 rope in, 1 out"),
    "BackCover": ("extra.cover_closed", "1 closed"),
    "Alarm": ("seal.events", "code of the alarm"),
    "Awaken": ("extra.wake", "what woke it"),
    "LockTimes": ("seal.lock_count", ""),
    "Event": ("seal.events", "code of the event"),
    "Status": ("seal.events", "0 wrong, 1 opened, 3 outside its fence"),
    "RFIDNo": ("seal.credential", "rfid"),
    "LockEvent": ("seal.events", "type, credential and result"),
    "SensorID": ("device", "a sub-lock"),
    "DataType": ("buffered", "1 live, 2 alarm, 3 and 4 sent later"),
    "Index": ("seq", ""),
}
NAMES: Names = {
    "DeviceID": ("device", ""),
    **_BODY,
    **{f"DataBody.{key}": says for key, says in _BODY.items()},
}
