"""The subscriber that is usually written: paho, json, a loop over zones, a commit for each message.

`python -m bench.endtoend.handwritten`. It judges nothing but in which zone and how far from the
corridor a truck is, keeps the row, and the truck's last place.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import paho.mqtt.client as paho
import shapely
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import event
from sqlmodel import Field, Session, SQLModel, create_engine

from bench import load
from bench.endtoend.brokers import HOST
from bench.endtoend.measured import TOPIC, Count, Task
from geofences import library


class Row(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    device: str
    time: datetime
    lat: float
    lon: float
    speed: float
    seal: str
    zone: str | None
    offset: float


class Truck(SQLModel, table=True):
    device: str = Field(primary_key=True)
    time: datetime
    lat: float
    lon: float
    seal: str


def main() -> None:
    task = Task.told()
    count = Count(task)
    road = next(one for one in library.load().corridors if one.id == load.CORRIDOR)
    zones = [(zone.id, zone.polygon) for zone in library.load().zones]
    engine = create_engine(f"sqlite:///{Path(task.options['folder']) / 'rows.db'}")

    @event.listens_for(engine, "connect")
    def _durable(connection, _record):  # type: ignore[no-untyped-def]
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    SQLModel.metadata.create_all(engine)

    def on_message(client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        count.begin()
        told = json.loads(message.payload)
        where = shapely.Point(told["lon"], told["lat"])
        inside = next((name for name, area in zones if area.contains(where)), None)
        device, at = message.topic.split("/")[2], datetime.fromisoformat(told["time"])
        known = {"time": at, "lat": told["lat"], "lon": told["lon"], "seal": told["seal"]["state"]}
        with Session(engine) as session:
            offset = road.line.distance(where)
            session.add(
                Row(device=device, speed=told["speed"], zone=inside, offset=offset, **known)
            )
            session.merge(Truck(device=device, **known))
            session.commit()
        if count.done(1):
            client.disconnect()

    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="bench-handwritten")
    client.on_message = on_message
    client.on_connect = lambda client, *_: client.subscribe(TOPIC, 1)
    client.on_subscribe = lambda *_: count.ready()
    client.connect(HOST, task.address.port)
    client.loop_forever()
    count.tell()


if __name__ == "__main__":
    main()
