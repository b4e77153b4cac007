"""TeraTrack: a Jointech padlock's state in JSON over TCP, published on `frames/teratrack/<device>`.

Traccar's TeraTrackProtocolDecoder has the keys; what the lock's mean is the status word of the
JT701, whose bits they are in the same order and by the same names (wialon.com, Huabao HB-1AL and
Jointech JT701D). Values are strings, mostly. The device is MDeviceID; a topic may name the IMEI.

    MDeviceID      the device
    DateTime       "yyyy-MM-dd HH:mm:ss", UTC: the event's time, and the fix's
    Latitude, Longitude   degrees; the sign may stand in LatitudeState and LongitudeState alone:
                   "0" is south or west, whether or not the number says so
    Speed          km/h
    Mileage        km, extra.Mileage
    LockOpen       0 locked, 1 unlocked (the alarm for long unlocking: extra.long_unlocked)
    LockStatus     1 motor locked, 0 unlocked;   LockRope  1 rope in, 0 out
                   seal.condition: cut; or open if any of the three says so; else sealed
    LockCutOff     1: cut
    SealTampered, SealTempered   1: vibration ("Vibration, SealTempered" is bit 5 of the word)
    UnCoverBack    1: cover_opened;   CoverStatus  1 closed, 0 open (extra.cover_closed)
    LockStuck      1: motor_stuck
    PasswordError  1: wrong_password (five times);   IllegalCard  1: wrong_card
    LowPower       1: low_battery
    CardNo         the card shown: seal.credential, rfid; all zeros is none
    Power          percent; 255 is charging: extra.charging
    GSM            cell.rssi
    Index          seq
    DataType       1 live, 2 alarm, 3 sent later (buffered), as in the JT701's frames
    MessageAck     1: the lock wants the answer {01}

Any other key is kept under its own name, and so is every flag that raised nothing.
"""

from __future__ import annotations

from devices.teratrack.decoder import FILTERS, MEDIA, decode, explain, session
from devices.teratrack.wire import device_of, recognises

__all__ = ["FILTERS", "MEDIA", "decode", "device_of", "explain", "recognises", "session"]
