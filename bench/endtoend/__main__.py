"""`python -m bench.endtoend [--quick] [--json FILE]`: see bench/README.md."""

from __future__ import annotations

import argparse
import fnmatch
import itertools
import json
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.endtoend import brokers, report
from bench.endtoend.fleet import Fleet, begun_for
from bench.endtoend.runs import Contestant, Source, run
from bench.machine import machine

FULL = {"rounds": 5, "messages": 12_000, "trucks": 2_000, "corridors": 200, "few": 400}
QUICK = {"rounds": 3, "messages": 5_000, "trucks": 200, "corridors": 20, "few": 150}
HANDWRITTEN = "the usual handwritten subscriber"


def main() -> None:
    asked = _parser().parse_args()
    sizes = {name: getattr(asked, name) or (QUICK if asked.quick else FULL)[name] for name in FULL}
    fleet = Fleet(
        sizes["trucks"], sizes["corridors"], begun_for(sizes["messages"], sizes["trucks"])
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = Source(folder, fleet.reports(sizes["messages"]))
        contestants = [
            one for one in _contestants(sizes, fleet, folder) if _wanted(one.name, asked.only)
        ]
        if any(one.module.endswith("tracked") for one in contestants):
            fleet.database(folder / "fleet.db")
        measured = defaultdict(list)
        for turn in range(sizes["rounds"]):
            for one in contestants if turn % 2 == 0 else contestants[::-1]:
                made = run(one, brokers.mosquitto(asked.window), source)
                measured[one.name].append(made)
                _say(f"{turn + 1}/{sizes['rounds']} {one.name}: {made}")
    ordered = {one.name: measured[one.name] for one in contestants}
    summed = report.summary(ordered, _against([one.name for one in contestants]))
    print(report.table(summed))
    if asked.json:
        results = {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": " ".join(["python -m bench.endtoend", *sys.argv[1:]]),
            "machine": machine(),
            "sizes": sizes | {"window": asked.window},
            "summary": summed,
            "runs": ordered,
        }
        Path(asked.json).write_text(json.dumps(results, indent=1) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.endtoend")
    parser.add_argument("--quick", action="store_true", help="smaller, in less than two minutes")
    for name in FULL:
        parser.add_argument(f"--{name}", type=int)
    parser.add_argument("--window", type=int, default=1_000, help="max_inflight_messages")
    parser.add_argument("--only", nargs="*", help="subscribers, by pattern")
    parser.add_argument("--json", metavar="FILE", help="all results, with machine and versions")
    return parser


def _contestants(sizes: dict[str, int], fleet: Fleet, folder: Path) -> list[Contestant]:
    floors, many, warm = "bench.endtoend.floors", sizes["messages"], sizes["trucks"]
    listed = [Contestant("raw socket, 3.1.1", floors, many, warm, {"kind": "raw"})]
    for protocol in ("3.1.1", "5"):
        for manual in (False, True):
            options = {"kind": "paho", "protocol": protocol, "manual": manual}
            name = f"do-nothing paho, {protocol}, {'manual' if manual else 'auto'}"
            listed.append(Contestant(name, floors, many, warm, options))
    for protocol, receiver in itertools.product(("3.1.1", "5"), ("paho", "fast")):
        told: dict[str, Any] = {
            "database": str(folder / "fleet.db"),
            "fleet": (fleet.trucks, fleet.corridors, fleet.begun.isoformat()),
            "protocol": protocol,
            "receiver": receiver,
        }
        name = f"the tracker, {protocol}, {receiver} receiver"
        listed.append(Contestant(name, "bench.endtoend.tracked", many, warm, told))
    hand, few = {"folder": str(folder)}, sizes["few"] // 10
    listed.append(Contestant(HANDWRITTEN, "bench.endtoend.handwritten", sizes["few"], few, hand))
    return listed


def _against(names: list[str]) -> dict[str, list[str]]:
    """The tracker beside the do-nothing client of its version of MQTT, and the handwritten one."""
    return {
        name: [f"do-nothing paho, {protocol}, auto", HANDWRITTEN]
        for name in names
        for protocol in ("3.1.1", "5")
        if name.startswith(f"the tracker, {protocol}")
    }


def _wanted(name: str, patterns: list[str] | None) -> bool:
    return not patterns or any(fnmatch.fnmatch(name, f"*{one}*") for one in patterns)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


main()
