"""One device's TCP connection: frames in, and each answered in turn once the broker has it.

Nothing is read while the broker is slow or gone (back-pressure): the device's own flash keeps what
it has not been answered for, and that is the best place for it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from devices import catalogue
from devices.catalogue import Dialect
from devices.wire import Frame, Noise, Session
from tracker.adapters.gateway.registry import DEVICE_ID
from tracker.adapters.gateway.uplink import Unconfirmed

if TYPE_CHECKING:
    from tracker.adapters.gateway.server import Gateway

log = logging.getLogger(__name__)

READ_BYTES = 16_384
"""Read at once; asyncio holds as much again before it stops reading from the socket."""
UNANSWERED = 64
"""Frames of one connection that wait for their answer: one device does not fill the whole room."""
SPEAKERS = 64
"""Devices that one connection may speak for: one, or those behind another platform's relay."""
PARTING_S = 10.0
"""A device that has closed its side may still get the answers that are due, for so long."""


class Closing(Exception):
    """Why we close."""


class Connection:
    """`run` returns when the connection is over; it does not raise."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        dialect: Dialect,
        session: Session,
        gateway: Gateway,
    ) -> None:
        self.dialect, self.devices = dialect.name, set[str]()
        self._reader, self._writer = reader, writer
        self._session, self._gateway, self._limits = session, gateway, gateway.limits
        self._answers = asyncio.Queue[tuple[asyncio.Future[None] | None, bytes]](UNANSWERED)
        self._reading: asyncio.Task[None] | None = None
        self._began = self._heard = self._paid = time.monotonic()
        self._noises = 0
        self._address = (writer.get_extra_info("peername") or ("?",))[0]
        self._why = ""

    @property
    def name(self) -> str:
        who = ", ".join(sorted(self.devices)) or "a device"
        return f"{self.dialect} {who} at {self._address}"

    async def run(self) -> None:
        answering = asyncio.create_task(self._answer())
        reading = self._reading = asyncio.create_task(self._read())
        try:
            await asyncio.wait({reading, answering}, return_when=asyncio.FIRST_COMPLETED)
            over = reading.done() and (reading.cancelled() or reading.exception() is None)
            if over and not self._writer.is_closing():  # it has said all it wants
                owed = asyncio.create_task(self._answers.join())
                await asyncio.wait(
                    {owed, answering}, timeout=PARTING_S, return_when=asyncio.FIRST_COMPLETED
                )
                owed.cancel()
        finally:
            self._part(reading, answering)
            self._gateway.release(self)
            self._writer.close()

    def rest(self) -> None:
        """Read no more; what has been read is still answered, and then the connection ends."""
        if self._reading is not None:
            self._reading.cancel()

    def send(self, data: bytes) -> bool:
        """Say something unasked; False if the device does not listen any more."""
        if self._writer.is_closing():
            return False
        self._writer.write(data)
        return True

    def close(self, why: str) -> None:
        """From outside, at once; what is unanswered stays so."""
        self._why = why
        self._writer.transport.abort()
        self.rest()  # it may be waiting for the broker, and would not notice

    def _part(self, *tasks: asyncio.Task[None]) -> None:
        for task in tasks:
            error = None if not task.done() or task.cancelled() else task.exception()
            task.cancel()
            if isinstance(error, Closing):
                self._why = self._why or str(error)
            elif error is not None and not isinstance(error, OSError):
                log.error("%s: the connection is dropped", self.name, exc_info=error)
        if self._why and self._gateway.seldom((self.dialect, *self.devices, self._why)):
            log.warning("%s: closed: %s", self.name, self._why)

    # What the device says

    async def _read(self) -> None:
        while data := await self._next():
            for item in self._session.feed(data, datetime.now(UTC)):
                await self._take(item)
            if self._writer.is_closing():
                return

    async def _next(self) -> bytes:
        known = bool(self.devices)
        patience = self._limits.idle_s if known else self._limits.login_s
        try:
            since = self._heard if known else self._began
            async with asyncio.timeout(since + patience - time.monotonic()):
                return await self._reader.read(READ_BYTES)
        except TimeoutError:
            what = "no frame" if known else "nobody has said who speaks"
            raise Closing(f"{what} within {patience:g} s") from None

    async def _take(self, item: Frame | Noise) -> None:
        if isinstance(item, Noise):
            self._noise(item.payload, item.reason)
            return
        await self._pace()
        if len(item.payload) > self._limits.frame_bytes:
            self._noise(item.payload, f"a frame of {len(item.payload)} bytes")
            return
        if item.device is None and item.publish:
            self._noise(item.payload, "a frame before anybody has said who speaks")
            return
        if item.device is not None:
            self._admit(item.device)
            if item.reply_to is not None:
                self._gateway.orders.answered(
                    self.dialect, item.device, item.reply_to, item.payload
                )
        confirmed = None
        if item.publish:
            confirmed = await self._gateway.publish(self.dialect, str(item.device), item.payload)
        if confirmed is not None or item.answer:
            await self._answers.put((confirmed, item.answer))
        self._heard = time.monotonic()

    def _admit(self, device: str) -> None:
        if device in self.devices:
            return
        if not DEVICE_ID.fullmatch(device):
            raise Closing(f"{device[:80]!r} is no device id")
        if not self._gateway.registry.admits(self.dialect, device):
            self._writer.write(self._session.refusal())
            raise Closing(f"{device} is not in the list of devices")
        if len(self.devices) >= SPEAKERS:
            raise Closing(f"it speaks for more than {SPEAKERS} devices")
        self.devices.add(device)
        self._gateway.claim(device, self)

    def _noise(self, payload: bytes, reason: str) -> None:
        self._noises += 1
        if (likeness := catalogue.looks_like(payload, self.dialect)) is not None:
            reason = f"{reason}; it looks like {likeness}"
        if self._gateway.seldom((self.dialect, *self.devices, self._address)):
            log.warning("%s: %s: %s", self.name, reason, payload[:32].hex(" "))
        if self._noises > self._limits.noise:
            raise Closing(f"more than {self._limits.noise} times no frame, the last: {reason}")

    async def _pace(self) -> None:
        """One second's frames may come at once; more have to wait their turn, unread."""
        now = time.monotonic()
        self._paid = max(self._paid, now - 1.0) + 1.0 / self._limits.frames_per_s
        if (ahead := self._paid - now) > 0:
            await asyncio.sleep(ahead)

    # What it is told

    async def _answer(self) -> None:
        while True:
            confirmed, answer = await self._answers.get()
            if confirmed is not None:
                try:
                    await confirmed
                except Unconfirmed as error:
                    raise Closing(str(error)) from None
            if answer:
                self._writer.write(answer)
                try:
                    async with asyncio.timeout(self._limits.idle_s):
                        await self._writer.drain()
                except TimeoutError:
                    raise Closing("it does not take its answers") from None
            self._answers.task_done()
