"""Simulated devices that connect over TCP, as real ones do: what is not answered is kept, as in a
lock's flash, and said again, byte for byte, on the next connection.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from tracker.domain.errors import ServiceUnreachable
from tracker.simulation import pace
from tracker.simulation.devices import Delivery
from tracker.simulation.tongues import Tongue, tongue

ANSWER_S = 10.0
"""A device that is not answered for so long gives its connection up."""
AGAIN_S = 0.2
"""Between two attempts to connect."""
PATIENCE_S = 60.0
"""At the end, for so long without any answer, a device is content to have kept what it could not
say."""


class WireDevice:
    """One device. `kept`: its flash, oldest first; `answered`, `repeated`: frames.

    One object belongs to one thread.
    """

    def __init__(self, tongue: Tongue, host: str, port: int, *, answer_s: float = ANSWER_S) -> None:
        self.kept: deque[tuple[int, bytes]] = deque()
        self.answered = self.repeated = 0
        self._tongue, self._address, self._answer_s = tongue, (host, port), answer_s
        self._serial = -1
        self._sent: int | None = None  # what has been said and not answered, by its serial
        self._socket: socket.socket | None = None
        self._heard = bytearray()

    def say(self, body: dict[str, Any]) -> None:
        """A reading for the flash; what is there is said if somebody listens."""
        self._serial = (self._serial + 1) % self._tongue.serials
        self.kept.append((self._serial, self._tongue.frame(body, self._serial)))
        self.try_to_tell()

    def noise(self, data: bytes) -> None:
        """Bytes that are no frame, as a bad line gives them; nobody answers those."""
        if self._socket is not None:
            self._socket.sendall(data)

    def try_to_tell(self) -> bool:
        """Say what is kept, until all is answered, or the line breaks: then False."""
        try:
            self._connect()
            while self.kept:
                serial, frame = self.kept[0]
                self.repeated += self._sent == serial
                self._sent = serial
                self._ask(frame, serial)
                self.kept.popleft()
                self._sent = None
                self.answered += 1
        except OSError:
            self.close()
            return False
        return True

    def tell_all(self, patience_s: float = PATIENCE_S) -> None:
        """Say what is kept, connecting again and again. Raises ServiceUnreachable if nothing is
        answered for `patience_s`.
        """
        last, since = self.answered, time.monotonic()
        while not self.try_to_tell():
            if self.answered > last:
                last, since = self.answered, time.monotonic()
            if time.monotonic() - since > patience_s:
                raise ServiceUnreachable(
                    f"{len(self.kept)} frames are not answered ({self._tongue.device})",
                    where=f"gateway {self._address[0]}:{self._address[1]}",
                    mend=f"see that the gateway runs, and that it lists {self._tongue.device}",
                )
            time.sleep(AGAIN_S)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _connect(self) -> None:
        if self._socket is not None:
            return
        self._socket = socket.create_connection(self._address, timeout=self._answer_s)
        self._heard.clear()
        if greeting := self._tongue.greeting():
            self._ask(greeting, None)

    def _ask(self, data: bytes, serial: int | None) -> None:
        """Raises OSError if the line breaks, or the answer is no, or none comes."""
        assert self._socket is not None  # noqa: S101 - connected above
        self._socket.sendall(data)
        while (answer := self._tongue.answered(self._heard, serial)) is None:
            said = self._socket.recv(4096)
            if not said:
                raise ConnectionError("the gateway has closed the connection")
            self._heard += said
        if not answer:
            raise ConnectionError("the gateway says no")


class WireDevices:
    """Several devices, each in a thread of its own, which says its deliveries when they are due."""

    def __init__(
        self, dialect: str, host: str, port: int, *, patience_s: float = PATIENCE_S
    ) -> None:
        self._dialect, self._host, self._port = dialect, host, port
        self._patience_s = patience_s
        self._errors: list[Exception] = []
        self.devices: list[WireDevice] = []

    def drive(self, journeys: Mapping[str, Sequence[Delivery]], factor: float) -> None:
        """journeys: device -> what it says. Returns when all is answered; raises ServiceUnreachable
        for the first device that could not say it all.
        """
        first = min((one.at for said in journeys.values() for one in said), default=None)
        threads = []
        for device, said in journeys.items():
            wire = WireDevice(tongue(self._dialect, device), self._host, self._port)
            self.devices.append(wire)
            lead = (said[0].at - first).total_seconds() / factor if first and said else 0.0
            threads.append(
                threading.Thread(target=self._run, args=(wire, said, factor, lead), daemon=True)
            )
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def _run(
        self, wire: WireDevice, sendings: Sequence[Delivery], factor: float, lead_s: float
    ) -> None:
        try:
            time.sleep(lead_s)
            for one in pace.paced(sendings, factor, clock=time.monotonic, sleep=time.sleep):
                for body in bodies(one):
                    wire.say(body)
                if not one.readings:
                    wire.noise(one.payload)
            wire.tell_all(self._patience_s)
        except Exception as error:  # noqa: BLE001 - raised again where the threads are joined
            self._errors.append(error)
        finally:
            wire.close()


def bodies(delivery: Delivery) -> Iterable[dict[str, Any]]:
    """The native readings in a delivery; none in one that is spoilt."""
    if not delivery.readings:
        return []
    said = msgspec.json.decode(delivery.payload)
    return said if isinstance(said, list) else [said]
