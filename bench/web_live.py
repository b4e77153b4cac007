"""Browsers that listen to the map while trucks drive: their cost to intake; how late they hear.

2,000 trucks speak 2,000 times a second. Intake runs here, the web application in a process of its
own, and so do those that listen: connections that read server-sent events, as open browsers do.
Intake's CPU for a reading is measured with and without them, in turns; how late an event is, from
its reading's commit until a listener has it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from bench.web_fleet import fleet
from tracker import wiring
from tracker.app.ingest import Ingest
from tracker.config import Config
from tracker.ports import Message
from tracker.web import server

TRUCKS, EACH, EVERY_S = 2_000, 100, 0.05
LISTENERS, TIMED = 500, 10
"""Connections; at so many of them it is measured how late an event is."""
TURNS, TURN_S = 3, 6.0
PATIENCE_S = 60.0
"""Until all have heard how everything stands: 500 times 2,000 trucks."""
SPAWN = multiprocessing.get_context("spawn")
Heard = tuple[str, float, float]
"""Which truck, when its fix was, and when a listener had it: seconds since 1970."""


class Intake:
    """Counts what is judged: CPU of its thread, and when each reading was durable."""

    def __init__(self) -> None:
        self.cpu_s, self.readings = 0.0, 0
        self.durable: dict[tuple[str, float], float] = {}
        self._lock = threading.Lock()

    def take(self, intake: Ingest, batch: list[Message]) -> None:
        began = time.thread_time()
        intake.take(batch)
        spent, now = time.thread_time() - began, time.time()
        told = [_key(message) for message in batch]
        with self._lock:
            self.cpu_s, self.readings = self.cpu_s + spent, self.readings + len(batch)
            self.durable.update((key, now) for key in told)

    def turn(self) -> tuple[float, float]:
        """CPU microseconds a reading, and readings a second, over TURN_S."""
        with self._lock:
            cpu, readings = self.cpu_s, self.readings
        time.sleep(TURN_S)
        with self._lock:
            count = max(self.readings - readings, 1)
            return (self.cpu_s - cpu) / count * 1e6, count / TURN_S


def _key(message: Message) -> tuple[str, float]:
    said = msgspec.json.decode(message.payload)
    truck = message.topic.split("/")[2].replace("TRUCK", "BENCH")
    return truck, datetime.fromisoformat(said["time"]).timestamp()


def report() -> None:
    """Prints both, as figures of this one run."""
    intake = Intake()
    with (
        tempfile.TemporaryDirectory() as name,
        fleet(Path(name), trucks=TRUCKS, each=EACH, every_s=EVERY_S, take=intake.take) as config,
        _served(config) as address,
    ):
        with wiring.accounts(config) as accounts:
            token = accounts.new_token("bench", "bench", by="bench", days=None)
        alone, beside, late = list[float](), list[float](), list[float]()
        rates = list[float]()
        for _ in range(TURNS):
            cpu, rate = intake.turn()
            alone.append(cpu)
            rates.append(rate)
            with _listening(address, token) as heard:
                cpu, rate = intake.turn()
            beside.append(cpu)
            rates.append(rate)
            late += [
                at - intake.durable[truck, fix]
                for truck, fix, at in heard()
                if (truck, fix) in intake.durable
            ]
    ratio = statistics.median(beside) / statistics.median(alone)
    rate = statistics.median(rates)
    print(f"{TRUCKS:,} trucks, {rate:,.0f} readings a second, {LISTENERS} listeners")
    print(f"  intake alone                 {_told(alone)} us of CPU a reading")
    print(f"  beside the listeners         {_told(beside)} us, {ratio:.2f} of alone (aim: 1.05)")
    if len(late) < 100:
        print(f"  too few events were heard to say how late they are: {len(late)}")
        return
    late.sort()
    p50, p95 = late[len(late) // 2], late[len(late) * 95 // 100]
    print(
        f"  commit to listener           p50 {p50 * 1e3:.0f} ms, p95 {p95 * 1e3:.0f} ms of"
        f" {len(late):,} events (aim: 1,000)"
    )


def _told(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"


@contextmanager
def _served(config: Config) -> Iterator[str]:
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(config, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("end")
        process.join(timeout=30)


def _serve(config: Config, told: Connection) -> None:
    with server.listening(config) as (opened, address):
        running = server.made(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [opened]})
        thread.start()
        while not running.started:
            time.sleep(0.05)
        told.send(address)
        told.recv()
        running.should_exit = running.force_exit = True
        thread.join()


@contextmanager
def _listening(address: str, token: str) -> Iterator[Any]:
    """Until its end they listen; what is given says what was heard, once it is over."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_listen, args=(address, token, theirs))
    process.start()
    result = list[Heard]()
    if (said := ours.recv()) != "listening":
        process.join(timeout=30)
        raise SystemExit(f"web-live: {said}")
    try:
        yield lambda: result
    finally:
        ours.send("end")
        result += ours.recv()
        process.join(timeout=30)


def _listen(address: str, token: str, told: Connection) -> None:
    asyncio.run(_listeners(address, token, told))


async def _listeners(address: str, token: str, told: Connection) -> None:
    heard, ready = list[Heard](), [asyncio.Event() for _ in range(LISTENERS)]
    place = urlsplit(address)
    host, port = place.hostname or "", place.port or 0
    tasks = []
    for number in range(LISTENERS):
        reader, writer = await asyncio.open_connection(host, port, limit=1 << 24)
        writer.write(
            f"GET /live/map HTTP/1.1\r\nhost: {place.netloc}\r\n"
            f"authorization: Bearer {token}\r\n\r\n".encode()
        )
        if number < TIMED:
            tasks.append(asyncio.create_task(_timed(reader, heard, ready[number])))
        else:
            tasks.append(asyncio.create_task(_untimed(reader, ready[number])))
    try:
        async with asyncio.timeout(PATIENCE_S):
            for one in ready:  # each has heard how it stands
                await one.wait()
    except TimeoutError:
        served = sum(one.is_set() for one in ready)
        told.send(f"after {PATIENCE_S:.0f} s only {served} of {LISTENERS} had heard how it stands")
        return
    heard.clear()
    told.send("listening")
    await asyncio.to_thread(told.recv)
    for task in tasks:
        task.cancel()
    told.send(heard)


async def _timed(reader: asyncio.StreamReader, heard: list[Heard], ready: asyncio.Event) -> None:
    """Reads events, and writes down when each truck's newest fix came."""
    name = b""
    while line := await reader.readline():
        if line.startswith(b"event: "):
            name = line[7:].strip()
        elif name == b"trucks" and line.startswith(b"data: "):
            now = time.time()
            heard += [(row[0], row[5], now) for row in msgspec.json.decode(line[6:])]
        elif name == b"count":
            ready.set()


async def _untimed(reader: asyncio.StreamReader, ready: asyncio.Event) -> None:
    """The first of its events are the longest: how everything stands."""
    kept = b""
    while part := await reader.read(1 << 20):
        if not ready.is_set() and b"event: count" in kept + part:
            ready.set()
        kept = part[-20:]
