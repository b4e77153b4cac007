"""The native dialect, version 1: topic `seals/v1/<device>/telemetry`, JSON.

`<device>` is 1 to 64 of `A-Z a-z 0-9 . _ -`. The payload is one object or an array of at most
1,000, at most 1 MiB. Only `time` is required, and not where a seal speaks; null counts as absent.

    time        RFC 3339 with its zone, or Unix seconds (above 1e11: milliseconds): the event's
    lat, lon    degrees, WGS 84; both or neither; neither, or 0,0, is no fix
    accuracy    m
    speed       km/h
    course      degrees from true north, 0 to 360
    altitude    m
    satellites  count
    hdop        dilution of precision
    fix_time    as time, where the fix is older than the event; before 2015 the receiver's clock
                was not set, and the fix does not count
    no_fix      invalid | clock_unset | absent | zero: the device itself does not trust its position
    seal        {state, number, event, events, credential: {kind, id}, lock_count}
      state       sealed | open | cut | tampered | unarmed | fault | unknown
      number      1 to 32 of A-Z a-z 0-9, with hyphens and blanks as it is written
      event       sealed | opened | cut | rope_in | rope_out | cover_opened | cover_closed |
                  unlock_refused | wrong_password | wrong_card | motor_stuck | vibration |
                  low_battery
      events      an array of such, where several happened at once; united with `event`
      credential  kind: rfid | password | dynamic_password | bluetooth | sms | platform | key;
                  id: the card or the user, never a password
      lock_count  how often it was locked
    battery     percent, 0 to 100
    jamming     boolean
    buffered    boolean: stored by the device and sent later
    seq         whole number, 64 bits: the device's counter (it may wrap or restart)
    id          string of at most 64 characters, the message's own identity
    cell        {mcc, mnc, lac, cid, rssi}, whole numbers
    event_clock how the time was found, where the device's clock is not believed: rollover,
                offset, fix, receipt, doubted; "device" vouches for a time however old it is
    device, device_id   optional, and then the topic's

What cannot be of these is kept in `Reading.extra["refused"]`, with its reason, and not used; times
are judged by `common/clocks.py`. Any other key is kept in `Reading.extra`: "door", or "seal.door"
where it stood inside `seal` (so with `cell` and `seal.credential`). So are the position's keys when
there is no fix to carry them. When written again, an extra whose name is a native key gets "~"
before it ("~altitude"): kept, but not used. That way every Reading, whatever its dialect, can be
written in native keys and read back.
"""

from __future__ import annotations

from devices.native.decoder import FILTERS, MEDIA, MESSAGE, decode, device_of, explain, read
from devices.native.encoder import canonical, encode, to_json
from devices.native.keys import EVENT_CLOCK

__all__ = [
    "EVENT_CLOCK",
    "FILTERS",
    "MEDIA",
    "MESSAGE",
    "canonical",
    "decode",
    "device_of",
    "encode",
    "explain",
    "read",
    "to_json",
]
