"""One payload of a Teltonika decoded: packets, records."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from devices.common.frames import MAX_BYTES, FrameError, device_in, rejected
from devices.common.identifiers import same
from devices.common.jsonpayload import wrong_topic
from devices.reading import Decoded, Passed, Reading, Rejected
from devices.teltonika.build import latest_ms
from devices.teltonika.packets import Packet, packet_at
from devices.teltonika.records import Record, reading, records

FILTERS: tuple[str, ...] = ("frames/teltonika/+",)
DIALECT = "teltonika"
_TOPIC = "frames/teltonika/<device> with a device of 1 to 64 of A-Z a-z 0-9 . _ -"
_DEVICE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def decode(topic: str, payload: bytes, received_at: datetime) -> Decoded:
    """The readings of all packets in the order of their event times, then what was rejected."""
    device = _device(topic)
    if device is None:
        return wrong_topic(topic, payload, received_at, dialect=DIALECT, expected=_TOPIC)
    return _Decoding(topic, payload, received_at, device).result()


@lru_cache(maxsize=16_384)
def _device(topic: str) -> str | None:
    device = device_in(topic)
    return device if _DEVICE.fullmatch(device) else None


def _event_time(reading: Reading) -> datetime:
    return reading.event_time


class _Decoding:
    """One payload on its way to readings and rejections."""

    __slots__ = ("device", "payload", "readings", "received_at", "rejects", "topic")

    def __init__(self, topic: str, payload: bytes, received_at: datetime, device: str) -> None:
        self.topic, self.payload = topic, payload
        self.received_at, self.device = received_at, device
        self.readings: list[Reading] = []
        self.rejects: list[Rejected] = []

    def result(self) -> Decoded:
        payload = self.payload
        if len(payload) > MAX_BYTES:
            size = f"{len(payload):,} bytes, expected at most {MAX_BYTES:,}"
            return [self._rejected(payload, FrameError("", f"the payload has {size}"))]
        at = number = 0
        passed = ""
        while at < len(payload):
            packet = packet_at(payload, at)
            if packet.stop or packet.fault is not None:
                self._packet(packet, number)
            elif packet.imei is not None and not same(packet.imei, self.device):
                # whatever follows such a login is not this device's
                self._reject(
                    at, len(payload), self._other(packet.imei), self._place(packet, number)
                )
                break
            else:
                passed = passed or f"a {packet.kind}"
            at = packet.end
            number += 1
        if not payload:
            self._reject(0, 0, FrameError("", "the payload is empty, expected a packet"), "")
        elif not self.readings and not self.rejects:
            return [Passed(topic=self.topic, dialect=DIALECT, kind=passed)]
        if len(self.readings) > 1:
            self.readings.sort(key=_event_time)
        return [*self.readings, *self.rejects]

    def _packet(self, packet: Packet, number: int) -> None:
        try:
            if packet.fault is not None:
                raise packet.fault
            if packet.imei is not None and not same(packet.imei, self.device):
                raise self._other(packet.imei)
            found = records(self.payload, packet)
        except FrameError as fault:
            self._reject(packet.start, packet.end, fault, self._place(packet, number))
            return
        newest_ms = self._newest(found) if len(found) > 1 else 0
        self.readings += (
            reading(
                record,
                device=self.device,
                dialect=DIALECT,
                received_at=self.received_at,
                newest_ms=newest_ms,
            )
            for record in found
        )

    def _place(self, packet: Packet, number: int) -> str:
        """Which packet it is; "" where it is the only one."""
        return "" if packet.end - packet.start == len(self.payload) else f"[{number}]"

    def _newest(self, found: list[Record]) -> int:
        """The newest time of a packet's records, those far ahead left aside."""
        latest = latest_ms(self.received_at)
        return max((record.time_ms for record in found if record.time_ms <= latest), default=0)

    def _other(self, imei: str) -> FrameError:
        return FrameError("imei", f"the IMEI is {imei}, expected {self.device}, the topic's")

    def _reject(self, start: int, end: int, fault: FrameError, place: str) -> None:
        self.rejects.append(self._rejected(self.payload[start:end], fault, place))

    def _rejected(self, part: bytes, fault: FrameError, place: str = "") -> Rejected:
        return rejected(
            self.topic,
            part,
            fault,
            self.received_at,
            dialect=DIALECT,
            device=self.device,
            place=place,
        )
