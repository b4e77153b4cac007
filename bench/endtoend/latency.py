"""From the publisher's write to the durable commit, at a steady rate.

`python -m bench.endtoend.latency`. Beside it, in turns: the broker's bare round trip, and that with
one commit.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from array import array
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.endtoend import brokers
from bench.endtoend.fleet import Fleet, begun_for
from bench.endtoend.runs import Contestant, Source, run
from bench.machine import machine

TRIP, FLOOR = "bare round trip", "round trip and one durable commit"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.endtoend.latency")
    parser.add_argument("--rate", type=float, default=2_000, help="messages a second")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trucks", type=int, default=2_000)
    parser.add_argument("--corridors", type=int, default=200)
    parser.add_argument("--protocol", choices=("3.1.1", "5"), default="3.1.1")
    parser.add_argument("--json", metavar="FILE")
    asked = parser.parse_args()
    count = int(asked.rate * asked.seconds) + asked.trucks
    fleet = Fleet(asked.trucks, asked.corridors, begun_for(count, asked.trucks))
    measured: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = Source(folder, fleet.reports(count))
        fleet.database(folder / "fleet.db")
        for turn in range(asked.rounds):
            contestants = _contestants(count, fleet, folder, asked.protocol, turn)
            for one in contestants if turn % 2 == 0 else contestants[::-1]:
                run(one, brokers.mosquitto(1_000), source, rate=asked.rate)
                made = _latencies(source.file(count), Path(one.options["commits"]), asked.trucks)
                measured.setdefault(one.name, []).append(made)
    summed = {
        one.name: {key: _median(measured[one.name], key) for key in measured[one.name][0]}
        for one in contestants
    }
    print(_table(summed))
    if asked.json:
        results = {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "asked": vars(asked),
            "summary": summed,
            "runs": measured,
        }
        Path(asked.json).write_text(json.dumps(results, indent=1) + "\n")


def _contestants(
    count: int, fleet: Fleet, folder: Path, protocol: str, turn: int
) -> list[Contestant]:
    commits = str(folder / "commits.json")
    floor: dict[str, Any] = {"kind": "raw", "commits": commits}
    tracked: dict[str, Any] = {
        "database": str(folder / "fleet.db"),
        "fleet": (fleet.trucks, fleet.corridors, fleet.begun.isoformat()),
        "protocol": protocol,
        "commits": commits,
    }
    kept = floor | {"database": str(folder / f"floor-{turn}.db")}
    return [
        Contestant(TRIP, "bench.endtoend.floors", count, fleet.trucks, floor),
        Contestant(FLOOR, "bench.endtoend.floors", count, fleet.trucks, kept),
        *(
            Contestant(
                f"the tracker, {receiver} receiver",
                "bench.endtoend.tracked",
                count,
                fleet.trucks,
                tracked | {"receiver": receiver},
            )
            for receiver in ("fast", "paho")
        ),
    ]


def _latencies(packets: Path, commits: Path, warm: int) -> dict[str, float]:
    """Milliseconds from sending to the end of the batch that a message was in; messages a batch.

    The first `warm` messages were sent to fill caches.
    """
    sent = array("d")
    sent.frombytes(packets.with_suffix(".sent").read_bytes())
    batches = [(size, at) for size, at in json.loads(commits.read_text()) if size]
    ends = [at for size, at in batches for _ in range(size)]
    pairs = list(zip(sent, ends, strict=True))[warm:]
    taken = sorted((end - begun) * 1e3 for begun, end in pairs)
    sizes = [size for size, at in batches if at > sent[warm]]
    return {
        "p50_ms": round(_at(taken, 0.5), 3),
        "p99_ms": round(_at(taken, 0.99), 3),
        "most_ms": round(taken[-1], 3),
        "messages_a_batch": statistics.mean(sizes),
    }


def _at(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def _median(runs: list[dict[str, float]], key: str) -> float:
    return round(statistics.median(one[key] for one in runs), 3)


def _table(summed: dict[str, dict[str, float]]) -> str:
    lines = [
        "| | p50 ms | p99 ms | most ms | messages a batch | p99, times that of the floor |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, one in summed.items():
        ratio = one["p99_ms"] / summed[FLOOR]["p99_ms"]
        lines.append(
            f"| {name} | {one['p50_ms']:.2f} | {one['p99_ms']:.2f} | {one['most_ms']:.1f} "
            f"| {one['messages_a_batch']:.1f} | {ratio:.1f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
