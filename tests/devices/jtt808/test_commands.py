"""What a JT/T 808 device can be told."""

from __future__ import annotations

from typing import Any

import pytest

from devices import jtt808
from devices.common.frames import FrameError
from devices.jtt808.frame import Message, parse
from tests.devices.jtt808.support import DEVICE

ID = bytes.fromhex("007091234567")


def told(raw: bytes) -> Message:
    message = parse(raw)
    assert message.device == DEVICE
    return message


def test_every_command_has_a_frame() -> None:
    arguments: dict[str, dict[str, Any]] = {"interval": {"seconds": 30}}
    for one_of_them in jtt808.COMMANDS:
        raw = jtt808.command(DEVICE, one_of_them.name, arguments.get(one_of_them.name, {}), 9)
        assert told(raw).serial == 9
    assert [one.name for one in jtt808.COMMANDS if one.unlocks] == ["unlock"]


@pytest.mark.parametrize(
    ("name", "arguments", "msg", "body"),
    [
        ("lock", {}, 0x0310, "01 24 05 01 75736572"),
        ("unlock", {}, 0x0310, "01 24 05 00 75736572"),
        ("unlock", {"user": "ana"}, 0x0310, "01 24 04 00 616e61"),
        ("interval", {"seconds": "300"}, 0x8103, "01 00000029 04 0000012C"),
        ("locate", {}, 0x8201, ""),
    ],
)
def test_commands(name: str, arguments: dict[str, Any], msg: int, body: str) -> None:
    message = told(jtt808.command(DEVICE, name, arguments, 1))
    assert (message.msg, message.id_raw, message.version) == (msg, ID, None)
    assert message.body == bytes.fromhex(body)


def test_a_long_id_is_of_the_2019_edition() -> None:
    message = parse(jtt808.command("861234567890127", "locate", {}, 1))
    assert (message.version, message.device) == (1, "861234567890127")


@pytest.mark.parametrize(
    ("device", "name", "arguments", "serial", "place", "reason"),
    [
        (DEVICE, "open", {}, 1, "name", "expected one of lock, unlock, interval, locate"),
        (DEVICE, "locate", {"now": 1}, 1, "now", "locate takes no 'now', expected: none"),
        (DEVICE, "interval", {}, 1, "seconds", "seconds is missing"),
        (DEVICE, "interval", {"seconds": "soon"}, 1, "seconds", "seconds is 'soon'"),
        (DEVICE, "interval", {"seconds": 0}, 1, "seconds", "seconds is 0"),
        (DEVICE, "interval", {"seconds": 86_401}, 1, "seconds", "a whole number of 1 to 86400"),
        (DEVICE, "unlock", {"user": "José"}, 1, "user", "ASCII"),
        (DEVICE, "lock", {"user": ""}, 1, "user", "expected 1 to 32"),
        (DEVICE, "locate", {}, 65536, "serial", "expected 0 to 65535"),
        ("MX-1", "locate", {}, 1, "device", "expected 1 to 20 digits"),
        ("1" * 21, "locate", {}, 1, "device", "expected 1 to 20 digits"),
    ],
)
def test_a_command_that_is_wrong_says_where(
    device: str, name: str, arguments: dict[str, Any], serial: int, place: str, reason: str
) -> None:
    with pytest.raises(FrameError) as caught:
        jtt808.command(device, name, arguments, serial)
    assert caught.value.place == place
    assert reason in caught.value.reason
