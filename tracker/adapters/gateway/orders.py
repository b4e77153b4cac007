"""Commands for devices: they come over MQTT, go down the device's connection, and what became of
them goes back.

    commands/<dialect>/<device>          Order, as JSON
    commands/<dialect>/<device>/result   Result, as JSON
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from devices import catalogue

log = logging.getLogger(__name__)

TOPICS = ("commands/+/+",)
WAITING = 10_000
"""Commands whose answer is still awaited; the oldest are forgotten."""


class Order(Struct, frozen=True, kw_only=True):
    """id: whoever ordered it knows it by that. serial: the device, if it answers at all."""

    id: str
    serial: int
    name: str
    arguments: dict[str, str] = {}


class Result(Struct, frozen=True, kw_only=True):
    """status: "sent", then "answered" where the device says so; "not_connected" or "refused".

    payload: the device's answer, in hexadecimal.
    """

    id: str
    device: str
    dialect: str
    status: str
    detail: str
    at: datetime
    payload: str = ""


def topic(dialect: str, device: str) -> str:
    return f"commands/{dialect}/{device}"


def result_topic(dialect: str, device: str) -> str:
    return f"{topic(dialect, device)}/result"


class Orders:
    """send: bytes to a device, False if it is not connected. tell: publish."""

    def __init__(
        self, send: Callable[[str, str, bytes], bool], tell: Callable[[str, bytes], None]
    ) -> None:
        self._send, self._tell = send, tell
        self._waiting: OrderedDict[tuple[str, str, int], str] = OrderedDict()

    def take(self, topic: str, payload: bytes) -> None:
        """Carry one out; whatever is wrong with it is its result."""
        _, dialect, device = topic.split("/")
        try:
            order = msgspec.json.decode(payload, type=Order)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            log.warning("%s: no command: %s", topic, error)
            return
        status, detail = self._carried_out(dialect, device, order)
        self._report(dialect, device, order.id, status, detail)

    def _carried_out(self, dialect: str, device: str, order: Order) -> tuple[str, str]:
        known = catalogue.dialects().get(dialect)
        if known is None or known.command is None:
            return "refused", f"no dialect {dialect} takes commands"
        try:
            data = known.command(device, order.name, order.arguments, order.serial)
        except ValueError as error:
            return "refused", str(error)
        if not self._send(dialect, device, data):
            return "not_connected", "the device is not connected to this gateway"
        self._waiting[dialect, device, order.serial] = order.id
        while len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)
        return "sent", f"{len(data)} bytes went to the device"

    def answered(self, dialect: str, device: str, serial: int, payload: bytes) -> None:
        """The device has answered the command of this serial."""
        order = self._waiting.pop((dialect, device, serial), None)
        if order is not None:
            self._report(dialect, device, order, "answered", "the device answered", payload.hex())

    def _report(
        self, dialect: str, device: str, order: str, status: str, detail: str, payload: str = ""
    ) -> None:
        result = Result(
            id=order,
            device=device,
            dialect=dialect,
            status=status,
            detail=detail,
            at=datetime.now(UTC),
            payload=payload,
        )
        self._tell(result_topic(dialect, device), msgspec.json.encode(result))
