"""`tracker run` with its embedded broker while another process holds its database."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.product import Product
from tracker.adapters.mqtt.publisher import Publisher

HOLD = """\
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""
pytestmark = pytest.mark.e2e


@contextmanager
def held(product: Product) -> Iterator[None]:
    """By a process of its own, as a backup or a shell would hold it."""
    file = product.folder / "tracker.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.communicate("")


def say(publisher: Publisher, count: int) -> None:
    for _ in range(count):
        said = {"time": datetime.now(UTC).isoformat(), "lat": 27.5, "lon": -99.6}
        publisher.publish("seals/v1/L1/telemetry", json.dumps(said).encode())
        publisher.publish("seals/v1/L1/telemetry", b"{")
    publisher.flush()


def stored(product: Product) -> tuple[int, int]:
    with product.journal() as journal:
        counts = journal.counts()
        return counts["readings"], counts["rejects"]


def test_a_lock_is_waited_for_and_the_broker_outlives_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tracker.db?timeout=0.2"
    product = Product(tmp_path, TRACKER_DATABASE__URL=url)
    with product.running(), Publisher(product.broker, "lock") as publisher:
        say(publisher, 2)
        product.wait(lambda: stored(product) == (2, 2))
        with held(product):
            say(publisher, 5)
            product.wait(lambda: "locked all the time: waiting" in product.log)
            say(publisher, 3)  # the broker confirms: it runs on
            assert stored(product) == (2, 2)
        product.wait(lambda: stored(product) == (10, 10))
        product.wait(lambda: "takes what comes again" in product.log)
    assert "Traceback" not in product.log


def test_a_lock_at_the_start_is_waited_for_with_the_broker_up(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tracker.db?timeout=0.2"
    product = Product(tmp_path, TRACKER_DATABASE__URL=url)
    with product.running():
        pass
    (tmp_path / "run.log").unlink()
    # Other zones than before: to put them in force is the start's first write.
    product.environment["TRACKER_ZONES__FILES"] = str(zone_file(tmp_path))
    try:
        with held(product):
            product.launch()
            product.wait(lambda: "locked all the time: waiting" in product.log)
            with Publisher(product.broker, "lock") as publisher:
                say(publisher, 1)
        product.wait(lambda: stored(product) == (1, 1))
        product.wait(lambda: "tracker ready" in product.log)
        product.stop()
    finally:
        product.kill()


def zone_file(folder: Path) -> Path:
    ring = [[-100.0, 26.0], [-99.9, 26.0], [-99.9, 26.1], [-100.0, 26.0]]
    feature = {
        "type": "Feature",
        "id": "our.yard",
        "properties": {"id": "our.yard", "name": "Our yard", "kind": "yard"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    file = folder / "ours.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return file
