"""Teltonika trackers: AVL records in Codec 8, 8 Extended and 16, as they came over TCP or UDP.

Topic `frames/teltonika/<device>`; the device is its IMEI. Big-endian. A payload is one or more of

    TCP    00000000 | data length u32 | data | CRC u32 (CRC-16/IBM of the data)
    UDP    length u16 | packet id u16 | type u8 | AVL packet id u8 | IMEI length u16 | IMEI | data
    login  length u16 | IMEI in ASCII        ping  FF

    data   codec u8 (08, 8E, 10) | count u8 | records | count u8 again

    record  time u64 ms UTC | priority u8 | lon i32 | lat i32 (1e-7 degrees, WGS 84)
            | altitude i16 m | course u16 degrees | satellites u8 | speed u16 km/h
            | event id | [16: generation u8] | total of elements
            | for values of 1, 2, 4 and 8 bytes: count, then (id, value) each
            | [8E: count u16, then (id u16, length u16, bytes) each]
            counts and total: u8, 8E u16; ids and event id: u8 in 8, u16 in 8E and 16

The meaning of the elements: `elements`. Priority, event id (0: none) and generation are kept as
extras. No satellite means that the position is the last known one (`no_fix: invalid`);
it is kept, and not used. So is that of a device whose clock was not set (2004 or before): the
event's time is then the receipt's, the device's own is the extra `device_time`.

Rejected as a whole: what is cut off, a wrong CRC, counts that differ, records that do not fill
their packet; an IMEI in the packet that is not the topic's; Codec 07 (GH3000). Logins, pings and
commands' texts (Codec 12, 13, 14) are passed over. A position out of range, a total that does not
agree with the elements, an element that is there twice cost what they are, and not their record.
"""

from __future__ import annotations

from devices.teltonika.decoder import FILTERS, decode
from devices.teltonika.explanation import explain
from devices.teltonika.packets import recognises
from devices.teltonika.wire import COMMANDS, command, datagram, session

__all__ = [
    "COMMANDS",
    "FILTERS",
    "command",
    "datagram",
    "decode",
    "explain",
    "recognises",
    "session",
]
