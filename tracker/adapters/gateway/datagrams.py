"""Devices that speak UDP: each datagram stands alone, and is answered once the broker has it.

UDP has no back-pressure: what comes while there is no room is dropped unanswered, and the device
sends it again.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from devices import catalogue
from devices.catalogue import Dialect
from devices.wire import Frame, Noise
from tracker.adapters.gateway.registry import DEVICE_ID
from tracker.adapters.gateway.uplink import Unconfirmed

if TYPE_CHECKING:
    from tracker.adapters.gateway.server import Gateway

log = logging.getLogger(__name__)


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, dialect: Dialect, gateway: Gateway) -> None:
        self._dialect, self._gateway = dialect, gateway
        self._transport: asyncio.DatagramTransport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # its own is none by class

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if self._dialect.datagram is None:
            return
        for item in self._dialect.datagram(data, datetime.now(UTC)):
            if isinstance(item, Noise):
                likeness = catalogue.looks_like(item.payload, self._dialect.name)
                self._say(
                    addr, f"{item.reason}; it looks like {likeness}" if likeness else item.reason
                )
            elif item.device is None and not item.publish:
                self._answer(item.answer, addr)  # a ping
            elif not self._gateway.has_room:
                self._say(addr, "dropped, for the broker is slow or gone")
                return  # its answer would stand for all of it
            elif (why := self._unfit(item)) is not None:
                self._say(addr, why)
            elif item.publish:
                task = asyncio.create_task(self._pass_on(item, addr))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            elif item.answer:
                self._answer(item.answer, addr)

    def _unfit(self, frame: Frame) -> str | None:
        if frame.device is None or not DEVICE_ID.fullmatch(frame.device):
            return "a datagram that does not say who speaks"
        if len(frame.payload) > self._gateway.limits.frame_bytes:
            return f"a frame of {len(frame.payload)} bytes"
        if not self._gateway.registry.admits(self._dialect.name, frame.device):
            return f"{frame.device} is not in the list of devices"
        return None

    async def _pass_on(self, frame: Frame, addr: tuple[str | Any, int]) -> None:
        confirmed = await self._gateway.publish(
            self._dialect.name, str(frame.device), frame.payload
        )
        try:
            await confirmed
        except Unconfirmed as error:
            self._say(addr, str(error))
        else:
            self._answer(frame.answer, addr)

    def _answer(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if self._transport is not None and data and not self._transport.is_closing():
            self._transport.sendto(data, addr)

    def _say(self, addr: tuple[str | Any, int], what: str) -> None:
        if self._gateway.seldom((self._dialect.name, addr[0], what)):
            log.warning("%s over UDP from %s: %s", self._dialect.name, addr[0], what)
