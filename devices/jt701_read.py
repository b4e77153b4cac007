"""What one whole frame of a JT701 says, whatever its form."""

from __future__ import annotations

from datetime import datetime

from devices import jt701_ascii, jt701_binary, jt701_wlnet
from devices.frames import FrameError
from devices.reading import Reading

DOLLAR = 0x24


def read(frame: bytes, device: str, received_at: datetime) -> list[Reading | FrameError]:
    """Its readings, record by record, and what is wrong with a record; nothing where the message
    carries no reading.

    frame: one that `jt701_wire.split` has found. Raises FrameError where it is none as a whole.
    """
    if frame[0] == DOLLAR:
        if frame[8]:
            return list(jt701_binary.short(frame, device, received_at))
        return [jt701_binary.long(frame, device, received_at)]
    command = jt701_ascii.command_of(frame)
    if command in jt701_ascii.NO_READING:
        return []
    reader = jt701_wlnet.read if command == "WLNET" else jt701_ascii.read
    return [reader(frame, device, received_at)]


def order(reading: Reading) -> tuple[datetime, int]:
    """In which order the readings of one payload come out."""
    return reading.event_time, -1 if reading.seq is None else reading.seq
