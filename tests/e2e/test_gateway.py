"""Locks that connect by themselves: simulated devices over TCP -> `tracker gateway` -> a real
broker -> `tracker run`. Whatever was answered is in the journal, whoever is killed on the way.
"""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from devices.teltonika import encoder as teltonika_encoder
from tests.support.brokers import nats
from tests.support.chain import assert_whole
from tests.support.gateways import HOST, GatewayProcess
from tests.support.product import ROOT, TRACKER, Product
from tests.support.teltonika_encode import udp_packet
from tests.support.waiting import PATIENCE_S, wait_for
from tracker.adapters.journal import SqlJournal
from tracker.simulation.tongues import device_id, tongue
from tracker.simulation.wire_devices import WireDevice

pytestmark = pytest.mark.e2e

LOCK = device_id("jt701", None, 1)
COUNT, CUT, KEPT = 120, 50, 30
"""So many reports a lock keeps for after whatever the test does to its gateway or broker: however
slow the machine is, that falls among them.
"""
SLOWLY = {"TRACKER_GATEWAY__FRAMES_PER_S": "40"}
"""A lock that empties its flash takes its time: there is some left to kill the gateway in."""
BY = ("--by", "tester")


def report(number: int, start: datetime, *, cut: int = CUT) -> dict[str, Any]:
    """A truck on the road, sealed; its rope is cut at the report `cut`."""
    state = "sealed" if number < cut else "cut"
    seal = {"state": state, **({"event": "cut"} if number == cut else {})}
    at = start + timedelta(seconds=number)
    return {
        "time": at.isoformat(), "lat": 25.9 + number * 0.0002, "lon": -100.1, "speed": 70.0,
        "course": 10.0, "satellites": 9, "battery": 90.0, "seal": seal,
    }  # fmt: skip


def shipment(device: str) -> str:
    legs = [{"earliest": "2020-01-01T00:00:00Z"}]  # what is simulated ends now
    said = {"id": "T1", "devices": [{"id": device}], "seals": [{"number": "MX1"}], "legs": legs}
    return json.dumps(said)


def stored(journal: SqlJournal, device: str) -> list[datetime]:
    return [one.reading.event_time for one in journal.readings(device=device)]


def has_stored(journal: SqlJournal, device: str, count: int) -> bool:
    return len(stored(journal, device)) >= count


def has_answered(lock: WireDevice, count: float) -> bool:
    return lock.answered > count


def tell_until(happened: threading.Event, lock: WireDevice) -> None:
    """The lock has nothing new to report, and tells what it has kept."""
    while not happened.wait(0.01):
        lock.try_to_tell()


@contextmanager
def simulating(product: Product, dialect: str, port: int, *options: str) -> Iterator[Any]:
    """`tracker simulate --as`, running beside."""
    process = subprocess.Popen(
        [*TRACKER, "simulate", "--as", dialect, "--gateway", f"{HOST}:{port}", "--json", *options],
        env=product.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_a_lock_s_cut_rope_is_an_alert_though_the_gateway_is_killed(tmp_path: Path) -> None:
    """Killed (-9) again and again while the lock speaks: nothing that it was answered is missing,
    nothing is there twice, and the alert counts each report of the cut once.
    """
    product = Product(tmp_path, **SLOWLY)
    gateway = GatewayProcess(product, "--open", listen="jt701")
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=COUNT + 5)
    lock = WireDevice(tongue("jt701", LOCK), HOST, gateway.port)
    killed, done = threading.Event(), threading.Event()

    def drive() -> None:
        for number in range(COUNT):
            if number == COUNT - KEPT:
                tell_until(killed, lock)
            lock.say(report(number, start))
            time.sleep(0.01)
        lock.tell_all(PATIENCE_S)
        done.set()

    with product.running(), product.journal() as journal:
        product.call("shipment", "open", "-", *BY, input_=shipment(LOCK))
        with gateway.running():
            driving = threading.Thread(target=drive, daemon=True)
            driving.start()
            for share in (0.25, 0.6):
                wait_for(partial(has_answered, lock, share * COUNT))
                gateway.kill()
                known = lock.answered
                product.wait(partial(has_stored, journal, LOCK, known))
                gateway.start()
            killed.set()
            assert done.wait(PATIENCE_S)
            driving.join()
            product.wait(lambda: len(stored(journal, LOCK)) >= COUNT)
        lock.close()
        assert stored(journal, LOCK) == [start + timedelta(seconds=n) for n in range(COUNT)]
        (alert,) = product.documents("alerts", "list", "--severity", "critical")
        assert (alert["kind"], alert["device"]) == ("seal_tampered", LOCK)
        assert datetime.fromisoformat(alert["occurred_at"]) == start + timedelta(seconds=CUT)
        assert alert["count"] == COUNT - CUT
        assert product.documents("rejects", "list") == []
        assert_whole(journal)
    assert lock.answered == COUNT
    assert lock.repeated >= 1, "the lock has had to say something again"


def test_the_broker_away_under_load(tmp_path: Path) -> None:
    """Several locks, a broker that is killed and comes back: they wait, and nothing is lost."""
    (tmp_path / "nats").mkdir()
    product = Product(tmp_path / "product", **SLOWLY)
    with nats(tmp_path / "nats") as broker:
        product.use(broker.settings)
        gateway = GatewayProcess(product, "--open", listen="jtt808")
        names = [device_id("jtt808", None, number + 1) for number in range(3)]
        locks = [WireDevice(tongue("jtt808", name), HOST, gateway.port) for name in names]
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=COUNT + 5)

        gone = threading.Event()

        def drive(lock: WireDevice) -> None:
            for number in range(COUNT):
                if number == COUNT - KEPT:
                    tell_until(gone, lock)
                lock.say(report(number, start))
            lock.tell_all(PATIENCE_S)
            lock.close()

        with product.running(), gateway.running(), product.journal() as journal:
            threads = [threading.Thread(target=drive, args=(one,), daemon=True) for one in locks]
            for thread in threads:
                thread.start()
            wait_for(lambda: sum(one.answered for one in locks) > COUNT / 2)
            broker.kill()
            gone.set()
            time.sleep(0.3)
            before = sum(one.answered for one in locks)
            time.sleep(1.5)
            assert sum(one.answered for one in locks) == before, "nobody is answered meanwhile"
            broker.start()
            for thread in threads:
                thread.join(2 * PATIENCE_S)
            assert [one.answered for one in locks] == [COUNT] * len(locks)
            for name in names:
                product.wait(partial(has_stored, journal, name, COUNT))
                assert len(set(stored(journal, name))) == COUNT
            assert journal.rejects() == []


def test_simulate_as_each_real_device(tmp_path: Path) -> None:
    """The command line's own trucks, over TCP as far as the journal."""
    product, dialects = Product(tmp_path), ("jt701", "jtt808", "teltonika")
    gateway = GatewayProcess(product, "--open", listen=dialects)
    fleet = ("--trucks", "2", "--duration", "20", "--interval", "60", "--speed", "max")
    readings = 0
    with product.running(), gateway.running(), ExitStack() as stack:
        running = [
            stack.enter_context(simulating(product, dialect, gateway.ports[dialect], *fleet))
            for dialect in dialects
        ]
        for process in running:
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
            sent = json.loads(out)
            assert sent["published"] == sent["readings"] > 40
            readings += sent["readings"]
        product.wait(lambda: _readings(product) == readings)
        devices = product.documents("devices", "list")
    assert {one["dialect"] for one in devices} == set(dialects)
    assert [one["rejects"] for one in devices] == [0] * 6


def _readings(product: Product) -> int:
    with product.journal() as journal:
        return journal.counts()["readings"]


def test_who_is_not_listed_is_refused_and_an_added_device_is_let_in(tmp_path: Path) -> None:
    product = Product(tmp_path)
    known, other = (device_id("teltonika", None, number) for number in (1, 2))
    file = tmp_path / "devices.txt"
    file.write_text(f"# ours\n{known}\n")
    start = datetime.now(UTC) - timedelta(minutes=5)
    with (
        product.running(),
        GatewayProcess(product, "--devices", str(file), listen="teltonika").running() as gateway,
    ):
        good, bad = (WireDevice(tongue("teltonika", one), HOST, gateway.port)
                     for one in (known, other))  # fmt: skip
        good.say(report(0, start))
        bad.say(report(0, start))
        assert (good.answered, bad.answered, len(bad.kept)) == (1, 0, 1)
        with file.open("a") as list_:
            list_.write(f"teltonika {other}\n")
        wait_for(bad.try_to_tell)
        assert f"{other} is not in the list of devices" in gateway.log
        good.close()
        bad.close()
        product.wait(lambda: _readings(product) == 2)


def test_a_tracker_over_udp(tmp_path: Path) -> None:
    product = Product(tmp_path)
    imei = device_id("teltonika", None, 1)
    now = datetime.now(UTC).replace(microsecond=0)
    gateway = GatewayProcess(product, "--open", listen="teltonika", udp="teltonika")
    with (
        product.running(),
        gateway.running(),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device,
    ):
        device.settimeout(10)
        now_ms = int(now.timestamp() * 1000)
        records = [teltonika_encoder.Record(time_ms=now_ms - n, lat=257_000_000,
                   lon=-1_003_000_000, satellites=9) for n in range(3)]  # fmt: skip
        packet = udp_packet(imei, records, packet_id=0xCAFE, avl_id=7)
        device.sendto(packet, (HOST, gateway.udp_port))
        assert device.recv(100) == bytes.fromhex("0005cafe010703"), "three records are taken"
        product.wait(lambda: _readings(product) == 3)


def test_a_command_goes_down_and_is_in_the_log(tmp_path: Path) -> None:
    product = Product(tmp_path)
    device = device_id("jtt808", None, 1)
    start = datetime.now(UTC) - timedelta(minutes=5)
    with (
        product.running(),
        GatewayProcess(product, "--open", listen="jtt808").running() as gateway,
    ):
        product.call("shipment", "open", "-", *BY, input_=shipment(device))
        lock = WireDevice(tongue("jtt808", device), HOST, gateway.port)
        lock.say(report(0, start))
        product.wait(lambda: _readings(product) == 1)
        (sent,) = product.documents("devices", "send", device, "locate", "--wait", "1", *BY)
        assert sent["status"] == "sent"
        unlock = ["devices", "send", device, "unlock", "--reason", "asked", *BY]
        assert product.ran(*unlock).returncode == 1, "nobody has given leave"
        lock.close()
        kinds = [one["type"] for one in product.documents("log", "show", "--shipment", "T1")]
    assert kinds[-2:] == ["command_sent", "command_result"]
