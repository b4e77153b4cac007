"""The dialect of `tests/support/dialects/toy.py` among the others, and what speaks it."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import devices
from devices import catalogue
from tests.support.waiting import PATIENCE_S

FOLDER = Path(__file__).parent / "dialects"


@contextmanager
def toy_dialect() -> Iterator[None]:
    """One file more in the package `devices`."""
    devices.__path__.append(str(FOLDER))
    catalogue.forget()
    try:
        yield
    finally:
        devices.__path__.remove(str(FOLDER))
        catalogue.forget()
        sys.modules.pop("devices.toy", None)
        vars(devices).pop("toy", None)


class Peer:
    """One TCP connection of a device."""

    def __init__(self, port: int, *, patience_s: float = PATIENCE_S) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=patience_s)
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def say(self, *lines: str) -> None:
        self.socket.sendall("".join(line + "\n" for line in lines).encode())

    def hear(self) -> str | None:
        """The next line; None when the other side has closed."""
        try:
            line = self.file.readline()
        except ConnectionResetError:
            return None
        return line.decode().rstrip("\n") if line else None

    def hears_nothing_for(self, seconds: float) -> bool:
        self.socket.settimeout(seconds)
        try:
            return not self.socket.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(PATIENCE_S)

    def close(self) -> None:
        self.file.close()
        self.socket.close()
