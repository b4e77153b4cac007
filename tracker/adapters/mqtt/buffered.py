"""A socket with room before and behind it: what is received in bulk is given out in pieces, and
what is written in pieces is sent together.

paho-mqtt asks its socket for one byte, for another, then for the rest of a packet, and sends each
packet on its own; each of these is a system call. It takes any object that acts as a socket does.
"""

from __future__ import annotations

import socket
import ssl

from tracker.adapters.mqtt.sieve import Sieve

PIECE = 262_144
"""The most bytes asked for at a time: a thousand readings."""


class BufferedSocket:
    """In front of a connected socket that does not block. One thread at a time.

    sieve: takes the publications out of what is received before paho sees it; None: paho gets all.
    """

    def __init__(self, connected: socket.socket, sieve: Sieve | None) -> None:
        self._socket, self.sieve = connected, sieve
        self._secure = isinstance(connected, ssl.SSLSocket)
        self._received, self._given = b"", 0
        self._unsent = bytearray()
        self._ended: OSError | None = None
        self.at_end = False
        """The other side, or an error, has ended what can be received."""

    # --- what paho asks for

    def recv(self, size: int) -> bytes:
        """Up to so many bytes; b"" at the end. BlockingIOError if there are none just now."""
        if self._given == len(self._received) and not self.at_end:
            self.fill()
        start, self._given = self._given, min(self._given + size, len(self._received))
        if start < self._given:
            return self._received[start : self._given]
        if self._ended is not None:
            raise self._ended
        if self.at_end:
            return b""
        raise BlockingIOError

    def send(self, data: bytes | bytearray) -> int:
        """Takes all of it; what the socket has no room for goes out with `flush`."""
        self._unsent += data
        self.flush()
        return len(data)

    def pending(self) -> int:
        """How much `recv` gives without asking the socket; 1 at the end, which is to be seen."""
        return len(self._received) - self._given or int(self.at_end)

    def fileno(self) -> int:
        return self._socket.fileno()

    def setblocking(self, flag: bool) -> None:
        self._socket.setblocking(flag)

    def close(self) -> None:
        self._socket.close()

    # --- what the link asks for

    def fill(self) -> bool:
        """Receive once, if there is something; whether there was. What the sieve has left behind
        comes first, when paho has read all before it. Nothing is added to more than PIECE bytes.
        """
        if len(self._received) - self._given >= PIECE:
            return True
        if self.sieve is not None and self.sieve.more:
            self._add(self.sieve.sift(b""))
            return True
        try:
            received = self._socket.recv(PIECE)
            # A record of TLS holds 16 KB, and what is decrypted no `select` tells of.
            while self._secure and (more := self._socket.pending()):  # type: ignore[attr-defined]
                received += self._socket.recv(more)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        except OSError as error:
            self._ended, self.at_end = error, True
            return True
        if not received:
            self.at_end = True
        else:
            self._add(received if self.sieve is None else self.sieve.sift(received))
        return True

    def _add(self, received: bytes) -> None:
        self._received, self._given = self._received[self._given :] + received, 0

    def put(self, data: bytes) -> None:
        """To be sent with whatever is sent next, or by `flush`."""
        self._unsent += data

    @property
    def unsent(self) -> bool:
        return bool(self._unsent)

    def flush(self) -> None:
        """Send what waits, as far as there is room. An error is left for `recv` to tell."""
        try:
            while self._unsent:
                del self._unsent[: self._socket.send(self._unsent)]
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError as error:
            self._ended, self.at_end = error, True
            self._unsent.clear()
