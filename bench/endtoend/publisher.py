"""Publishes prepared packets as cheaply as can be: `python -m bench.endtoend.publisher`.

Arguments as one JSON object: the address, the file of packets with their sizes (see `write`), the
rate, and how many come before it, to warm; rate 0 is as fast as the broker confirms. Says "ready",
waits for a line, publishes, waits until all are confirmed. With a rate it then says at which
monotonic times it sent each, in a file.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from array import array
from collections.abc import Sequence
from pathlib import Path

from bench.endtoend.brokers import Address
from bench.endtoend.frames import connected

AHEAD = 200
"""Messages sent and not yet confirmed."""
PORTION = 25
"""Messages in one write."""
PUBACK_BYTES = 4
REST_S = 4.0
"""Between warming and measuring, for a subscriber to work off what has come."""


def write(file: Path, packets: Sequence[bytes]) -> None:
    """The packets for a publisher, and beside them how long each is."""
    file.write_bytes(b"".join(packets))
    file.with_suffix(".sizes").write_bytes(array("I", map(len, packets)).tobytes())


def main() -> None:
    told = json.loads(sys.argv[1])
    file = Path(told["file"])
    data, sizes = memoryview(file.read_bytes()), array("I")
    sizes.frombytes(file.with_suffix(".sizes").read_bytes())
    opened = connected(Address(*told["address"]), "bench-publisher")
    print("ready", flush=True)
    sys.stdin.readline()
    if told["rate"]:
        sent = _paced(opened, data, sizes, told["rate"], told["warm"])
        file.with_suffix(".sent").write_bytes(sent.tobytes())
    else:
        flat_out(opened, data, sizes)
    opened.close()


def flat_out(opened: socket.socket, data: memoryview, sizes: array[int]) -> None:
    """All, as fast as they are confirmed."""
    start = confirmed = 0
    for number in range(0, len(sizes), PORTION):
        while number - confirmed // PUBACK_BYTES > AHEAD:
            confirmed += _heard(opened)
        end = start + sum(sizes[number : number + PORTION])
        opened.sendall(data[start:end])
        start = end
    while confirmed < PUBACK_BYTES * len(sizes):
        confirmed += _heard(opened)


def _paced(
    opened: socket.socket, data: memoryview, sizes: array[int], rate: float, warm: int
) -> array[float]:
    """At that rate, from the message number `warm` on; those before at once, and then a rest."""
    sent, start, confirmed = array("d"), 0, 0
    begun = time.monotonic()
    for number, size in enumerate(sizes):
        if number == warm:
            begun = time.monotonic() + REST_S
        due = begun + (number - warm) / rate
        while number >= warm and (left := due - time.monotonic()) > 0:
            if select.select([opened], [], [], left)[0]:
                confirmed += _heard(opened)
        sent.append(time.monotonic())
        opened.sendall(data[start : start + size])
        start += size
    while confirmed < PUBACK_BYTES * len(sizes):
        confirmed += _heard(opened)
    return sent


def _heard(opened: socket.socket) -> int:
    if not (received := opened.recv(65_536)):
        raise SystemExit("the broker has closed the publisher's connection")
    return len(received)


if __name__ == "__main__":
    main()
