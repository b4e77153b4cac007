"""What bounds the embedded broker, setting by setting: `python -m bench.endtoend.nats`.

For each: messages/s confirmed to a publisher while the subscriber is away, messages/s that it then
drains, both at once, and what of the server's processor time a message takes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import subprocess
import tempfile
import time
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.endtoend import brokers, frames, publisher, report
from bench.endtoend.brokers import HOST, Address
from bench.endtoend.fleet import Fleet, begun_for
from bench.endtoend.measured import TOPIC
from bench.endtoend.runs import Contestant, Source, run
from bench.machine import machine
from tracker.adapters.broker.nats_server import configuration, find_server, free_port

TRUCKS = 200
HEADINGS = (
    "published/s",
    "drained/s",
    "both/s",
    "CPU us, published",
    "CPU us, drained",
    "sent again",
)
AS_IT_RUNS = "as the tracker runs it"
SETTINGS: dict[str, dict[str, str]] = {
    AS_IT_RUNS: {},
    "to the disk each second": {"sync_interval": '"1s"'},
    "to the disk as NATS comes (2 min)": {"sync_interval": '"2m"'},
    "window of 64": {"max_ack_pending": "64"},
    "window of 256": {"max_ack_pending": "256"},
    "window of 4,000": {"max_ack_pending": "4000"},
}


@contextlib.contextmanager
def server(changed: dict[str, str]) -> Iterator[Address]:
    """The server with the tracker's configuration, but for these keys."""
    port, user = free_port(HOST), "bench"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = configuration(
            folder, host=HOST, port=port, username=user, password=user, max_payload=2**23
        )
        for key, value in changed.items():
            text, times = re.subn(rf"(?m)^(\s*{key}:).*$", rf"\1 {value}", text)
            if times != 1:
                raise SystemExit(f"{key} is not in the configuration of the embedded broker")
        (folder / "nats.conf").write_text(text)
        command = [find_server(), "--config", str(folder / "nats.conf")]
        process = subprocess.Popen(command)  # noqa: S603
        try:
            brokers.wait(port)
            yield Address(port, user, user, process.pid)
        finally:
            process.terminate()
            process.wait()


def measure(changed: dict[str, str], source: Source, count: int) -> dict[str, float]:
    """Messages/s confirmed, drained and both at once; CPU us of the server for each message."""
    with server(changed) as address:
        away = frames.connected(address, "bench-away", durable=True)
        frames.subscribe(away, TOPIC)
        away.close()
        packets = source.file(count)
        sizes = array("I")
        sizes.frombytes(packets.with_suffix(".sizes").read_bytes())
        cpu = _cpu(address.pid)
        begun = time.perf_counter()
        with frames.connected(address, "bench-publisher") as sending:
            publisher.flat_out(sending, memoryview(packets.read_bytes()), sizes)
        published = time.perf_counter() - begun
        between = _cpu(address.pid)
        begun = time.perf_counter()
        again = _drain(address, count)
        drained = time.perf_counter() - begun
        after = _cpu(address.pid)
    floor = Contestant("", "bench.endtoend.floors", count, 0, {"kind": "raw"})
    both = run(floor, server(changed), source)
    return {
        "published": count / published,
        "drained": count / drained,
        "both": both["count"] / both["seconds"],
        "cpu_published": (between - cpu) / count * 1e6,
        "cpu_drained": (after - between) / count * 1e6,
        "sent_again": again,
    }


def _drain(address: Address, count: int) -> int:
    """Take what waits in the session, each acknowledged at once; how many came twice."""
    seen, taken = set[bytes](), 0
    with frames.connected(address, "bench-away", durable=True) as opened:
        rest = b""
        while len(seen) < count:
            rest, end, answers = rest + opened.recv(262_144), 0, []
            for kind, start, stop in frames.split(rest):
                if kind >> 4 == 3:
                    at = start + 2 + int.from_bytes(rest[start : start + 2], "big")
                    answers.append(b"\x40\x02" + rest[at : at + 2])
                    seen.add(rest[start:at] + rest[at + 2 : stop])
                end = stop
            rest, taken = rest[end:], taken + len(answers)
            opened.sendall(b"".join(answers))
    return taken - len(seen)


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.endtoend.nats")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="settings, by a part of their names")
    parser.add_argument("--json", metavar="FILE")
    asked = parser.parse_args()
    fleet = Fleet(TRUCKS, 1, begun_for(asked.messages, TRUCKS))
    names = [
        name for name in SETTINGS if not asked.only or any(part in name for part in asked.only)
    ]
    made: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        source = Source(Path(folder), fleet.reports(asked.messages))
        for turn in range(asked.rounds):
            for name in names[:: 1 if turn % 2 == 0 else -1]:
                made[name].append(measure(SETTINGS[name], source, asked.messages))
    summed = {
        name: {key: report.spread([one[key] for one in runs], 1) for key in runs[0]}
        for name, runs in made.items()
    }
    print(f"| setting | {' | '.join(HEADINGS)} |")
    print(f"|---|{'--:|' * len(HEADINGS)}")
    for name, values in summed.items():
        cells = " | ".join(f"{value['median']:,.0f}" for value in values.values())
        print(f"| {name} | {cells} |")
    if asked.json:
        results = {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "asked": vars(asked),
            "summary": summed,
            "runs": made,
        }
        Path(asked.json).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
