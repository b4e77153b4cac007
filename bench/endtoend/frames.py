"""The few MQTT 3.1.1 packets that the measuring ends need, made and read without a library."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from bench.endtoend.brokers import HOST, Address

CONNACK, PUBACK, SUBACK = 0x20, 0x40, 0x90


def text(value: str) -> bytes:
    """A string with its length before it."""
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def packet(kind: int, body: bytes) -> bytes:
    """A packet of that first byte."""
    left, length = len(body), bytearray()
    while True:
        left, digit = divmod(left, 128)
        length.append(digit | (0x80 if left else 0))
        if not left:
            return bytes([kind]) + length + body


def publish(topic: str, payload: bytes, number: int) -> bytes:
    """A QoS 1 PUBLISH. number: of the message; packet identifiers go round."""
    return packet(0x32, text(topic) + (number % 65_535 + 1).to_bytes(2, "big") + payload)


def connected(address: Address, client_id: str, *, durable: bool = False) -> socket.socket:
    """A socket on which the broker has answered CONNECT. durable: it keeps the session."""
    opened = socket.create_connection((HOST, address.port))
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    flags, rest = 0x00 if durable else 0x02, text(client_id)
    if address.user:
        flags, rest = flags | 0xC0, rest + text(address.user) + text(address.password)
    opened.sendall(packet(0x10, text("MQTT") + bytes([4, flags, 0, 0]) + rest))
    if (answer := opened.recv(4))[:1] != bytes([CONNACK]) or answer[3]:
        raise SystemExit(f"the broker refuses us: {answer.hex()}")
    return opened


def subscribe(opened: socket.socket, topic: str) -> None:
    """Subscribe at QoS 1, and wait until that is granted."""
    opened.sendall(packet(0x82, b"\0\1" + text(topic) + b"\1"))
    if (answer := opened.recv(5))[:1] != bytes([SUBACK]):
        raise SystemExit(f"no SUBACK but {answer.hex()}")


def split(received: bytes) -> Iterator[tuple[int, int, int]]:
    """(first byte, start of the body, end) of each whole packet."""
    start, size = 0, len(received)
    while start + 2 <= size:
        at, shift, length = start + 1, 0, 0
        while True:
            if at >= size:
                return
            digit = received[at]
            length |= (digit & 127) << shift
            at, shift = at + 1, shift + 7
            if digit < 128:
                break
        if at + length > size:
            return
        yield received[start], at, at + length
        start = at + length
