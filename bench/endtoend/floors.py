"""Subscribers that do nothing: what receiving alone costs. `python -m bench.endtoend.floors`."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.endtoend import frames
from bench.endtoend.brokers import HOST
from bench.endtoend.measured import TOPIC, Count, Task


def main() -> None:
    task = Task.told()
    if task.options["kind"] == "raw":
        _raw(task)
    else:
        _paho(task)


def _raw(task: Task) -> None:
    """A bare socket: finds the packets, answers them in one write a piece received. options:
    database, a file where it first commits what it received, as one row; commits (`latency`).
    """
    opened, count = frames.connected(task.address, "bench-floor"), Count(task)
    kept = _database(task.options["database"]) if "database" in task.options else None
    times: list[tuple[int, float]] = []
    frames.subscribe(opened, TOPIC)
    count.ready()
    rest, done = b"", False
    while not done:
        received = opened.recv(262_144)
        count.begin()
        rest, end, answers = rest + received, 0, []
        for kind, start, stop in frames.split(rest):
            if kind >> 4 == 3:
                at = start + 2 + int.from_bytes(rest[start : start + 2], "big")
                answers.append(b"\x40\x02" + rest[at : at + 2])
            end = stop
        if kept is not None:
            kept.execute("INSERT INTO kept (body) VALUES (?)", (rest[:end],))
            kept.commit()
        times.append((len(answers), time.monotonic()))
        rest = rest[end:]
        opened.sendall(b"".join(answers))
        done = count.done(len(answers))
    if "commits" in task.options:
        Path(task.options["commits"]).write_text(json.dumps(times))
    count.tell()


def _database(file: str) -> sqlite3.Connection:
    opened = sqlite3.connect(file)
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("PRAGMA synchronous = FULL")
    opened.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, body BLOB)")
    return opened


def _paho(task: Task) -> None:
    """paho-mqtt as it comes. manual: acknowledge in the callback; else paho does so itself."""
    manual, count = task.options["manual"], Count(task)
    v5 = task.options["protocol"] == "5"
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id="bench-floor",
        protocol=MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311,
        manual_ack=manual,
    )
    if task.address.user:
        client.username_pw_set(task.address.user, task.address.password)

    def on_message(client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        count.begin()
        if manual:
            client.ack(message.mid, message.qos)
        if count.done(1):
            client.disconnect()

    client.on_message = on_message
    client.on_connect = lambda client, *_: client.subscribe(TOPIC, 1)
    client.on_subscribe = lambda *_: count.ready()
    client.connect(HOST, task.address.port)
    client.loop_forever()
    count.tell()


if __name__ == "__main__":
    main()
