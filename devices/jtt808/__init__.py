"""JT/T 808, with the locks of Jointech (JT709, JT705A), HHD and others: frames over TCP.

Topic `frames/jtt808/<device>`; the device is the id of the frame's header, without the zeros before
it. A payload holds one frame or several, such as all the parts of one message.

    frame      `frame`: 7E ... 7E (or E7 ... E7), escapes, checksum, header
    messages   `messages`: 0200, 0201, 0500, 0704, 0210, 5501, 5502, and what `carried` keeps (0701,
               0702, 0900); all others carry nothing
    position   `location`, its bits `bits`, its extensions `tlv`, its time
               `clock`
    locks      `locks`, JT705A's reports `jt705`

In `extra`: `clock` (which zone its clock was read in: utc, gmt+8; unset, then with `device_time`);
alarm and status bits by name, unnamed ones by number; rope_in, motor_locked, back_cover, wake of a
Jointech lock; lock_event and unlock_fence_id of its lock event; charging, battery_v, odometer_km,
mileage_km, fence_id, container, protocol_version; extensions that are not known as tlv_<id>.
`seq` is the message's serial. Items of a batch have none of their own.

A registration (0100) in the same payload tells the model, where bits depend on it (G-360P, G-508P);
a session puts it there.
"""

from __future__ import annotations

from devices.jtt808.commands import COMMANDS, command
from devices.jtt808.decoder import FILTERS, decode, decode_local
from devices.jtt808.explanation import explain
from devices.jtt808.wire import recognises, session

__all__ = [
    "COMMANDS",
    "FILTERS",
    "command",
    "decode",
    "decode_local",
    "explain",
    "recognises",
    "session",
]
