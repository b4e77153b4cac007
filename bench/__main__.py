"""Prints the machine, then each measurement."""

from __future__ import annotations

import os
import platform

from bench import geofences, intake, stages


def main() -> None:
    cpus = os.cpu_count()
    print(f"{platform.machine()}, {cpus} processors, Python {platform.python_version()}")
    print("These machines are noisy: compare within one run, not between two.\n")
    stages.report()
    print()
    intake.report()
    print()
    geofences.report()


main()
