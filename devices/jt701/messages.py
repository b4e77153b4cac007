"""What one whole frame of a JT701 says, whatever its form."""

from __future__ import annotations

from datetime import datetime

from devices.common.frames import FrameError
from devices.jt701 import binary, brackets, wlnet
from devices.reading import Reading

DOLLAR = 0x24


def read(frame: bytes, device: str, received_at: datetime) -> list[Reading | FrameError]:
    """Its readings, record by record, and what is wrong with a record; nothing where the message
    carries no reading.

    frame: one that `wire.split` has found. Raises FrameError where it is none as a whole.
    """
    if frame[0] == DOLLAR:
        if frame[8]:
            return list(binary.short(frame, device, received_at))
        return [binary.long(frame, device, received_at)]
    command = brackets.command_of(frame)
    if command in brackets.NO_READING:
        return []
    reader = wlnet.read if command == "WLNET" else brackets.read
    return [reader(frame, device, received_at)]


def order(reading: Reading) -> tuple[datetime, int]:
    """In which order the readings of one payload come out."""
    return reading.event_time, -1 if reading.seq is None else reading.seq
