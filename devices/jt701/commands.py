"""What a JT701D can be told, by the maker's manual: messages in brackets, as it sends them.

unlock          (P43,<static password>), answered (id,P43,1,0)
unlock_dynamic  (P52,3,<dynamic password>), which the lock has told the platform (P52,2)
unlock_sublock  (id,1,<serial>,WLNET,8,1,1,<minutes>,<sub-lock>), which the lock passes on by radio
                while the sub-lock is awake; two in a row must differ in their serial
interval        (P04,1,<seconds>,<minutes>): awake, and between two wakings
time            (P22,DDMMYYhhmmss)
locate          (P02)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from devices.common.devicetime import written
from devices.common.frames import FrameError
from devices.wire import Command

SECONDS, MINUTES = range(5, 601), range(30, 1441)
"""Of `interval`, as the maker's platform takes them."""
WINDOW_MIN = range(1, 6)
"""How long the lock tries to reach a sub-lock: a longer one would open at some later waking."""
SERIALS = 1000

_PASSWORD = re.compile(r"[0-9A-Za-z]{4,16}", re.ASCII)
_SUBLOCK = re.compile(r"[0-9A-Fa-f]{10}", re.ASCII)
_ID = re.compile(r"[0-9]{1,20}", re.ASCII)
_PASSWORD_IS = "4 to 16 letters and digits"  # noqa: S105 - what one looks like
_WINDOW = f"how long it is tried, {WINDOW_MIN[0]} to {WINDOW_MIN[-1]} minutes (5)"

COMMANDS: tuple[Command, ...] = (
    Command(
        name="unlock",
        about="Unlock with its static password.",
        arguments={"password": _PASSWORD_IS},
        unlocks=True,
    ),
    Command(
        name="unlock_dynamic",
        about="Unlock with the dynamic password that it has told.",
        arguments={"password": _PASSWORD_IS},
        unlocks=True,
    ),
    Command(
        name="unlock_sublock",
        about="Unlock a sub-lock that hangs on it.",
        arguments={"sublock": "its id, 10 hexadecimal digits", "minutes": _WINDOW},
        unlocks=True,
    ),
    Command(
        name="interval",
        about="How often to report, and to wake.",
        arguments={
            "seconds": f"between reports, {SECONDS[0]} to {SECONDS[-1]} s",
            "minutes": f"between wakings, {MINUTES[0]} to {MINUTES[-1]} min (30)",
        },
    ),
    Command(name="time", about="Set its clock.", arguments={"utc": "the time, RFC 3339"}),
    Command(name="locate", about="Report the position now."),
)


def command(device: str, name: str, arguments: Mapping[str, str], serial: int) -> bytes:
    """The bytes that tell it. Only what goes to a sub-lock carries the serial (its last 3 digits).

    Raises FrameError, whose place names what is wrong: "name", "device" or an argument.
    """
    known = next((one for one in COMMANDS if one.name == name), None)
    if known is None:
        names = ", ".join(one.name for one in COMMANDS)
        raise FrameError("name", f"the command is {name!a}, expected one of {names}")
    for argument in arguments:
        if argument not in known.arguments:
            takes = ", ".join(known.arguments) or "none"
            raise FrameError(argument, f"{name} takes no {argument!a}, expected: {takes}")
    if not _ID.fullmatch(device):
        raise FrameError("device", f"the device is {device!a}, expected 1 to 20 digits")
    return f"({_WORDS[name](device, arguments, serial)})".encode()


def _unlock(_device: str, said: Mapping[str, str], _serial: int) -> str:
    return f"P43,{_matching(said, 'password', _PASSWORD, _PASSWORD_IS)}"


def _unlock_dynamic(_device: str, said: Mapping[str, str], _serial: int) -> str:
    return f"P52,3,{_matching(said, 'password', _PASSWORD, _PASSWORD_IS)}"


def _unlock_sublock(device: str, said: Mapping[str, str], serial: int) -> str:
    sublock = _matching(said, "sublock", _SUBLOCK, "10 hexadecimal digits").upper()
    minutes = _whole(said, "minutes", WINDOW_MIN, WINDOW_MIN[-1])
    return f"{device},1,{serial % SERIALS:03d},WLNET,8,1,1,{minutes},{sublock}"


def _interval(_device: str, said: Mapping[str, str], _serial: int) -> str:
    seconds = _whole(said, "seconds", SECONDS, None)
    return f"P04,1,{seconds},{_whole(said, 'minutes', MINUTES, MINUTES[0])}"


def _time(_device: str, said: Mapping[str, str], _serial: int) -> str:
    text = str(said.get("utc", ""))
    moment: datetime | None = written(text)
    if moment is None:
        raise FrameError("utc", f"utc is {text[:40]!a}, expected a time as 2026-03-01T11:59:58Z")
    return f"P22,{moment.astimezone(UTC):%d%m%y%H%M%S}"


def _locate(_device: str, _said: Mapping[str, str], _serial: int) -> str:
    return "P02"


_WORDS: dict[str, Callable[[str, Mapping[str, str], int], str]] = {
    "unlock": _unlock,
    "unlock_dynamic": _unlock_dynamic,
    "unlock_sublock": _unlock_sublock,
    "interval": _interval,
    "time": _time,
    "locate": _locate,
}


def _matching(said: Mapping[str, str], name: str, form: re.Pattern[str], expected: str) -> str:
    """The argument; what was said of a password is not repeated in the complaint."""
    text = str(said.get(name, ""))
    if form.fullmatch(text):
        return text
    shown = "missing" if not text else "not one" if name == "password" else ascii(text[:40])
    raise FrameError(name, f"{name} is {shown}, expected {expected}")


def _whole(said: Mapping[str, str], name: str, allowed: range, otherwise: int | None) -> int:
    text = str(said.get(name, "" if otherwise is None else otherwise))
    if text.isascii() and text.isdigit() and int(text) in allowed:
        return int(text)
    shown = ascii(text[:40]) if text else "missing"
    expected = f"a whole number of {allowed[0]} to {allowed[-1]}"
    raise FrameError(name, f"{name} is {shown}, expected {expected}")
