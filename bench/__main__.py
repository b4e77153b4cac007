"""`python -m bench [PART ...]`: prints the machine, then each measurement, or only those named."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable

from bench import (
    batched,
    frames,
    geofences,
    growth,
    log,
    night,
    notices,
    stages,
    startup,
    web_board,
    web_live,
    web_map,
    workers,
)

PARTS: dict[str, Callable[[int], None]] = {
    "stages": lambda _: stages.report(),
    "batched": lambda _: batched.report(),
    "workers": lambda _: workers.report(),
    "geofences": lambda _: geofences.report(),
    "frames": lambda _: frames.report(),
    "startup": lambda _: startup.report(),
    "notices": lambda _: notices.report(),
    "night": lambda _: night.report(),
    "log": log.report,
    "web-map": lambda _: web_map.report(),
    "web-board": lambda _: web_board.report(),
    "web-live": lambda _: web_live.report(),
    "growth": lambda _: growth.report(quick=QUICK in sys.argv),
}
QUICK = "--quick"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--log-size", type=int, default=log.LARGE, help="custody entries")
    parser.add_argument(QUICK, action="store_true", help="growth: smaller, below a minute")
    asked = parser.parse_args()
    if unknown := [name for name in asked.parts if name not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    cpus = os.cpu_count()
    print(f"{platform.machine()}, {cpus} processors, Python {platform.python_version()}")
    print("These machines are noisy: compare within one run, not between two.")
    for name in asked.parts or PARTS:
        print()
        PARTS[name](asked.log_size)


main()
