"""What a JT/T 808 device can be told.

lock, unlock  0310: 01 (one setting), 24, length, 01 lock or 00 unlock, the user in ASCII
interval      8103: 01 (one parameter), 0029 u32 (report interval), 4, seconds u32
              (JT/T 808-2013, table 12)
locate        8201, empty; the answer is 0201
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.common.frames import FrameError
from devices.jtt808.frame import build
from devices.wire import Command

LONGEST_USER = 32
MAX_INTERVAL_S = 86_400
"""A day: a seal that reports less often is no tracker."""
_DEFAULT_USER = "user"
_SETTING, _PARAMETERS, _LOCATE = 0x0310, 0x8103, 0x8201
_LOCK_SETTING, _INTERVAL_PARAMETER = 0x24, 0x0029
_VERSION_2019 = 1

_USER = {
    "user": f"who does it, at most {LONGEST_USER} ASCII characters; {_DEFAULT_USER!r} if absent"
}
COMMANDS: tuple[Command, ...] = (
    Command(name="lock", about="Lock by the platform.", arguments=_USER),
    Command(name="unlock", about="Unlock by the platform.", arguments=_USER, unlocks=True),
    Command(
        name="interval",
        about="How often to report.",
        arguments={"seconds": f"between reports, 1 to {MAX_INTERVAL_S:,} s"},
    ),
    Command(name="locate", about="Report the position now."),
)


def command(device: str, name: str, arguments: Mapping[str, Any], serial: int) -> bytes:
    """The frame that tells it. An id of more than 12 digits is one of the 2019 edition.

    Raises FrameError, whose place names what is wrong: "name", "device", "serial" or an argument.
    """
    known = next((one for one in COMMANDS if one.name == name), None)
    if known is None:
        names = ", ".join(one.name for one in COMMANDS)
        raise FrameError("name", f"the command is {name!a}, expected one of {names}")
    for argument in arguments:
        if argument not in known.arguments:
            takes = ", ".join(known.arguments) or "none"
            raise FrameError(argument, f"{name} takes no {argument!a}, expected: {takes}")
    if not 0 <= serial <= 0xFFFF:
        raise FrameError("serial", f"serial is {serial}, expected 0 to 65535")
    id_raw, version = _id(device)
    if name == "locate":
        return build(_LOCATE, id_raw, serial, b"", version=version)
    if name == "interval":
        body = b"\x01" + _INTERVAL_PARAMETER.to_bytes(4) + b"\x04" + _seconds(arguments).to_bytes(4)
        return build(_PARAMETERS, id_raw, serial, body, version=version)
    setting = (b"\x01" if name == "lock" else b"\x00") + _user(arguments)
    body = bytes([1, _LOCK_SETTING, len(setting)]) + setting
    return build(_SETTING, id_raw, serial, body, version=version)


def _id(device: str) -> tuple[bytes, int | None]:
    if not device.isascii() or not device.isdigit() or len(device) > 20:
        raise FrameError("device", f"the device is {device!a}, expected 1 to 20 digits")
    if len(device.lstrip("0")) > 12:
        return bytes.fromhex(device.zfill(20)), _VERSION_2019
    return bytes.fromhex(device.lstrip("0").zfill(12)), None


def _seconds(arguments: Mapping[str, Any]) -> int:
    said = arguments.get("seconds")
    try:
        seconds = int(str(said))
    except ValueError:
        seconds = 0
    if not 1 <= seconds <= MAX_INTERVAL_S:
        shown = "missing" if said is None else repr(said)
        raise FrameError(
            "seconds", f"seconds is {shown}, expected a whole number of 1 to {MAX_INTERVAL_S}"
        )
    return seconds


def _user(arguments: Mapping[str, Any]) -> bytes:
    user = str(arguments.get("user", _DEFAULT_USER))
    if not 1 <= len(user) <= LONGEST_USER or not user.isascii() or not user.isprintable():
        raise FrameError(
            "user", f"user is {user[:40]!a}, expected 1 to {LONGEST_USER} ASCII characters"
        )
    return user.encode()
